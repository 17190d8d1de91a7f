"""Short names for content."""

import hashlib


def fingerprint(*parts: bytes | str) -> str:
    """The same for the same parts in the same order."""
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()
