"""The bar of work with side stages, under the name that it had before it came to `core.progress`."""

from core.progress import Bar

__all__ = ["Bar"]
