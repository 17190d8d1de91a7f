"""The bound of the triplet margin on these groups: both sides, the slack, a search for a counter-example, the proof."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from app.comparison.chart import clickable
from app.kit import charts, formats
from app.views.groups import sides
from app.views.groups.cards import Card, Side, cards, follow
from app.views.groups.searched import LACKING
from app.views.groups.styles import CONFIG
from core.groups.counterexample import Literal
from core.groups.evidence import BoundFigures
from core.runs.groups import GroupsRun
from core.workspace import Workspace

KEY, PAIR = "groups-bound", "groups-pair"
M = (
    r"$$m = \max_{a,p,n} \|f(x_a) - f(x_p)\| - \|f(x_a) - f(x_n)\|$$"
    "\n\nover every item a, every other item p of its group and every item n of another: exact, over all triplets. The "
    "triplet loss with margin α is zero just where m ≤ −α."
)
SIDES = (
    r"Upwards: $\|f(G_1) - f(G_2)\|$, the distance of the means of two sets of one group, taken from its two halves. "
    r"Sideways: the theorem's bound $2 \max\{m, D\}$ with $D = \max_{a \in G_1, n \in H} \|a - n\|$, for the group "
    "H where it is the smallest; and a sharper one that the proof gives, "
    r"$m + \frac{1}{|G_1|}\sum_{a \in G_1} \min_{n \in H} \|a - n\|$."
)
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


def show(workspace: Workspace, each: GroupsRun) -> None:
    """Figures in a row, the scatter with the slack beside it, the pair that was clicked, and the statement."""
    found = each.figures.bound
    with st.container(key="bound-figures", horizontal=True, gap="medium"):
        _figures(found)
    st.markdown(plainly(found) + vertical(each))
    with st.container(key="bound-stage", horizontal=True, gap="medium"):
        with st.container(key="bound-scatter"):
            st.markdown("**Both sides for every pair: a point above the line would break the bound**", help=SIDES)
            pair = now(each)
            alt = "The distance of two groups against what the bound allows"
            clickable(sides.scatter(each, pair), KEY, _clicked, alt, CONFIG)
        with st.container(key="bound-slack", width=400):
            st.markdown(
                "**How much of the bound is not used**", help="Slack: 1 less the share of the right side that is used"
            )
            st.plotly_chart(sides.slack(each), key="groups-slack", config=CONFIG, alt="Slack of the pairs")
    _pair(workspace, each, pair)
    _statement(each)


def plainly(found: BoundFigures) -> str:
    """What m says, and whether the bound holds."""
    m = found.margin
    size = f"{abs(m):.2f}"
    if m > 0:
        said = f"The worst item lies {size} nearer to one of another group than to the farthest of its own"
        said += ": these groups are far from parted, so the bound leaves much room."
    else:
        said = f"Every item is nearer to all of its own group than to any other, by {size} at least."
    if found.holds:
        return f"{said} **No pair breaks the bound**, and no groups that could be formed of these items would."
    return f"{said} :red[**The bound is broken**], which the proof excludes: please report this."


def vertical(each: GroupsRun) -> str:
    """Why the theorem's points stand in one line, where they do."""
    m, right = each.figures.bound.margin, each.bound_right
    same = len(right) > 0 and np.allclose(right, 2 * m, atol=1e-5)
    return " Here m is larger than every D, so the theorem allows 2m to every pair." if same else ""


def now(each: GroupsRun) -> int:
    """The pair that was clicked, else the one that uses most of its bound."""
    known, count = st.session_state.get(PAIR), len(each.bound_left)
    if known is not None and known[0] == each.figures.comparison and known[1] < count:
        return int(known[1])
    return int(sides.used(each, "right").argmax())


def _clicked(event: Mapping[str, Any]) -> None:
    if point := charts.clicked(event):
        st.session_state[PAIR] = (str(point[1]), int(point[0]))


def _figures(found: BoundFigures) -> None:
    search, slack = found.search, found.slack
    checked = f"{found.checked:,} checked" if found.holds else f"{found.broken:,} of {found.checked:,}"
    rows = (
        ("Triplet margin m", f"{found.margin:.3f}".replace("-", "−"), "the least that every triplet meets", M),
        ("Broken", f"{found.broken:,}", checked, "Every pair of groups, in either order, against every other group"),
        (
            "Slack, median",
            formats.percent(slack.median),
            f"least {formats.percent(slack.least)}",
            "Share of the bound that a pair does not use, over the pairs below",
        ),
        (
            "Closest that these items can come",
            formats.percent(found.closest_in_data),
            "of the bound, however they are grouped",
            r"$\max_a \|a - p_a\| / 2\max\{m, \|a - n_a\|\}$ with $p_a$ the farthest of its own group and $n_a$ the "
            "nearest of another: no groups of these items use more of the bound",
        ),
        (
            "Counter-examples found",
            f"{search.broken:,}",
            f"{search.tried:,} configurations tried, {formats.percent(search.closest)} of the bound at most",
            "Random groups of one to three points in up to three dimensions, the best of them moved uphill. More than "
            "100 % would be a counter-example; 100 % is reached, so the bound cannot be made smaller",
        ),
    )
    for label, value, more, help in rows:
        st.metric(label, value, more, delta_color="off", delta_arrow="off", help=help, width="content")


def _pair(workspace: Workspace, each: GroupsRun, pair: int) -> None:
    left, right, sharper = (float(side[pair]) for side in (each.bound_left, each.bound_right, each.bound_sharper))
    st.markdown(
        f"**The pair with the ring**: the two sets lie **{left:.3f}** apart; the bound allows **{right:.3f}**, the "
        f"sharper one {sharper:.3f}, so {formats.percent(1 - left / right if right else 0)} is slack. "
        ":gray[Click a point for another pair.]"
    )
    if each.bound_rows is None:
        st.caption(LACKING)
        return
    names = ("one half", "other half", "where the bound is tightest")
    sets = zip(each.sets_of(pair), names, strict=True)
    shown = [
        Card(
            str(pair),
            tuple(Side(each.name_of(int(rows[0])), tuple(each.ids[rows].tolist()), note) for rows, note in sets),
        )
    ]
    follow(workspace, cards(workspace, shown, "bound-pair", wide=520), shown)


def _statement(each: GroupsRun) -> None:
    """As it was written, why that fails, as it holds, its proof, and what the search came to."""
    literal = each.figures.bound.literal
    with st.container(key="statement", horizontal=True, gap="large"):
        with st.container(key="statement-written"):
            st.markdown(f"**As it was written, it fails**\n{WRITTEN}")
            st.markdown(fails(literal))
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


def fails(found: Literal) -> str:
    """The case that breaks the literal statement, with its figures."""
    a, p, n = (f"{value:g}" for value in found.items)
    scale, m = f"{found.scale:g}", f"{found.margin:g}".replace("-", "−")
    return (
        "The left side is a vector: its norm is meant. And $s_1, s_2$ are items, not embeddings. With "
        f"$f(x) = {scale}x$ on the line, items $a = {a}$ and $p = {p}$ of one class and $n = {n}$ of the other give "
        f"$m = {m}$; the left side is **{found.left:g}**, the right side "
        f"$2\\max\\{{{m}, {float(n) - float(a):g}\\}} =$ **{found.right:g}**: "
        + ("it holds here." if found.holds else "the statement is false. Stretching the embedding moves one side only.")
    )
