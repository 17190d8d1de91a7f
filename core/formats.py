"""Numbers as a person reads them, and texts as other programs may have them."""

import re
from typing import Any


def counted(number: int, noun: str = "", plural: str = "") -> str:
    """`7,632 items`, `1 item`; without a noun the number alone.

    >>> counted(7632, "item"), counted(1, "item"), counted(2, "copy", "copies"), counted(1000)
    ('7,632 items', '1 item', '2 copies', '1,000')
    """
    if not noun:
        return f"{number:,}"
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(octets: float) -> str:
    """Bytes in decimal units.

    >>> size(999), size(45_200_000), size(1.234e9)
    ('999 B', '45.2 MB', '1.23 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if octets < 999.5:
            return f"{octets:.3g} {unit}"
        octets /= 1000
    return f"{octets:,.3g} TB"


def figure(number: float) -> str:
    """Three significant digits, never in scientific notation.

    >>> figure(0.97251), figure(12.345), figure(123456.7), figure(0.0), figure(2)
    ('0.973', '12.3', '123,457', '0', '2.00')
    """
    if number == 0:
        return "0"
    magnitude = len(str(int(abs(number)))) if abs(number) >= 1 else 0
    return f"{number:,.{max(3 - magnitude, 0)}f}"


def percent(share: float) -> str:
    """A share between 0 and 1 as per cent.

    >>> percent(0.4237), percent(1.0), percent(0.0)
    ('42.4 %', '100 %', '0 %')
    """
    return f"{100 * share:.3g} %"


def as_cell(value: Any) -> Any:
    """A cell of a CSV: a text that a spreadsheet would run as a formula is written behind an apostrophe (OWASP).

    >>> as_cell("=1+1"), as_cell("a = b"), as_cell("-5"), as_cell(-5)
    ("'=1+1", 'a = b', '-5', -5)
    """
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value
    return value if re.fullmatch(r"[+-]?\d+(\.\d+)?", value) else f"'{value}"


def listed(names: list[str], limit: int = 3) -> str:
    """`a, b and 4 more`.

    >>> listed(["a", "b"]), listed(["a", "b", "c", "d"], 2)
    ('a, b', 'a, b and 2 more')
    """
    shown = ", ".join(names[:limit])
    return f"{shown} and {len(names) - limit:,} more" if len(names) > limit else shown


def shortened(text: str, letters: int = 40) -> str:
    """No longer than so many letters.

    >>> shortened("a photo of a coat", 10)
    'a photo o…'
    """
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
