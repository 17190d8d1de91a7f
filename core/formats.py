"""Numbers as a person reads them."""


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
