"""Numbers as a person reads them: three digits, thousands separators, units."""

from collections.abc import Mapping

from core.formats import counted as counted
from core.formats import figure as figure
from core.formats import listed as listed
from core.formats import percent as percent
from core.formats import shortened as shortened
from core.formats import size as size
from core.progress import Progress

LONGEST = 2_000
"""Letters of a text that a page sends to a browser."""


def shown(text: str) -> str:
    """A person's own text as far as it is shown, so that one of megabytes breaks no page; exports have it whole."""
    return shortened(text, LONGEST)


def duration(seconds: float) -> str:
    """A span of time, at most two units.

    >>> duration(0.42), duration(42.4), duration(125), duration(3800)
    ('0.42 s', '42 s', '2 min 5 s', '1 h 3 min')
    """
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def rate(metrics: Mapping[str, float], unit: str = "items") -> str:
    """`125 items/s` from a progress' metrics; empty where there is no rate.

    >>> rate({"rate": 125.3}), rate({"rate": 12_300_000}, "bytes"), rate({})
    ('125 items/s', '12.3 MB/s', '')
    """
    if "rate" not in metrics:
        return ""
    return f"{size(metrics['rate'])}/s" if unit == "bytes" else f"{figure(metrics['rate'])} {unit}/s"


def steps(progress: Progress) -> str:
    """What is done of a whole that is known.

    >>> steps(Progress(1250, 7632)), steps(Progress(120_000_000, 605_000_000, unit="bytes"))
    ('1,250 of 7,632', '120 MB of 605 MB')
    """
    done, total = progress.done, progress.total or 0
    return f"{size(done)} of {size(total)}" if progress.unit == "bytes" else f"{done:,} of {total:,}"


def probability(p: float) -> str:
    """Two digits, and no more zeros than anybody reads.

    >>> probability(0.0312), probability(0.5), probability(1e-9)
    ('0.031', '0.50', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"{p:.2f}" if p >= 0.1 else f"{p:.3f}"


def ordinal(rank: int) -> str:
    """As a person counts: `1st`, `2nd`, `11th`.

    >>> [ordinal(rank) for rank in (0, 1, 2, 3, 10, 20, 110)]
    ['1st', '2nd', '3rd', '4th', '11th', '21st', '111th']
    """
    number = rank + 1
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
