"""Every kind of picture is converted rightly, and broken bytes are refused in one line."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.errors import BadPicture
from core.sources import pictures
from core.sources.pictures import PIXEL_LIMIT, open_picture, preview, thumbnail
from tests.sources.making import BLUE, GREEN, RED, WHITE, encoded, jpeg, pixels, png

EXIF_ORIENTATION = 0x0112


def corner(data: bytes) -> tuple[int, ...]:
    """The first pixel as the program sees it."""
    return open_picture(data).getpixel((0, 0))


def one_pixel(mode: str, colour: object, format: str = "PNG") -> bytes:
    return encoded(Image.new(mode, (4, 4), colour), format)


def declared_png(width: int, height: int) -> bytes:
    """A PNG of 80 bytes whose header promises a picture of any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_a_plain_picture_keeps_its_pixels() -> None:
    opened = open_picture(png(GREEN))
    assert (opened.mode, opened.size) == ("RGB", (12, 8))
    assert (np.asarray(opened) == GREEN).all()


@pytest.mark.parametrize(
    ("data", "colour"),
    [
        (one_pixel("L", 77), (77, 77, 77)),
        (one_pixel("1", 1), WHITE),
        (one_pixel("LA", (0, 0)), WHITE),
        (one_pixel("RGBA", (255, 0, 0, 255)), RED),
        (one_pixel("RGBA", (255, 0, 0, 0)), WHITE),
        (one_pixel("RGBA", (0, 0, 0, 51)), (204, 204, 204)),
        (encoded(Image.new("RGB", (4, 4), RED).quantize(4)), RED),
        (one_pixel("CMYK", (0, 255, 255, 0), "TIFF"), RED),
        (one_pixel("I;16", 65535), WHITE),
        (one_pixel("I;16", 257 * 100), (100, 100, 100)),
        (one_pixel("I;16", 257 * 100, "TIFF"), (100, 100, 100)),
        (one_pixel("I", 257 * 7, "TIFF"), (7, 7, 7)),
        (one_pixel("F", 1.0, "TIFF"), WHITE),
        (one_pixel("F", 0.2, "TIFF"), (51, 51, 51)),
    ],
)
def test_each_mode_is_converted(data: bytes, colour: tuple[int, int, int]) -> None:
    assert corner(data) == colour


def test_a_printers_jpeg_is_converted() -> None:
    opened = np.asarray(open_picture(encoded(Image.new("CMYK", (16, 16), (255, 0, 0, 0)), "JPEG", quality=95)))
    assert np.abs(opened.astype(int) - (0, 255, 255)).max() <= 3


def test_a_palette_with_a_transparent_colour_lies_on_white() -> None:
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 255, 255, 0, 0])
    assert corner(encoded(palette, transparency=1)) == WHITE
    assert corner(encoded(palette, transparency=0)) == RED


def test_sixteen_bit_colour_is_scaled() -> None:
    rows = b"".join(b"\x00" + struct.pack(">HHH", 65535, 257 * 50, 0) * 2 for _ in range(2))
    body = declared_png(2, 2)
    header = struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0)
    kinds = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in kinds)
    assert corner(body[:8] + b"".join(chunks)) == (255, 50, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_camera_is_turned_back(orientation: int) -> None:
    """A picture stored so that the viewer must turn it comes out as it was taken: red above, blue below left."""
    upright = np.zeros((32, 48, 3), np.uint8) + np.uint8(255)
    upright[:16], upright[16:, :24] = RED, BLUE
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    data = encoded(Image.fromarray(np.ascontiguousarray(stored)), "PNG", exif=exif)
    assert (np.asarray(open_picture(data)) == upright).all()
    small = pixels(thumbnail(data)).astype(int)
    assert small.shape == upright.shape
    assert np.abs(small[4, 4] - RED).max() < 40
    assert np.abs(small[28, 4] - BLUE).max() < 40


def test_broken_exif_does_not_spoil_a_sound_picture() -> None:
    assert open_picture(
        encoded(Image.new("RGB", (9, 5), RED), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff")
    ).size == (
        9,
        5,
    )


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken(format: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, GREEN, BLUE)]
    data = encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=100)
    assert np.abs(np.subtract(corner(data), RED)).max() <= 4
    assert preview(data).frames == 3


def test_a_thumbnail_is_a_small_webp_of_the_same_shape() -> None:
    small = Image.open(io.BytesIO(thumbnail(jpeg(size=(640, 480)))))
    assert (small.format, small.size) == ("WEBP", (128, 96))
    assert Image.open(io.BytesIO(thumbnail(jpeg(size=(640, 480)), side=64))).size == (64, 48)
    assert Image.open(io.BytesIO(thumbnail(png(size=(12, 8))))).size == (12, 8)
    assert Image.open(io.BytesIO(thumbnail(png(size=(3000, 2))))).size == (128, 1)


def test_a_thumbnail_shows_the_picture() -> None:
    data = jpeg(3, size=(640, 480))
    expected = np.asarray(open_picture(data).resize((128, 96), Image.Resampling.BOX)).astype(int)
    assert np.abs(pixels(thumbnail(data)).astype(int) - expected).mean() < 4


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty file"),
        (b"hello, I am a text", "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (jpeg()[:400], "breaks off"),
        (png(size=(200, 200))[:-40], "breaks off"),
        (png()[:20], "cannot be decoded|not a picture|breaks off"),
        (declared_png(11_000, 10_000), "11,000 × 10,000, over the limit of 100,000,000 pixels"),
        (declared_png(20_000, 20_000), "over the limit of 100,000,000 pixels"),
        (declared_png(2**31 - 1, 2**31 - 1), "over the limit|pixels|cannot be decoded"),
    ],
)
def test_what_is_no_sound_picture_is_refused_in_one_line(data: bytes, words: str) -> None:
    for attempt in (open_picture, thumbnail):
        with pytest.raises(BadPicture, match=words) as raised:
            attempt(data)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.98])
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_truncated_jpeg_is_found_although_only_a_thumbnail_is_decoded(share: float, options: dict) -> None:
    data = jpeg(size=(640, 480), **options)
    with pytest.raises(BadPicture, match="breaks off"):
        thumbnail(data[: int(share * len(data))])


def test_the_limit_counts_pixels_before_any_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXEL_LIMIT", 95)
    with pytest.raises(BadPicture, match="12 × 8, over the limit"):
        preview(png())
    assert PIXEL_LIMIT == 100_000_000
