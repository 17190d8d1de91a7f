"""Encoders: images and texts → unit vectors in one space, by any open_clip model.

    pocket-2, pocket                   the bundled models
    ViT-B-32:openai                    an architecture and the tag of its weights on the hub
    hf-hub:organisation/repository     an open_clip repository on the hub
    ViT-B-32:/folder/weights.safetensors   a local checkpoint
    mine                               imported under that name
    /folder                            a folder with open_clip_config.json and weights in safetensors

There is one code path: a bundled model is an open_clip model in a folder. Importing this package
loads nothing heavy; `load` imports torch.

    catalogue.py    the bundled models, and configurations in folders
    choices.py      every model that can be chosen, and what is known of it
    published.py    the figures of open_clip's benchmark tables; the recommended models
    weights.py      a name → where its configuration and weights lie
    kept.py         the models in CLIPSCAPE_HOME/models
    hub.py          a name → a repository of the hub, and what the hub says of it
    fetching.py     a model of the hub → CLIPSCAPE_HOME/models
    downloads.py    one file of it, however often the connection breaks
    importing.py    a folder of weights → CLIPSCAPE_HOME/models
    texts.py        tokenizers and text towers
    encoder.py      Encoder: the model itself
    two_towers.py   the image tower of `pocket-2`
    penultimate.py  the features behind an image tower's vectors
    device.py       which processor, and in which precision it is fast
    precision.py    half precision where the vectors agree
    pace.py         rate, size of a batch, work ahead in threads
    pipeline.py     embed: what a workspace still lacks
"""

from typing import TYPE_CHECKING

from core.encoders.catalogue import ModelInfo, bundled
from core.encoders.choices import models
from core.progress import Report, silent

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder

__all__ = ["ModelInfo", "bundled", "load", "models"]


def load(name: str, report: Report = silent) -> "Encoder":
    """The model of that name; the last two are kept in memory. One of the hub that is not here is downloaded.

    Raises `BadInput` for a name or a file that is no model, `MissingWeights` where the hub is needed
    and cannot be reached.
    """
    from core.encoders.encoder import cached
    from core.encoders.weights import find

    return cached(find(name, report))
