"""Whether a model understands the images of a workspace, as far as that can be told.

    matching.py   by captions: how often an image finds its own, and a caption its own image
    nearness.py   without captions, less surely: how far the images lie from those of the bundled sets
    results.py    Understanding: both, and the verdict
    words.py      a result in plain words

Nothing here loads a model: only vectors are compared.
"""

from core.understanding.results import Understanding

__all__ = ["Understanding"]
