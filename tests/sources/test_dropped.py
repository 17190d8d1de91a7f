"""Files dropped on the page, as its spool hands them to the sources: pictures, zips and tables in one heap."""

import json

from tests.sources.making import BLUE, GREEN, RED, by_source, dropped, png, reasons, split, zipped


def test_a_table_dropped_with_its_pictures_names_them() -> None:
    files = [
        ("captions.csv", b"image,caption,label,year\nphotos/a.png,a red field,sky,1999\nc.png,who?,,\n"),
        ("a.png", png(RED)),
        ("b.png", png(GREEN)),
    ]
    found = dropped(files)
    items = by_source(found)
    assert (items["a.png"].caption, items["a.png"].label, items["a.png"].columns) == (
        "a red field",
        "sky",
        {"year": 1999},
    )
    assert (items["b.png"].caption, items["b.png"].image) == ("", png(GREEN))
    assert list(reasons(found)) == ["captions.csv row 3: no picture 'c.png' here: check the name or bring the picture"]


def test_zips_open_and_a_table_beside_one_speaks_of_its_members() -> None:
    coco = {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"image_id": 1, "caption": "one"}]}
    archive = ("photos.zip", zipped({"cat/a.png": png(), "dog/b.png": png(BLUE)}))
    items = by_source(dropped([archive, ("x.png", png(GREEN))]))
    assert {name: item.label for name, item in items.items()} == {"cat/a.png": "cat", "dog/b.png": "dog", "x.png": ""}
    items = by_source(dropped([archive, ("captions.json", json.dumps(coco).encode())]))
    assert items["cat/a.png"].caption == "one"


def test_a_folder_dropped_whole_keeps_its_sub_folders() -> None:
    items = by_source(dropped([("pets/cat/a.png", png()), ("pets/dog/b.png", png(BLUE))]))
    assert [item.label for item in items.values()] == ["cat", "dog"]


def test_two_files_of_one_name_are_two_items() -> None:
    items = by_source(dropped([("a.png", png(RED)), ("a.png", png(GREEN))]))
    assert {name: item.image for name, item in items.items()} == {"a.png": png(RED), "a (2).png": png(GREEN)}


def test_a_table_cannot_reach_files_that_were_not_dropped(tmp_path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    rows = f"image,caption\n{tmp_path}/secret.png,one\n../secret.png,two\n"
    items, refused = split(dropped([("list.csv", rows.encode())]))
    assert not items
    assert len(refused) == 2


def test_a_name_that_two_pictures_share_is_not_guessed() -> None:
    files = [("x/a.png", png(RED)), ("y/a.png", png(GREEN)), ("t.csv", b"image,caption\na.png,one\ny/a.png,two\n")]
    found = dropped(files)
    assert by_source(found)["y/a.png"].caption == "two"
    assert by_source(found)["x/a.png"].caption == ""
    assert [reason.partition(":")[0] for reason in reasons(found)] == ["t.csv row 2"]
