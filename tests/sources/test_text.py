"""Encodings are told where they can be, and refused with the remedy where not."""

import pytest

from core.errors import BadInput
from core.sources.text import decode

TEXT = "image,caption\na.png,„Käse“ – un goût de déjà-vu\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_the_encodings_that_programs_write(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == TEXT


def test_marked_big_endian() -> None:
    assert decode(b"\xfe\xff" + TEXT.encode("utf-16-be")) == TEXT


def test_latin_1() -> None:
    text = "caption\nEspaña, Ångström, Gruß\n"
    assert decode(text.encode("latin-1")) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("caption\n富士山の写真\n", "shift-jis"), ("caption\n红色的花\n", "gbk"), ("caption\nкрасный цветок\n", "cp1251")],
)
def test_what_cannot_be_told_is_refused_with_the_remedy(text: str, encoding: str) -> None:
    with pytest.raises(BadInput, match="encoding cannot be told: save it as UTF-8"):
        decode(text.encode(encoding))


def test_a_mark_that_lies_and_bytes_that_are_no_text() -> None:
    with pytest.raises(BadInput, match="says it is utf-8-sig but is not"):
        decode(b"\xef\xbb\xbf\xff\xff")
    with pytest.raises(BadInput, match="NUL"):
        decode(b"a,b\n\x00\x01\x02,x\nand so on and so forth")
