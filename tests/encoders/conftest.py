from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.encoders import load
from core.encoders.encoder import Encoder
from tests.encoders.models import make_folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def encoder(folder: Path) -> Encoder:
    """The one that `load` gives; of all models only the last two stay in memory."""
    return load(str(folder))


def photograph(width: int, height: int, seed: int = 0) -> Image.Image:
    """Smooth colours with some noise."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return Image.fromarray(np.clip(smooth + random.normal(0, 5, smooth.shape), 0, 255).astype(np.uint8))


def jpeg(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=88)
    return written.getvalue()
