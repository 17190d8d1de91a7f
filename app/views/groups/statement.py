"""The theorem in words and formulas: as it was written, why that fails, as it holds, and its proof."""

import streamlit as st

from app.views.groups import sides
from app.views.groups.styles import CONFIG
from core.groups.counterexample import Literal
from core.runs.groups import GroupsRun

WRITTEN = r"""
Let $\|f(x_a) - f(x_p)\| - \|f(x_a) - f(x_n)\| \le m$ for every item $x_a$, positive $x_p$ and negative $x_n$. For
groups $G_1, G_2$ of class $k_1$ and $H$ of class $k_2$, each embedded as its mean,

$$
f(G_1) - f(G_2) \le 2 \max\{m, \max_{s_1 \in G_1, s_2 \in H} \|s_1 - s_2\|\}.
$$
"""
HOLDS = r"""
With $m$ the largest $\|a - p\| - \|a - n\|$ of the triplets and $D = \max_{a \in G_1, n \in H} \|a - n\|$, all of
**embeddings**, and $k_1 \ne k_2$:

$$
\|f(G_1) - f(G_2)\| \le m + \frac{1}{|G_1|} \sum_{a \in G_1} \min_{n \in H} \|a - n\| \le m + D \le 2 \max\{m, D\}.
$$
"""
PROOF = r"""
$f(G_1) - f(G_2)$ is the mean of $a - p$ over all $a \in G_1, p \in G_2$, so its norm is at most the mean of
$\|a - p\|$. Groups of one class share no item, so $(a, p, n)$ is a triplet for every $n \in H$, and
$\|a - p\| \le m + \|a - n\|$. Take the nearest $n$ and average: the first inequality. The second puts the largest
distance in place of each smallest one; the third holds as $u + v \le 2 \max\{u, v\}$. The constant cannot be smaller:
on the line, $a = 0, p = 2, n = 1$ has $m = 1$ and $D = 1$, and both sides are 2.
"""


def show(each: GroupsRun) -> None:
    """Both statements side by side, and what the search came to."""
    told = each.figures.bound.literal
    with st.container(key="statement", horizontal=True, gap="large"):
        with st.container(key="statement-written"):
            st.markdown(f"**As it was written, it fails**\n{WRITTEN}")
            st.markdown(fails(told))
        with st.container(key="statement-holds"):
            st.markdown(f"**As it holds**\n{HOLDS}")
            with st.expander("Proof", key="statement-proof"):
                st.markdown(PROOF)
            st.markdown(
                "The search came closest here",
                help="The points that use most of the bound, in their first two dimensions; G₁ and G₂ are of one class",
            )
            st.plotly_chart(
                sides.configuration(each), key="groups-configuration", config=CONFIG, alt="The closest configuration"
            )


def fails(told: Literal) -> str:
    """The case that breaks the literal statement, with its figures."""
    a, p, n = (f"{value:g}" for value in told.items)
    scale, m = f"{told.scale:g}", f"{told.margin:g}".replace("-", "−")
    return (
        "The left side is a vector: its norm is meant. And $s_1, s_2$ are items, not embeddings. With "
        f"$f(x) = {scale}x$ on the line, items $a = {a}$ and $p = {p}$ of one class and $n = {n}$ of the other give "
        f"$m = {m}$; the left side is **{told.left:g}**, the right side "
        f"$2\\max\\{{{m}, {float(n) - float(a):g}\\}} =$ **{told.right:g}**: "
        + ("it holds here." if told.holds else "the statement is false. Stretching the embedding moves one side only.")
    )
