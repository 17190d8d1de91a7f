"""The bound of the triplet margin on these groups: both sides, the slack, and the search for a counter-example."""

import numpy as np
import streamlit as st

from app.kit import charts, formats
from app.views.groups import sides, statement
from app.views.groups.cards import Card, Side, cards
from app.views.groups.look import follow
from app.views.groups.searched import LACKING
from app.views.groups.styles import CONFIG
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


def show(workspace: Workspace, each: GroupsRun) -> None:
    """Figures in a row, the scatter with the slack beside it, the pair that was clicked, and the statement."""
    told = each.figures.bound
    with st.container(key="bound-figures", horizontal=True, gap="medium"):
        _figures(told)
    st.markdown(plainly(told) + vertical(each))
    with st.container(key="bound-stage", horizontal=True, gap="medium"):
        with st.container(key="bound-scatter"):
            st.markdown("**Both sides for every pair: a point above the line would break the bound**", help=SIDES)
            pair = now(each)
            st.plotly_chart(
                sides.scatter(each, pair),
                key=KEY,
                on_select=_clicked,
                selection_mode="points",
                config=CONFIG,
                alt="The distance of two groups against what the bound allows",
            )
        with st.container(key="bound-slack", width=400):
            st.markdown(
                "**How much of the bound is not used**", help="Slack: 1 less the share of the right side that is used"
            )
            st.plotly_chart(sides.slack(each), key="groups-slack", config=CONFIG, alt="Slack of the pairs")
    _pair(workspace, each, pair)
    statement.show(each)


def plainly(told: BoundFigures) -> str:
    """What m says, and whether the bound holds."""
    m = told.margin
    size = f"{abs(m):.2f}"
    if m > 0:
        said = f"The worst item lies {size} nearer to one of another group than to the farthest of its own"
        said += ": these groups are far from parted, so the bound leaves much room."
    else:
        said = f"Every item is nearer to all of its own group than to any other, by {size} at least."
    if told.holds:
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


def _clicked() -> None:
    if point := charts.clicked(st.session_state[KEY]):
        st.session_state[PAIR] = (str(point[1]), int(point[0]))


def _figures(told: BoundFigures) -> None:
    search, slack = told.search, told.slack
    checked = f"{told.checked:,} checked" if told.holds else f"{told.broken:,} of {told.checked:,}"
    rows = (
        ("Triplet margin m", f"{told.margin:.3f}".replace("-", "−"), "the least that every triplet meets", M),
        ("Broken", f"{told.broken:,}", checked, "Every pair of groups, in either order, against every other group"),
        (
            "Slack, median",
            formats.percent(slack.median),
            f"least {formats.percent(slack.least)}",
            "Share of the bound that a pair does not use, over the pairs below",
        ),
        (
            "Closest that these items can come",
            formats.percent(told.closest_in_data),
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
