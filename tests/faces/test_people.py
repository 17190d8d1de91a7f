"""Drawn people: factors even and independent, counterfactuals that change what they should and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from core.recipes.faces import people
from core.recipes.faces.people import BY_SEX, FACTORS, Person, draw, face

FOLLOWS = {
    "glasses": {"glasses"},
    "sex": {"hairBg", "hair", "eye", "head", "body", "fatness", "ear", "nose"},
    "race": {"body", "hair"},
    "facial hair": {"facialHair"},
    "hat": {"accessories"},
    "long hair": {"hairBg"},
    "smile": {"mouth"},
}
"""Factor → the parts of a face that may change with it."""


@pytest.fixture
def crowd(rng: np.random.Generator) -> list[Person]:
    return [draw(rng) for _ in range(2000)]


@pytest.mark.parametrize("factor", FACTORS)
def test_a_counterfactual_changes_its_own_parts_only(crowd: list[Person], factor: str) -> None:
    changed: set[str] = set()
    for person in crowd[:200]:
        for value in range(len(FACTORS[factor])):
            other = person.with_factor(factor, value)
            before, after = face(person), face(other)
            parts = {part for part in before if before[part] != after[part]}
            assert not parts or value != person.labels[factor]
            changed |= parts
    assert changed == FOLLOWS[factor]


def test_going_back_gives_the_same_face(crowd: list[Person]) -> None:
    for person in crowd[:50]:
        there = person.with_factor("sex", 1 - person.labels["sex"])
        assert face(there.with_factor("sex", person.labels["sex"])) == face(person)


def test_factors_are_even_and_independent(crowd: list[Person]) -> None:
    labels = np.array([list(person.labels.values()) for person in crowd], float)
    for column, values in zip(labels.T, FACTORS.values(), strict=True):
        counts = np.bincount(column.astype(int), minlength=len(values))
        assert np.abs(counts / len(crowd) - 1 / len(values)).max() < 0.05
    correlation = np.corrcoef(labels.T) - np.eye(len(FACTORS))
    assert np.abs(correlation).max() < 0.08


def test_the_lists_of_both_sexes_match_one_to_one() -> None:
    assert all(len(kinds["female"]) == len(kinds["male"]) for kinds in BY_SEX.values())


def test_every_chance_is_used(crowd: list[Person]) -> None:
    """A number that no part hangs on would be a choice that nobody makes."""
    asked: set[str] = set()

    class Told(dict):
        def __getitem__(self, name: str) -> float:
            asked.add(name)
            return super().__getitem__(name)

    for person in crowd[:100]:
        face(Person(person.labels, Told(person.chance)))
    assert asked == set(people.CHANCES)


def test_a_complexion_lies_between_the_colours_of_a_palette(crowd: list[Person]) -> None:
    palette = ("#000000", "#ff8000", "#ffffff")

    def at(complexion: float) -> str:
        return replace(crowd[0], chance={"complexion": complexion}).colour(palette)

    assert [at(0), at(0.25), at(0.5), at(0.75)] == ["#000000", "#804000", "#ff8000", "#ffc080"]
    assert all(person.colour(("#123456",)) == "#123456" for person in crowd[:50])
