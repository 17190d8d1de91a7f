"""`faces train`: what it makes, how it is measured, stopped and resumed, and what it refuses."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn

from core.commands import COMMANDS, readable
from core.errors import BadInput, Cancelled
from core.faces import optimisation
from core.faces.editor import load
from core.faces.fitting import align, fit_unpaired, place_loss
from core.faces.invertible import InvertibleNetwork
from core.faces.optimisation import Checkpoint, Schedule, Work, steps
from core.faces.report import psnr
from core.faces.trainings import begun, curve, forget, usual_epochs
from core.progress import Progress, silent
from core.workspace import Workspace
from tests.faces.album import celeba, colours, people, table
from tests.terminal import Terminal

COUNT, EPOCHS = 150, 12
STEPS = EPOCHS * (135 // 128)
"""Of each stage, with a tenth held out."""


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """So that sums are the same whatever else runs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundled people in CelebA's layout."""
    return celeba(tmp_path_factory.mktemp("album") / "celeba", COUNT)


def train(workspace: Path, source: Path, **how: Any) -> dict[str, Any]:
    return COMMANDS["faces train"](str(workspace), str(source), factors=["glasses", "sex"], epochs=EPOCHS, **how)


@pytest.fixture(scope="module")
def trained(album: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The result of a training that nobody stopped."""
    torch.set_num_threads(1)
    return train(tmp_path_factory.mktemp("trained") / "place", album)


def stopping(stage: str, after: int) -> Callable[[Progress], None]:
    """A report that stops the work at a step of a stage, once."""
    seen: list[str] = []

    def report(progress: Progress) -> None:
        seen.append(progress.message)
        if seen.count(stage) == after and progress.message == stage:
            raise Cancelled("stopped")

    return report


def workspace_of(result: dict[str, Any]) -> Path:
    return Path(result["model"]).parents[1]


def held_out_rows(seed: int) -> list[int]:
    """Which faces nothing is trained on: the first tenth of a shuffle."""
    return sorted(np.random.default_rng(seed).permutation(COUNT)[:15].tolist())


# what it makes


def test_the_result_says_what_went_in_and_how_good_it_is(trained: dict[str, Any], album: Path) -> None:
    assert (trained["pictures"], trained["held_out"], trained["left_out"], trained["refused"]) == (COUNT, 15, 0, [])
    assert trained["factors"] == {"glasses": ["no", "yes"], "sex": ["female", "male"]}
    assert (trained["autoencoder"], trained["side"], trained["epochs"]) == ("eigenface-vae", 64, EPOCHS)
    assert trained["roundtrip"] < 1e-4
    assert trained["seconds"] > 0
    json.dumps(trained)


def test_figures_are_of_held_out_faces(trained: dict[str, Any], album: Path) -> None:
    """Computed anew from the files alone."""
    editor, rows = load(Path(trained["model"])), held_out_rows(0)
    faces = [Image.open(album / "img_align_celeba" / f"{row + 1:06}.jpg") for row in rows]
    squares = [face.crop((0, 20, 178, 198)).resize((64, 64), Image.Resampling.BICUBIC) for face in faces]
    pictures = np.stack([np.asarray(square) for square in squares])
    true = torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        again = editor.autoencoder.picture(editor.autoencoder.latent(true))
    assert trained["psnr"] == pytest.approx(float(psnr(true, again).mean()), abs=0.02)
    codes = editor.latents(pictures)
    for place, (factor, column) in enumerate([("glasses", "glasses"), ("sex", "sex")]):
        truth = np.array([people(COUNT)[row][column] in ("yes", "male") for row in rows])
        block, means = codes[:, editor.network.blocks[factor]], editor.means[place].numpy()
        far = [np.linalg.norm(block - mean, axis=1) for mean in means]
        assert trained["read"][factor] == pytest.approx(((far[1] < far[0]) == truth).mean())
        assert trained["chance"][factor] == pytest.approx(max(truth.mean(), 1 - truth.mean()))
    assert editor.card.error is not None
    assert editor.card.error.quantile_99 > 0
    assert editor.card.settings is not None
    assert editor.card.settings["source"] == str(album)


def test_the_run_can_be_found_and_the_training_is_gone(trained: dict[str, Any]) -> None:
    place = Workspace.open(workspace_of(trained))
    (card,) = place.runs("editor")
    assert (card.id, card.method, card.items) == (trained["run"], "eigenface-vae", COUNT)
    assert card.params["factors"] == ["glasses", "sex"]
    assert card.metrics["file"] == Path(trained["model"]).name
    assert {"torch", "FrEIA"} <= set(card.versions)
    arrays = place.run(card.id).arrays
    assert arrays["samples"].shape == (4, 8, 64, 64, 3)
    for stage in ("autoencoder", "network"):
        losses = arrays[f"loss_{stage}"]
        assert losses.shape == (STEPS,)
        assert losses[-1] < losses[0]
    assert begun(place.path) == []
    assert [path.name for path in (workspace_of(trained) / "editors").iterdir()] == [card.metrics["file"]]


# stop and resume


@pytest.mark.parametrize(("stage", "after"), [("training eigenface-vae", 2), ("splitting the factors", 3)])
def test_a_resumed_training_ends_with_the_same_weights(
    trained: dict[str, Any], album: Path, tmp_path: Path, stage: str, after: int
) -> None:
    with pytest.raises(Cancelled, match=f"stopped at step {after} of {STEPS} of its .*: resume it to go on"):
        train(tmp_path, album, report=stopping(stage, after))
    (training,) = begun(str(tmp_path))
    assert (training.step, training.steps, training.pictures) == (after, STEPS, COUNT)
    assert Image.open(training.samples).size[0] == 8 * 64
    assert not Workspace.open(tmp_path).runs("editor")

    torch.manual_seed(99)  # chance before must not matter
    resumed = train(tmp_path, album, resume=True)
    expected, found = load_file(trained["model"]), load_file(resumed["model"])
    assert set(expected) == set(found)
    for name, tensor in expected.items():
        assert torch.equal(tensor, found[name]), name
    same = ("psnr", "ssim", "roundtrip", "read", "edits")
    assert {name: resumed[name] for name in same} == {name: trained[name] for name in same}
    assert begun(str(tmp_path)) == []


def test_another_seed_gives_other_weights_and_the_same_seed_the_same_start() -> None:
    rows, labels = torch.randn(60, 6), torch.arange(60)[:, None] % 2
    made = [fit_unpaired(rows, labels, {"hat": 2}, Schedule(1, 30), seed).state_dict() for seed in (0, 0, 1)]
    assert all(torch.equal(a, b) for a, b in zip(made[0].values(), made[1].values(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(made[0].values(), made[2].values(), strict=True))


def test_a_training_goes_on_without_its_source(album: Path, tmp_path: Path) -> None:
    """What was dropped on the page, or lies on a stick, may be gone."""
    copytree(album, tmp_path / "stick")
    with pytest.raises(Cancelled):
        train(tmp_path / "place", tmp_path / "stick", report=stopping("splitting the factors", 4))
    (tmp_path / "stick").rename(tmp_path / "gone")
    assert train(tmp_path / "place", tmp_path / "stick", resume=True)["pictures"] == COUNT


def test_stopping_while_pictures_are_read_leaves_nothing(album: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        train(tmp_path / "place", album, report=stopping("reading the pictures", 10))
    assert not (tmp_path / "place").exists()


class Line(nn.Module):
    """Fits one number."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(3))

    def loss(self, rows: torch.Tensor) -> torch.Tensor:
        return (self.weight - rows.float().mean() + torch.randn(3)).square().sum()


def fitted(path: Path | None, epochs: int = 6, every: float = 0.0, report: Any = silent) -> torch.Tensor:
    torch.manual_seed(0)
    line = Line()
    kept = path and Checkpoint(path, every)
    steps(line, line.loss, 50, Schedule(epochs, 8), report, "fitting", kept)
    return line.weight.detach()


def test_a_killed_training_goes_on_from_what_was_kept_last(tmp_path: Path) -> None:
    def killed(progress: Progress) -> None:
        if progress.done == 17:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(tmp_path / "line.safetensors", report=killed)
    state = load_file(tmp_path / "line.safetensors")
    assert len(state["losses"]) == 16
    assert torch.equal(fitted(tmp_path / "line.safetensors"), fitted(None))
    assert len(load_file(tmp_path / "line.safetensors")["losses"]) == 36


def test_the_state_is_kept_now_and_then_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr(optimisation.time, "monotonic", lambda: next(clock))
    told: list[int] = []
    torch.manual_seed(0)
    line = Line()
    kept = Checkpoint(tmp_path / "line.safetensors", 20, lambda work: told.append(work.done))
    steps(line, line.loss, 50, Schedule(20, 8), silent, "fitting", kept)
    assert told[-1] == 120
    assert 4 <= len(told) <= 9
    assert not list(tmp_path.glob("*.partial"))


def test_each_row_comes_once_before_any_comes_again() -> None:
    work = Work(nn.Linear(1, 1), torch.optim.SGD([torch.zeros(1)]), torch.randperm(20))
    first, second = ([work.batch(5) for _ in range(4)] for _ in range(2))
    assert sorted(torch.cat(first).tolist()) == sorted(torch.cat(second).tolist()) == list(range(20))
    assert not torch.equal(torch.cat(first), torch.cat(second))


def test_a_loss_that_is_no_number_ends_a_training_at_its_last_state(tmp_path: Path) -> None:
    line = Line()

    def loss(rows: torch.Tensor) -> torch.Tensor:
        return line.loss(rows) * (float("nan") if line.weight[0] > 0.005 else 1)

    with pytest.raises(BadInput, match=r"fitting: the loss is nan at step \d+"):
        steps(line, loss, 50, Schedule(50, 8), silent, "fitting", Checkpoint(tmp_path / "line.safetensors", 0.0))
    assert all(tensor.isfinite().all() for tensor in load_file(tmp_path / "line.safetensors").values())


def test_curves_are_means_of_all_steps() -> None:
    assert curve([4.0, 2.0]) == [(1, 4.0), (2, 2.0)]
    losses = np.random.default_rng(0).normal(size=1234).tolist()
    points = curve(losses)
    widths = np.diff([0, *(step for step, _ in points)])
    assert len(points) <= 200
    assert points[-1][0] == 1234
    assert np.average([mean for _, mean in points], weights=widths) == pytest.approx(np.mean(losses))


def test_the_usual_number_of_passes() -> None:
    assert [usual_epochs(count) for count in (100, 6_000, 50_000, 200_000)] == [150, 128, 15, 10]


# T of people who come once


def factored(rng: np.random.Generator, rows: int = 3000, size: int = 8) -> tuple[torch.Tensor, torch.Tensor]:
    """Latents that are a sum of effects, oblique to each other, and of correlated noise; factors that correlate."""
    hat = rng.integers(0, 2, rows)
    hair = np.where(rng.random(rows) < 0.6, hat, rng.integers(0, 3, rows))
    effects = rng.normal(size=(3, size)) * 2
    noise = rng.normal(size=(rows, size)) @ rng.normal(size=(size, size)) * 0.3
    z = np.outer(hat, effects[0]) + np.outer(hair == 1, effects[1]) + np.outer(hair == 2, effects[2]) + noise
    return torch.from_numpy(z).float(), torch.from_numpy(np.stack([hat, hair], 1))


def aligned(z: torch.Tensor, labels: torch.Tensor) -> InvertibleNetwork:
    torch.manual_seed(0)
    network = InvertibleNetwork(z.shape[1], {"hat": 1, "hair": 2}, {"hat": 2, "hair": 3})
    network.standardise(z)
    align(network, z, labels)
    return network


@torch.no_grad()
def test_the_start_reads_each_factor_though_they_correlate(rng: np.random.Generator) -> None:
    z, labels = factored(rng)
    network = aligned(z, labels)
    codes, determinant = network(z)
    torch.testing.assert_close(network.inverse(codes), z, atol=1e-4, rtol=0)
    jacobian = torch.autograd.functional.jacobian(lambda x: network(x[None])[0][0], z[0])
    torch.testing.assert_close(torch.linalg.slogdet(jacobian)[1], determinant[0], atol=1e-3, rtol=0)

    design = np.stack([np.ones(len(z)), labels[:, 0] == 1, labels[:, 1] == 1, labels[:, 1] == 2], 1).astype(float)
    effects = np.linalg.lstsq(design, codes.double().numpy(), rcond=None)[0][1:]
    own = np.abs(np.diag(effects[:, :3]))
    assert (np.abs(effects - np.pad(np.diag(np.diag(effects[:, :3])), ((0, 0), (0, 5)))) < 0.02 * own.min()).all()
    spread = (codes.double().numpy() - design @ np.linalg.lstsq(design, codes.double().numpy(), rcond=None)[0]).std(0)
    assert spread[:3] == pytest.approx(np.sqrt(0.1), rel=0.2)  # the shrinkage makes it less


def test_one_factor_alone_is_fishers_discriminant(rng: np.random.Generator) -> None:
    z, labels = factored(rng)
    network = InvertibleNetwork(8, {"hat": 1}, {"hat": 2})
    network.standardise(z)
    align(network, z, labels[:, :1])
    with torch.no_grad():
        code = network(z)[0][:, 0].double().numpy()
    x, y = ((z - z.mean(0)) / z.std(0)).double().numpy(), labels[:, 0].numpy()
    means = [x[y == value].mean(0) for value in (0, 1)]
    within = sum((x[y == value] - means[value]).T @ (x[y == value] - means[value]) for value in (0, 1)) / len(x)
    shrunk = 0.95 * within + 0.05 * within.diagonal().mean() * np.eye(8)
    expected = x @ np.linalg.solve(shrunk, means[1] - means[0])
    assert abs(np.corrcoef(code, expected)[0, 1]) == pytest.approx(1, abs=1e-5)


def test_the_loss_is_the_likelihood_given_the_places(rng: np.random.Generator) -> None:
    z, labels = factored(rng, rows=20)
    torch.manual_seed(0)
    network = InvertibleNetwork(8, {"hat": 1, "hair": 2}, {"hat": 2, "hair": 3})
    codes, determinant = network(z)
    places = torch.cat([place[column] for place, column in zip(network.places, labels.T, strict=True)], 1)
    mean = torch.cat([places, torch.zeros(20, 5)], 1)
    deviation = torch.tensor([0.1**0.5] * 3 + [1.0] * 5)
    likelihood = torch.distributions.Normal(mean, deviation).log_prob(codes).sum(1) + determinant
    constant = 4 * np.log(2 * np.pi) + 3 * np.log(0.1**0.5)
    expected = float(-likelihood.mean().detach()) - constant
    assert float(place_loss(network, z, labels).detach()) == pytest.approx(expected, rel=1e-5)


def test_learning_makes_unseen_people_more_likely(rng: np.random.Generator) -> None:
    z, labels = factored(rng)
    z = z + 0.3 * z.roll(1, 1).square()  # bent, so that no linear map is enough
    seen, unseen = slice(0, 2000), slice(2000, None)
    begin = aligned(z[seen], labels[seen])
    network = fit_unpaired(z[seen], labels[seen], {"hat": 2, "hair": 3}, Schedule(8, 128))
    with torch.no_grad():
        for value, place in enumerate(network.places[0]):
            mean = network(z[seen])[0][labels[seen][:, 0] == value][:, :1].mean(0)
            torch.testing.assert_close(place, mean)
        before, after = (float(place_loss(each, z[unseen], labels[unseen])) for each in (begin, network))
    assert after < before - 1


# what it refuses


def refused(train: Callable[[], Any]) -> str:
    with pytest.raises(BadInput) as error:
        train()
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"autoencoder": "gan"}, "autoencoder gan: choose from vae, beta-vae, kl, eigenface-vae"),
        ({"side": 65}, "side 65: choose from 64, 96"),
        ({"epochs": 0}, "epochs 0: choose a number from 1"),
        ({"seed": -1}, "seed=-1 is not between 0 and"),
        ({"prompts": {"hat": {"no": ["a"], "yes": ["b"]}}, "factors": ["hat"]}, "leave its factors and the table out"),
        ({"prompts": {"hat": {"no": ["a"]}}}, "factor hat has one value"),
        ({"prompts": {"hat": {"no": ["a"], "yes": ["b"]}}, "sure": 1.5}, "sure 1.5: choose a probability"),
    ],
)
def test_parameters_outside_their_limits_come_before_any_picture(tmp_path: Path, how: dict, said: str) -> None:
    assert said in refused(lambda: COMMANDS["faces train"](str(tmp_path / "place"), str(tmp_path / "nowhere"), **how))
    assert not (tmp_path / "place").exists()


def test_bad_sources_make_no_workspace(tmp_path: Path) -> None:
    place = tmp_path / "place"
    small = colours(tmp_path / "small", 50)
    said = refused(
        lambda: COMMANDS["faces train"](str(place), str(small), str(table(tmp_path, 50, hat=["no", "yes"] * 25)))
    )
    assert "50 of 50 pictures have a known hat: at least 100 are needed" in said
    assert "no such file or folder" in refused(lambda: COMMANDS["faces train"](str(place), str(tmp_path / "nowhere")))
    assert "choose a workspace on this machine" in refused(
        lambda: COMMANDS["faces train"]("s3://bucket/place", str(small))
    )
    assert not place.exists()


def test_pictures_that_are_all_the_same(tmp_path: Path) -> None:
    album = tmp_path / "album"
    album.mkdir()
    for number in range(120):
        Image.new("RGB", (64, 64), "white").save(album / f"{number}.png")
    file = table(tmp_path, hat=["no", "yes"] * 60)
    assert "the pictures are all the same" in refused(
        lambda: COMMANDS["faces train"](str(tmp_path / "place"), str(album), str(file))
    )


@pytest.fixture
def stopped(album: Path, tmp_path: Path) -> Path:
    """A workspace with a training that was stopped in its second stage."""
    with pytest.raises(Cancelled):
        train(tmp_path / "place", album, report=stopping("splitting the factors", 2))
    return tmp_path / "place"


def test_nothing_that_was_learned_is_lost_by_mistake(stopped: Path, album: Path) -> None:
    (training,) = begun(str(stopped))
    kept = {path.name: path.read_bytes() for path in training.folder.iterdir()}
    again = partial(train, stopped, album)
    assert f"has done 2 of {STEPS} steps of its invertible network: resume it, or delete that folder" in refused(again)
    other = partial(train, stopped, album, seed=5, resume=True)
    assert "no training with these settings waits there" in refused(other)
    with FileLock(training.folder / ".lock"):
        assert "runs already" in refused(partial(again, resume=True))
    for name, damage in (("network", b"{}"), ("autoencoder", b""), ("faces", b"PK")):
        (training.folder / f"{name}.safetensors").write_bytes(damage)
        assert f"{name}.safetensors" in refused(partial(again, resume=True))
        (training.folder / f"{name}.safetensors").write_bytes(kept[f"{name}.safetensors"])
    state = load_file(training.state("network"))
    told = {"clipscape": json.dumps({"format": optimisation.FORMAT})}
    save_file(state, training.state("network"), {"clipscape": "{}"})
    assert "holds no state of a training" in refused(partial(again, resume=True))
    save_file(state | {"network.mean": torch.zeros(3)}, training.state("network"), told)
    assert "is of another shape" in refused(partial(again, resume=True))
    save_file(state | {"order": torch.arange(7)}, training.state("network"), told)
    assert "7 rows, not 135" in refused(partial(again, resume=True))
    (training.folder / "network.safetensors").write_bytes(kept["network.safetensors"])
    assert {path.name: path.read_bytes() for path in training.folder.iterdir()} == kept
    forget(training)
    assert begun(str(stopped)) == []


def test_a_training_whose_notes_are_damaged_is_named(stopped: Path) -> None:
    (training,) = begun(str(stopped))
    (training.folder / "training.json").write_text("{")
    assert f"{training.folder} holds no training" in refused(lambda: begun(str(stopped)))


# as a command


def test_the_command_line(trained: dict[str, Any], album: Path, tmp_path: Path, terminal: Terminal) -> None:
    place = str(tmp_path / "place")
    asked = ["faces", "train", str(album), "--workspace", place, "--factors", "glasses, sex", "--epochs", str(EPOCHS)]
    found = terminal.json(*asked)
    assert set(found) == set(trained)
    assert found["read"] == trained["read"]
    terminal.refused(*asked, "--resume")


def test_a_person_reads_a_line_a_factor(trained: dict[str, Any]) -> None:
    rows = readable("faces train", trained)["factors"]
    assert [row["factor"] for row in rows] == ["glasses", "sex"]
    assert rows[0] == {
        "factor": "glasses",
        "values": "no, yes",
        "read": trained["read"]["glasses"],
        "chance": trained["chance"]["glasses"],
        **trained["edits"]["glasses"],
    }


@pytest.mark.parametrize(("kind", "side"), [("vae", 96), ("kl", 64)])
def test_other_auto_encoders_and_sides(kind: str, side: int, album: Path, tmp_path: Path) -> None:
    result = COMMANDS["faces train"](
        str(tmp_path), str(album), factors=["glasses"], autoencoder=kind, side=side, epochs=1
    )
    editor = load(Path(result["model"]))
    assert (editor.side, editor.autoencoder.kind) == (side, kind)
    assert result["roundtrip"] < 1e-4
