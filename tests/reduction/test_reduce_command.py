"""The command `reduce`: JSON as promised, curves kept as they grow, one line and status 2 for bad input."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from core.commands import COMMANDS, reducing
from core.commands.pairs import read_pairs
from core.errors import Cancelled
from core.methods import Method, discover
from core.progress import Progress
from core.reduction.compare import evaluated_whole, splits
from core.reduction.retrieval import ranks
from core.results import Pairs
from core.runs.reduction import ReductionResult, ReductionRun
from core.sources import Item
from core.workspace import Workspace
from tests.clustering.making import Stop
from tests.reduction.making import related
from tests.reduction.test_compare import METHOD, Params, fit
from tests.terminal import Terminal
from tests.workspace.making import fill

COUNT, DIMENSIONS = 120, 16
PAIRS = related(COUNT, DIMENSIONS, noise=2)
POINT = {"dim", "i2t", "t2i", "both", "right", "recall", "seconds", "difference", "p", "standard_error", "mcnemar"}
FIRST = ["--method", "first"]


@pytest.fixture(autouse=True)
def first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reducer that keeps the first dimensions, and one with a parameter that refuses the number 6."""

    def refuse_six(pairs: Pairs, params: Any, report: Any) -> Any:
        from core.errors import BadInput

        if params.dimensions == 6:
            raise BadInput("six is too many")
        return fit(pairs, params, report)

    methods = {"first": METHOD, "picky": Method("picky", "Picky", Params, refuse_six), **discover(reducing.PACKAGE)}
    monkeypatch.setattr("core.methods.discover", lambda package: methods)


@pytest.fixture
def source(tmp_path: Path) -> str:
    return saved(tmp_path, image=PAIRS.image, text=PAIRS.text)


def saved(folder: Path, **arrays: np.ndarray) -> str:
    np.savez(folder / "pairs.npz", allow_pickle=False, **arrays)
    return str(folder / "pairs.npz")


@pytest.fixture
def place(place: Workspace) -> Workspace:
    """The pairs; items 100 to 109 have the captions of items 0 to 9, and the last ten items no caption's vector."""
    items = [Item(f"{row}", None, f"caption {row}", label=f"{row % 3}") for row in range(COUNT)]
    ids = fill(place, items)
    place.set_column("caption", {ids[row]: f"Caption  {row - 100}" for row in range(100, 110)})
    place.add_embeddings("pocket", "image", ids, PAIRS.image)
    place.add_embeddings("pocket", "text", ids[:110], PAIRS.text[:110])
    return place


def test_json_is_what_scripts_rely_on(source: str, terminal: Terminal) -> None:
    found = terminal.json("reduce", source, *FIRST, "--dims", "12,4", "--seeds", "4")
    whole = evaluated_whole(PAIRS, splits(np.arange(COUNT), 4))
    shares = (whole.i2t < 1).mean(axis=1)
    assert found["full"]["i2t"] == pytest.approx(shares.mean())
    assert found["full"]["sd"]["i2t"] == pytest.approx(shares.std(ddof=1))
    assert found["full"]["right"]["i2t"] == pytest.approx(shares.mean() * 60)
    low, high = found["full"]["band"]["both"]
    assert low < found["full"]["both"][0] < high
    curve = found["curves"]["first"]
    assert [point["dim"] for point in curve] == [4, 12]
    assert all(set(point) >= POINT for point in curve)
    assert curve[0]["t2i"][0] < curve[1]["t2i"][0] <= curve[1]["recall"]["5"]["t2i"][0]
    assert curve[0]["difference"] < 0
    assert found["smallest_lossless"]["first"] in (12, None)
    assert curve[0]["lossless"] is False
    assert curve[0]["p"] < 0.05
    assert set(curve[0]["mcnemar"]["i2t"]) == {"lost", "won", "p"}
    assert (found["pairs"], found["held_out"], found["splits"], found["at"]) == (COUNT, 60, 4, 1)
    assert len(found["explained_variance"]) == DIMENSIONS
    assert 1 < found["intrinsic_dimension"]["image"] < DIMENSIONS
    assert found["runs"] == {"first": None}
    assert (found["repeated"], found["space"]) == (0, "both")


def test_figures_are_of_pairs_held_out_of_the_fit(source: str) -> None:
    found = COMMANDS["reduce"](source, ["pca"], dims=[8], seeds=2)
    split = splits(np.arange(COUNT), 2)[0]
    reducer = discover(reducing.PACKAGE)["pca"]
    made = reducer.fit(PAIRS.take(split.fit), reducer.make_params({"dimensions": 8}))
    before, after = ranks(PAIRS.take(split.held_out)), ranks(made(PAIRS.take(split.held_out)))
    lost = ((before.image_to_text < 1) & (after.image_to_text >= 1)).sum()
    assert found["curves"]["pca"][0]["mcnemar"]["i2t"]["lost"] == lost


def test_usual_dimensions_below_those_there_are(source: str, terminal: Terminal) -> None:
    found = terminal.json("reduce", source, *FIRST, "--seeds", "1")
    assert [point["dim"] for point in found["curves"]["first"]] == [8]
    assert found["dims_left_out"] == [16, 32, 64, 128, 256]
    assert found["curves"]["first"][0]["i2t"][1] == 0


def test_recall_at_five_can_be_what_is_tested(source: str, terminal: Terminal) -> None:
    one, five = (terminal.json("reduce", source, *FIRST, "--dims", "4", "--at", at) for at in ("1", "5"))
    assert five["full"]["i2t"] == one["full"]["i2t"]
    assert five["full"]["right"]["i2t"] > one["full"]["right"]["i2t"]
    assert five["curves"]["first"][0]["both"][0] > one["curves"]["first"][0]["both"][0]
    differences = [each["curves"]["first"][0]["difference"] for each in (one, five)]
    assert differences[0] != differences[1]


def test_rows_are_made_unit_vectors(tmp_path: Path) -> None:
    scales = np.linspace(0.1, 9, COUNT)[:, None]
    long = saved(tmp_path, image=PAIRS.image * scales, text=PAIRS.text * scales[::-1])
    found = read_pairs(long).pairs
    assert np.allclose(found.image, PAIRS.image, atol=1e-6)
    assert np.allclose(found.text, PAIRS.text, atol=1e-6)


def test_ranks_go_into_a_file(source: str, tmp_path: Path, terminal: Terminal) -> None:
    out = tmp_path / "ranks.npz"
    terminal.json("reduce", source, *FIRST, "--dims", "4,8", "--seeds", "2", "--out", str(out))
    with np.load(out) as arrays:
        assert arrays["first.i2t"].shape == arrays["first.i2t_nearest"].shape == (2, 2, 60)
        assert arrays["first.dims"].tolist() == [4, 8]
        assert arrays["full_t2i"].shape == arrays["held_out"].shape == (2, 60)


def test_a_person_reads_a_table(source: str, terminal: Terminal) -> None:
    text = terminal.text("reduce", source, *FIRST, "--dims", "4,8")
    assert "right of 60, i2t" in text
    assert "smallest lossless" in text
    assert "detectable_loss" in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "Missing option '--method'"),
        (["--method", "pcs"], "no method 'pcs' in reduction; choose from"),
        ([*FIRST, "--dims", "16"], "16 dimensions are not between 2 and 15: there are 16 to begin"),
        ([*FIRST, "--dims", "8,512"], "512 dimensions are not between 2 and 15"),
        ([*FIRST, "--dims", "1"], "1 dimensions are not between 2 and 15"),
        ([*FIRST, "--dims", "8,x"], "--dims 8,x: write whole numbers, e.g. --dims 8,16,32"),
        ([*FIRST, "--dims", ""], "--dims : write whole numbers"),
        ([*FIRST, "--seeds", "0"], "seeds=0 is not between 1 and 1,000"),
        ([*FIRST, "--at", "2"], "at=2 is not one of 1, 5, 10"),
        ([*FIRST, "--set", "seed=1"], "seed is no setting of a single method: give seeds (--seeds)"),
        ([*FIRST, "--set", "dimensions=9"], "dimensions is no setting of a single method: give dims (--dims)"),
        ([*FIRST, "--set", "width=9"], "first has no parameter 'width'"),
        ([*FIRST, "--tag", "cats"], "a .npz has no tags, give a workspace"),
        ([*FIRST, "--dims", "4", "--out", "/no/such/folder/x.npz"], "cannot be written"),
    ],
)
def test_bad_input_is_one_line_and_status_2(source: str, terminal: Terminal, arguments: list[str], line: str) -> None:
    assert line in terminal.refused("reduce", source, *arguments)


def damaged(value: float) -> np.ndarray:
    rows = PAIRS.text.copy()
    rows[7] = value
    return rows


@pytest.mark.parametrize(
    ("arrays", "line"),
    [
        ({"image": PAIRS.image[:49], "text": PAIRS.text[:49]}, "49 pairs are fewer than 50"),
        ({"image": PAIRS.image, "text": PAIRS.text[:-1]}, "image is (120, 16), text (119, 16): pairs must match"),
        ({"image": PAIRS.image, "text": PAIRS.text[:, :-1]}, "image is (120, 16), text (120, 15): pairs must match"),
        ({"image": PAIRS.image, "text": damaged(np.nan)}, "text: row 7 is not finite"),
        ({"image": damaged(np.inf), "text": PAIRS.text}, "image: row 7 is not finite"),
        ({"image": PAIRS.image, "text": damaged(0)}, "text: row 7 is all zeros"),
        ({"image": PAIRS.image}, "holds image: for both, `x` (N, D) or the pairs"),
        ({"x": PAIRS.image}, "holds `x`: pairs are needed, `image` and `text` (N, D)"),
        ({"image": PAIRS.image[:, :2], "text": PAIRS.text[:, :2]}, "2 dimensions are too few to leave any out"),
        ({"image": PAIRS.image[:, :8], "text": PAIRS.text[:, :8]}, "name fewer, e.g. 2 and 4 (--dims)"),
    ],
)
def test_arrays_that_cannot_be_used(
    tmp_path: Path, terminal: Terminal, arrays: dict[str, np.ndarray], line: str
) -> None:
    assert line in terminal.refused("reduce", saved(tmp_path, **arrays), *FIRST)


def test_a_method_that_refuses_costs_the_others_nothing(source: str, terminal: Terminal) -> None:
    found = terminal.json("reduce", source, "--method", "picky", *FIRST, "--dims", "4,6,8", "--seeds", "1")
    assert [point["dim"] for point in found["curves"]["picky"]] == [4]
    assert [point["dim"] for point in found["curves"]["first"]] == [4, 6, 8]
    assert found["refused"] == [{"method": "picky", "reason": "six is too many"}]
    assert "six is too many" in terminal.refused("reduce", source, "--method", "picky", "--dims", "6")


# workspaces


def test_a_curve_is_kept_with_its_card(place: Workspace) -> None:
    found = COMMANDS["reduce"](place.path, ["first"], dims=[4, 8], seeds=3)
    run = place.run(found["runs"]["first"])
    card, arrays = run.card, run.arrays
    assert [each.id for each in place.runs("reduction")] == [card.id]
    assert (card.method, card.model, card.space, card.items) == ("first", "pocket", "both", 100)
    assert card.params == {"seed": 0}
    fingerprints = [place.fingerprint("pocket", modality) for modality in ("image", "text")]
    assert card.fingerprint == "+".join(fingerprints)
    metrics = card.metrics
    assert (metrics["splits"], metrics["held_out"], metrics["repeated"], metrics["dims"]) == (3, 50, 10, [4, 8])
    kept, told = ReductionRun.of(run), msgspec.convert(found, ReductionResult)
    assert kept.figures.curve == told.curves["first"]
    assert kept.figures.full == told.full
    assert kept.figures.smallest_lossless == told.smallest_lossless["first"]
    assert metrics["partial"] is False
    assert arrays["ids"].tolist() == read_pairs(place.path).ids.tolist()
    assert arrays["dims"].tolist() == [4, 8]
    assert arrays["i2t"].shape == arrays["t2i"].shape == (2, 3, 50)
    assert arrays["full_i2t"].shape == arrays["held_out"].shape == (3, 50)
    ranked = [f"{part}{way}{kind}" for part in ("", "full_") for way in ("i2t", "t2i") for kind in ("", "_nearest")]
    assert {arrays[name].dtype for name in ranked} == {np.dtype(np.int32)}
    assert arrays["t2i_nearest"].shape == (2, 3, 50)
    assert arrays["full_t2i_nearest"].shape == (3, 50)
    assert (arrays["held_out"].dtype, arrays["explained"].dtype) == (np.int64, np.float32)
    assert arrays["explained"].shape == (DIMENSIONS,)
    assert (arrays["full_i2t"] < 1).mean() == pytest.approx(found["full"]["i2t"])


def test_the_run_grows_with_each_dimension(place: Workspace) -> None:
    grown: list[tuple[str, int, bool]] = []

    def look(progress: Progress) -> None:
        grown.extend((card.id, len(card.metrics["curve"]), card.metrics["partial"]) for card in place.runs("reduction"))

    found = COMMANDS["reduce"](place.path, ["first"], dims=[4, 8, 12], seeds=1, report=look)
    assert list(dict.fromkeys(grown)) == [(found["runs"]["first"], 1, True), (found["runs"]["first"], 2, True),
                                          (found["runs"]["first"], 3, False)]  # fmt: skip


def test_curves_of_the_same_held_out_pairs_can_be_told(place: Workspace) -> None:
    asked = (("first", 2), ("pca", 2), ("pca", 3))
    runs = [COMMANDS["reduce"](place.path, [name], dims=[4], seeds=number)["runs"][name] for name, number in asked]
    names = [place.run(run).card.metrics["comparison"] for run in runs]
    assert names[0] == names[1] != names[2]


def test_each_caption_takes_part_once(place: Workspace) -> None:
    ids = place.table(["id"])["id"].to_pylist()
    found = read_pairs(place.path)
    assert found.ids.tolist() == ids[:100]
    assert found.repeated == 10
    assert np.allclose(found.pairs.text, PAIRS.text[:100], atol=1e-6)


def test_pairs_are_chosen_by_a_tag(place: Workspace, terminal: Terminal) -> None:
    ids = place.table(["id"])["id"].to_pylist()
    place.set_column("tag", dict.fromkeys(ids[:70], "early"))
    found = terminal.json("reduce", place.path, *FIRST, "--dims", "4", "--seeds", "1", "--tag", "early")
    card = place.run(found["runs"]["first"]).card
    assert found["pairs"] == card.items == 70
    assert found["tag"] == card.metrics["tag"] == "early"
    assert card.fingerprint != "+".join(place.fingerprint("pocket", modality) for modality in ("image", "text"))
    assert "40 pairs are fewer than 50" in terminal.refused("reduce", place.path, *FIRST, "--exclude", "early")
    assert "tag late: no item has this tag; there are early" in terminal.refused(
        "reduce", place.path, *FIRST, "--tag", "late"
    )


@pytest.mark.parametrize(
    ("modality", "line"),
    [
        ("image", "pocket has embedded images and no captions"),
        ("text", "pocket has embedded captions and no images"),
        (None, "nothing"),
    ],
)
def test_a_workspace_without_pairs(tmp_path: Path, terminal: Terminal, modality: str | None, line: str) -> None:
    workspace = Workspace.create(tmp_path / "half")
    ids = list(workspace.add([Item(f"{row}", None, f"caption {row}") for row in range(COUNT)]).ids)
    if modality:
        workspace.add_embeddings("pocket", modality, ids, PAIRS.image)
    assert (line if modality else "no items are embedded") in terminal.refused("reduce", workspace.path, *FIRST)
    assert workspace.runs() == []


def test_a_stop_keeps_the_points_that_are_done(place: Workspace) -> None:
    found = COMMANDS["reduce"](place.path, ["first", "pca"], dims=[4, 8], seeds=2, report=Stop("8 dimensions, split 1"))
    assert found["partial"] is True
    assert [point["dim"] for point in found["curves"]["first"]] == [4]
    assert "pca" not in found["curves"]
    card = place.run(found["runs"]["first"]).card
    assert card.metrics["partial"] is True
    assert len(card.metrics["curve"]) == 1


def test_a_stop_before_there_is_anything_keeps_nothing(place: Workspace) -> None:
    for word in ("reading", "all dimensions", "4 dimensions, split 2"):
        with pytest.raises(Cancelled):
            COMMANDS["reduce"](place.path, ["first"], dims=[4], seeds=2, report=Stop(word))
    assert place.runs() == []


def test_progress_rises_over_methods(source: str) -> None:
    told: list[Progress] = []
    COMMANDS["reduce"](source, ["first", "pca"], dims=[4, 8], seeds=2, report=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert {progress.total for progress in told} == {done[-1]}


def test_a_method_named_twice_runs_once(source: str) -> None:
    assert list(COMMANDS["reduce"](source, ["first", "first"], dims=[4], seeds=1)["curves"]) == ["first"]
