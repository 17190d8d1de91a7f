"""Several captions a picture, in each of the ways in which people have them."""

import json
from pathlib import Path

import pytest

from core.sources import Item, read
from tests.sources.making import BLUE, GREEN, RED, by_source, png, put, reasons, split

PICTURES = {"Images/1_a.jpg": png(RED), "Images/2_b.jpg": png(GREEN)}
SAID = {"1_a.jpg": ("a red field", "red, all over"), "2_b.jpg": ("grass", "a green field")}


def check(folder: Path) -> list[str]:
    """Each picture has its two captions and no class; gives the reasons of what was refused."""
    found = list(read(folder))
    items = by_source(found)
    assert {name.removeprefix("Images/"): item.captions for name, item in items.items()} == SAID
    assert {item.label for item in items.values()} == {""}
    assert all(item.caption == item.captions[0] and not item.columns for item in items.values())
    return list(reasons(found))


def test_an_item_keeps_each_caption_once() -> None:
    item = Item("a", None, "one", captions=("two", " ", "one", "", "three"))
    assert (item.caption, item.captions) == ("one", ("one", "two", "three"))
    assert (Item("a", None, "one").captions, Item("a", captions=("x", "y")).caption) == (("one",), "x")
    assert (Item("a", png()).caption, Item("a", png(), "  ").captions) == ("", ())


def test_two_rows_of_one_content_are_one_item() -> None:
    first, second = Item("a", png(), "one", "", {"n": 1}), Item("b", png(), "two", "sky", {"n": 2, "by": "me"})
    assert first.with_more(second) == Item("a", png(), "one", "sky", {"n": 1, "by": "me"}, ("one", "two"))


def test_flickr8k_as_its_authors_give_it(tmp_path: Path) -> None:
    lines = [f"{name}#{n}\t{text} " for name, captions in SAID.items() for n, text in enumerate(captions)]
    broken = "no number here\n3_c.jpg#0\tgone\n1_a.jpg#3\tgrass\n1_a.jpg#4\ta red field\n"
    put(tmp_path, PICTURES | {"Flickr8k.token.txt": "\n".join(lines) + "\n"})
    assert check(tmp_path) == []
    put(tmp_path, {"Flickr8k.lemma.token.txt": "1_a.jpg#0\tbe red\n"})
    assert check(tmp_path) == ["Flickr8k.lemma.token.txt: words in their basic forms, not as written: left out"]
    put(tmp_path, {"Flickr8k.token.txt": "\n".join(lines) + "\n" + broken})
    found = list(read(tmp_path))
    assert by_source(found)["Images/1_a.jpg"].captions == (*SAID["1_a.jpg"], "grass")
    listed = "\n".join(reasons(found))
    assert "token.txt row 5: a picture's name, #, a number, a tab and a caption were expected" in listed
    assert "token.txt row 6: no picture '3_c.jpg' here" in listed
    assert "token.txt row 8: repeats Flickr8k.token.txt row 1" in listed


def test_flickr8k_as_kaggle_gives_it(tmp_path: Path) -> None:
    rows = [f'{name},"{text}"' for name, captions in SAID.items() for text in captions]
    put(tmp_path, PICTURES | {"captions.txt": "\n".join(["image,caption", *rows])})
    assert check(tmp_path) == []
    items = by_source(read(tmp_path / "captions.txt"))
    assert {name: item.captions for name, item in items.items()} == SAID
    items = by_source(read(tmp_path / "Images", captions=tmp_path / "captions.txt"))
    assert {name: item.captions for name, item in items.items()} == SAID


def test_a_text_of_that_name_beside_a_picture_is_its_caption(tmp_path: Path) -> None:
    put(tmp_path, {"token.png": png(), "token.txt": "a coin"})
    (item,) = read(tmp_path)
    assert item.captions == ("a coin",)


@pytest.mark.parametrize("names", [("caption_1", "caption_2"), ("caption", "caption2"), ("Caption 2", "caption10")])
def test_a_column_for_each(tmp_path: Path, names: tuple[str, str]) -> None:
    rows = [f'{name},"{second}",7,"{first}"' for name, (first, second) in SAID.items()]
    text = "\n".join([f"image,{names[1]},caption_id,{names[0]}", *rows])
    put(tmp_path, {name.removeprefix("Images/"): data for name, data in PICTURES.items()} | {"t.csv": text})
    items = by_source(read(tmp_path))
    assert {name: item.captions for name, item in items.items()} == SAID
    assert {tuple(item.columns.items()) for item in items.values()} == {(("caption_id", 7),)}


LISTS = [
    ("captions", ["one", "two", "one"]),
    ("sentences", [{"raw": "one", "tokens": ["one"]}, {"raw": "two"}, {"tokens": []}]),
    ("sentences_raw", ["one", "two"]),
    ("raw", '["one", "two"]'),
    ("caption", "['one', \"two\"]"),
    ("captions", {"text": ["one", "two"]}),
]


@pytest.mark.parametrize(("name", "cell"), LISTS)
def test_a_list_in_a_cell(tmp_path: Path, name: str, cell: object) -> None:
    put(tmp_path, {"a.png": png(), "list.jsonl": json.dumps({"image": "a.png", name: cell})})
    (item,) = read(tmp_path / "list.jsonl")
    assert item.captions == ("one", "two")


@pytest.mark.parametrize("cell", ["[one, two]", "['one', 2]", "['one'", "[" * 5000 + "'", "['a\\d'", '["x"] and more'])
def test_what_only_looks_like_a_list_is_a_caption(tmp_path: Path, cell: str) -> None:
    put(tmp_path, {"a.png": png(), "list.jsonl": json.dumps({"image": "a.png", "caption": cell})})
    (item,) = read(tmp_path / "list.jsonl")
    assert item.captions == (cell,)


def test_a_caption_and_a_list_of_all(tmp_path: Path) -> None:
    put(
        tmp_path, {"a.png": png(), "list.jsonl": json.dumps({"image": "a.png", "captions": ["x", "y"], "caption": "y"})}
    )
    (item,) = read(tmp_path / "list.jsonl")
    assert (item.captions, item.columns) == (("y", "x"), {})


def test_captions_without_a_picture_are_one_item(tmp_path: Path) -> None:
    put(tmp_path, {"list.csv": "caption1,caption2\none,two\none,two\none,three\n"})
    items, refused = split(read(tmp_path / "list.csv"))
    assert [item.captions for item in items] == [("one", "two"), ("one", "three")]
    assert [each.reason for each in refused] == ["repeats list.csv row 2"]


def test_two_tables_of_one_picture(tmp_path: Path) -> None:
    put(tmp_path, {"x/a.png": png(), "one.csv": "image,caption\na.png,one\n", "two.csv": "image,text\nx/a.png,two\n"})
    put(tmp_path, {"three.csv": "image,caption\nX/A.PNG,one\n"})
    found = list(read(tmp_path))
    assert by_source(found)["x/a.png"].captions == ("one", "two")
    assert list(reasons(found)) == ["three.csv row 2: 'X/A.PNG' is the picture of one.csv row 2"]


def test_karpathys_lists(tmp_path: Path) -> None:
    sentences = [{"raw": text, "tokens": text.split()} for text in SAID["1_a.jpg"]]
    images = [{"filename": "1_a.jpg", "split": "test", "sentences": sentences}]
    put(tmp_path, {"Images/1_a.jpg": png(BLUE), "dataset_flickr8k.json": json.dumps({"images": images})})
    (item,) = read(tmp_path)
    assert (item.captions, item.columns, item.label) == (SAID["1_a.jpg"], {"split": "test"}, "")
