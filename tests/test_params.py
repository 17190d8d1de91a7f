"""How parameters are described, converted and limited."""

from dataclasses import asdict, dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands.comparing import candidates
from core.commands.runs import Recipe
from core.errors import BadParameter
from core.methods import Method, discover, find, param
from core.workspace import RunCard


@dataclass(frozen=True)
class Params:
    steps: int = param(10, "how many steps", minimum=1, maximum=100)
    rate: float = param(0.5, "how fast", minimum=0, maximum=1)
    bold: bool = param(False, "whether to be bold")
    metric: str = param("cosine", "distance", choices=("cosine", "euclidean"))
    seed: int = param(0, "same seed, same result", minimum=0)


def nothing(x: object, params: Params, report: object = None) -> None:
    """A fit that does nothing."""


METHOD = Method("nothing", "Nothing", Params, nothing)


@given(
    steps=st.integers(1, 100),
    rate=st.floats(0, 1),
    bold=st.booleans(),
    metric=st.sampled_from(["cosine", "euclidean"]),
    as_text=st.booleans(),
)
def test_values_within_the_limits_come_through(steps: int, rate: float, bold: bool, metric: str, as_text: bool) -> None:
    given = {"steps": steps, "rate": rate, "bold": bold, "metric": metric}
    params = METHOD.make_params({name: str(value) for name, value in given.items()} if as_text else given)
    assert asdict(params) == given | {"seed": 0}
    assert [type(value) for value in asdict(params).values()] == [int, float, bool, str, int]


@given(value=st.one_of(st.integers(max_value=0), st.integers(min_value=101)))
def test_whole_numbers_outside_the_limits_are_refused(value: int) -> None:
    with pytest.raises(BadParameter, match=rf"^steps={value} is (above 100|below 1); its default is 10$"):
        METHOD.make_params({"steps": value})


@given(value=st.one_of(st.floats(max_value=-1e-9), st.floats(min_value=1.0001)))
def test_real_numbers_outside_the_limits_are_refused(value: float) -> None:
    with pytest.raises(BadParameter, match=r"^rate=.* is (above 1|below 0); its default is 0.5$"):
        METHOD.make_params({"rate": value})


@given(name=st.sampled_from(["steps", "rate", "bold", "metric", "seed"]), text=st.text(max_size=20))
def test_any_text_is_a_value_or_one_line(name: str, text: str) -> None:
    said = name
    try:
        METHOD.make_params({name: text})
    except BadParameter as error:
        said = str(error)
    assert name in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"stepz": 3}, "nothing has no parameter 'stepz'; it has steps, rate, bold, metric, seed"),
        ({"steps": "many"}, "steps='many' is not a int; its default is 10"),
        ({"steps": None}, "steps=None is not a int; its default is 10"),
        ({"rate": "nan"}, "rate is not a number; its default is 0.5"),
        ({"rate": "inf"}, "rate=inf is above 1; its default is 0.5"),
        ({"bold": "perhaps"}, "bold='perhaps' is not a bool; its default is False"),
        ({"metric": "hamming"}, "metric='hamming' is not one of cosine, euclidean"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(given: dict, line: str) -> None:
    with pytest.raises(BadParameter) as caught:
        METHOD.make_params(given)
    assert str(caught.value) == line


def test_a_description_holds_what_a_form_needs() -> None:
    described = {each.name: each for each in METHOD.info.params}
    assert asdict(described["steps"]) == {
        "name": "steps",
        "type": "int",
        "default": 10,
        "help": "how many steps",
        "minimum": 1,
        "maximum": 100,
        "choices": (),
    }
    assert described["metric"].choices == ("cosine", "euclidean")


def test_the_documentation_is_that_of_the_module() -> None:
    assert METHOD.summary == "How parameters are described, converted and limited."


def test_methods_are_found_by_name() -> None:
    assert find("core.maps", "pca") is discover("core.maps")["pca"]


def test_a_wrong_method_is_answered_with_the_right_ones() -> None:
    with pytest.raises(BadParameter, match=r"^no method 'tsme' in maps; choose from pca, tsne, umap$"):
        find("core.maps", "tsme")


def test_names_of_earlier_versions_are_read() -> None:
    """By a method, and on the card of a map that takes new items."""
    former = {"iterations": 60, "early_iterations": 30, "perplexity": 5.0}
    tsne = find("core.maps", "tsne")
    params = tsne.make_params(former)
    assert (params.max_iter, params.early_exaggeration_iter) == (60, 30)
    assert find("core.clustering", "kmeans").make_params({"starts": 3}).n_init == 3
    card = RunCard("", "map", "tsne", "t-SNE", former)
    assert Recipe.of_card(card).params == params


def test_a_comparison_takes_names_of_earlier_versions() -> None:
    (candidate,) = candidates("core.clustering", ["kmeans"], {"starts": 3, "iterations": 9}, {}, "kmeans")
    assert candidate.settings == {"n_init": 3, "max_iter": 9}
