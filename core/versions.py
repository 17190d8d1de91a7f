"""Versions: our own, and those of the libraries that results come from."""

from importlib.metadata import PackageNotFoundError, version

from core import __version__

LIBRARIES = (
    "open_clip_torch",
    "torch",
    "numpy",
    "scipy",
    "scikit-learn",
    "faiss-cpu",
    "openTSNE",
    "umap-learn",
    "numba",
)


def versions(*more: str) -> dict[str, str]:
    """Clipscape's, and those of the usual libraries, and of more, that are installed: by the names of distributions."""
    found = {name: _version(name) for name in (*LIBRARIES, *more)}
    return {"clipscape": __version__, **{name: each for name, each in found.items() if each}}


def summary() -> str:
    """`clipscape 0.1.0 (open_clip_torch 3.3.0, torch 2.15.0)`."""
    known = versions()
    libraries = ", ".join(f"{name} {known[name]}" for name in LIBRARIES[:2] if name in known)
    return f"clipscape {__version__} ({libraries})"


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
