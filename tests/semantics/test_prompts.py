"""Prompts: from files of three forms, refused in one line; templates are averaged as unit vectors."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.progress import Progress
from core.semantics.prompts import BATCH, MOST_PROMPTS, Prompts, check_templates, embedded, read_prompts
from tests.semantics.making import Encoder, meaning

TWO = Prompts(("a coat", "a bag"), ("coat", "bag"))


def written(folder: Path, text: str, name: str = "prompts.txt") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("prompts.txt", "coat: a coat\nbag: a bag\n"),
        ("prompts.txt", "\ufeffcoat:  a  coat \r\nbag: a bag\r\n\r\n"),
        ("prompts.csv", "prompt,class\na coat,coat\na bag,bag\n"),
        ("prompts.csv", 'CLASS , Prompt,more\ncoat,"a coat",1\n\nbag,a bag\n'),
        ("prompts.tsv", "class\tprompt\ncoat\ta coat\nbag\ta bag"),
    ],
)
def test_a_file_with_classes(tmp_path: Path, name: str, text: str) -> None:
    assert read_prompts(written(tmp_path, text, name)) == TWO


@pytest.mark.parametrize(
    ("name", "text"),
    [("prompts.txt", "at 12:30\na bag"), ("prompts", "at 12:30\na bag\n"), ("p.csv", "prompt\nat 12:30\na bag\n")],
)
def test_without_classes_each_prompt_is_its_own(tmp_path: Path, name: str, text: str) -> None:
    found = read_prompts(written(tmp_path, text, name))
    assert found == Prompts(("at 12:30", "a bag"), ("at 12:30", "a bag"))


def test_a_prompt_with_a_colon_goes_into_a_table(tmp_path: Path) -> None:
    found = read_prompts(written(tmp_path, 'prompt\n"flag: Peru, waved"\n', "prompts.csv"))
    assert found.texts == found.classes == ("flag: Peru, waved",)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("p.txt", "", "no prompts: write one a line"),
        ("p.txt", "\n \n", "no prompts: write one a line"),
        ("p.txt", "a\n\nb\n", "prompt 2 is empty"),
        ("p.txt", "coat:\nbag: a bag", "prompt 1 is empty"),
        ("p.txt", "coat: a coat\n\nbag: a bag", "prompt 2 is empty"),
        ("p.txt", "coat: a coat\na bag", "line 2 has no class, others have"),
        ("p.txt", "a\n" * (MOST_PROMPTS + 1), "10,001 prompts are more than 10,000"),
        ("p.csv", "", "no column `prompt`; there are none"),
        ("p.csv", "words,class\na,b", "no column `prompt`; there are words, class"),
        ("p.csv", "prompt,class\n", "no prompts"),
        ("p.csv", "prompt,class\na coat,\n", "class 1 is empty"),
        ("p.csv", "prompt,class\na coat,coat\n,bag\n", "prompt 2 is empty"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path, name: str, text: str, line: str) -> None:
    file = written(tmp_path, text, name)
    with pytest.raises(BadInput, match=r"^[^\n]+$") as refused:
        read_prompts(file)
    assert str(refused.value).startswith(f"{file}: {line}")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        read_prompts(tmp_path / "none.txt")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\x00\x01\x02" * 9)
    with pytest.raises(BadInput, match=r"picture\.txt: "):
        read_prompts(tmp_path / "picture.txt")


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12))
def test_classes_are_numbered_as_they_come(classes: list[str]) -> None:
    found = Prompts.of([f"{name} {place}" for place, name in enumerate(classes)], classes)
    assert [found.names[number] for number in found.numbers] == classes
    assert len(set(found.names)) == len(found.names)


def test_a_vector_is_the_mean_of_the_templates_unit_vectors() -> None:
    prompts = Prompts(("coat", "jacket", "bag"), ("clothes", "clothes", "bag"))
    templates = ["a photo of a {}", "{}, drawn", "two {}: {}"]
    found = embedded(prompts, Encoder().encode_texts, Encoder().truncated, templates)
    means = np.array([[meaning(each.replace("{}", text)) for each in templates] for text in prompts.texts])
    alone = means.mean(axis=1)
    both = np.array([means[:2].reshape(-1, means.shape[2]).mean(axis=0), alone[2]])
    assert np.allclose(found.prompts, alone / np.linalg.norm(alone, axis=1, keepdims=True), atol=1e-6)
    assert np.allclose(found.classes, both / np.linalg.norm(both, axis=1, keepdims=True), atol=1e-6)


def test_without_templates_a_prompt_is_read_as_it_is() -> None:
    encoder = Encoder()
    found = embedded(TWO, encoder.encode_texts, encoder.truncated)
    assert encoder.asked == ["a coat", "a bag"]
    assert np.allclose(found.prompts, found.classes)


def test_texts_that_are_cut_off_are_named_as_they_were_read() -> None:
    prompts = Prompts.of(["short", "one two three four five"])
    found = embedded(prompts, Encoder().encode_texts, Encoder().truncated, ["{}", "a {}"])
    assert found.truncated == ["a one two three four five"]


def test_many_prompts_are_read_in_batches_that_tell_how_far_they_are() -> None:
    told: list[Progress] = []
    prompts = Prompts.of(f"thing {number}" for number in range(BATCH + 1))
    found = embedded(prompts, Encoder().encode_texts, Encoder().truncated, report=told.append)
    assert np.allclose(found.prompts[-1], meaning(f"thing {BATCH}"))
    assert [(each.done, each.total) for each in told] == [(0, BATCH + 1), (BATCH, BATCH + 1)]


def test_templates_that_are_none() -> None:
    with pytest.raises(BadInput, match=r"template 'a photo' has no place for the prompt: write \{\} there"):
        check_templates(["{}", "a photo"], 3)
    with pytest.raises(BadInput, match="10,000 prompts in 11 templates are more than 100,000 texts"):
        check_templates([f"{{}} {number}" for number in range(11)], MOST_PROMPTS)
    assert check_templates(["{}", "{}"], 1) == ["{}"]
