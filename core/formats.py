"""Numbers as a person reads them."""


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
