"""`clipscape.py`: the same results as the commands give, with tables, pictures and one bar."""

import os
import signal
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

import clipscape
from core import bar, encoders, errors
from core.commands import COMMANDS
from core.notebook.pictures import SIDE, _places, map_picture, spread
from core.progress import Progress
from core.results import Map
from core.search import Hits
from core.stopping import stoppable
from core.workspace import Workspace, workspaces
from tests.semantics.making import Encoder, workspace
from tests.sources.making import png
from tests.test_layers import HEAVY, ROOT, imported

COUNT = 60
FAST = {"max_iter": 50, "early_exaggeration_iter": 50, "perplexity": 5}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No bundled sets, no workspaces."""
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("core.sources.bundled.ASSETS", tmp_path / "assets")
    monkeypatch.setattr(encoders, "load", lambda name, report=None: Encoder())
    return tmp_path / "home"


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "set", COUNT)


@pytest.fixture
def opened(place: Workspace) -> clipscape.Workspace:
    return clipscape.open(place.path, clipscape.silent)


# what there is


def test_importing_it_loads_nothing_heavy_and_no_pages() -> None:
    script = "import sys, clipscape; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & (HEAVY | {"pandas", "streamlit", "lancedb"})
    assert not imported(ROOT / "clipscape.py") & {"app", "streamlit"}


def test_it_exports_every_error_and_nothing_that_is_not_there() -> None:
    known = {name for name, each in vars(errors).items() if isinstance(each, type)}
    assert known < set(clipscape.__all__)
    assert all(hasattr(clipscape, name) for name in clipscape.__all__)


def test_what_can_be_named_stands_in_tables() -> None:
    assert {"maps", "clustering", "reduction", "groups", "care", "naming"} == set(clipscape.methods()["area"])
    assert len(clipscape.datasets()) == 0


def test_a_workspace_opens_by_its_folder_and_stays_open_elsewhere(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    opened = clipscape.open("set")
    monkeypatch.chdir("/")
    assert len(opened.items) == place.count()
    assert opened.name == "set"
    assert f"{COUNT} items, embedded by pocket" in repr(opened)


def test_a_new_workspace_has_a_name_of_the_app_or_a_folder(tmp_path: Path, home: Path) -> None:
    assert clipscape.create("holiday").path == str(home / "holiday")
    assert workspaces() == ["holiday"]
    assert clipscape.create(tmp_path / "there").path == str(tmp_path / "there")
    for taken in ("holiday", tmp_path / "there"):
        with pytest.raises(clipscape.BadInput):
            clipscape.create(taken)


def test_a_folder_of_pictures_does_not_hide_a_workspace_of_its_name(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipscape.create("holiday")
    (tmp_path / "holiday").mkdir()
    monkeypatch.chdir(tmp_path)
    assert clipscape.open("holiday").path == str(home / "holiday")
    (tmp_path / "other").mkdir()
    with pytest.raises(clipscape.MissingData, match="other: no workspace there"):
        clipscape.open("other")


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    clipscape.create("holiday")
    with pytest.raises(clipscape.MissingData, match="no workspace 'holidays'; there are holiday"):
        clipscape.open("holidays")


def test_vectors_and_pictures_can_be_taken(opened: clipscape.Workspace, place: Workspace) -> None:
    assert np.array_equal(opened.embeddings().vectors, place.embeddings("pocket", "image").vectors)
    assert opened.embeddings("text", "pocket").modality == "text"
    assert opened.image(opened.items["id"][0]) == place.image(place.table(["id"])["id"][0].as_py())
    assert opened.models.to_numpy().tolist() == [["pocket", "image", COUNT], ["pocket", "text", COUNT]]


# adding and embedding


def test_items_are_added_and_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        (tmp_path / "pictures" / f"{number}.png").write_bytes(png((number, 0, 0)))
    (tmp_path / "pictures" / "broken.png").write_bytes(b"no picture")
    mine = clipscape.create("~/mine", clipscape.silent)
    added = mine.add("~/pictures")
    assert (added.added, [each.source.rpartition("/")[2] for each in added.refused]) == (3, ["broken.png"])
    done = mine.embed("pocket")
    assert (done.model, done.embedded, done.refused) == ("pocket", 3, [])
    assert mine.embed().embedded == 0
    assert len(mine.embeddings()) == 3


# results


def test_hits_are_those_of_the_command(opened: clipscape.Workspace, place: Workspace) -> None:
    found = opened.search("caption 3", top=4)
    assert isinstance(found, Hits)
    assert found.table.to_dict("records") == COMMANDS["search"](place.path, "caption 3", top=4)["hits"]
    assert found.ids.tolist() == found.table["id"].tolist()
    assert found.scores == pytest.approx(found.table["score"])
    assert found.table["source"][0] in repr(found)


def test_hits_show_their_pictures_and_whatever_a_caption_says(opened: clipscape.Workspace, place: Workspace) -> None:
    id = opened.search(item=opened.items["id"][0], top=1).ids[0]
    place.set_column("caption", {id: "<script>alert('x')</script>"})
    html = opened.search(item=opened.items["id"][0], top=3)._repr_html_()
    assert len(pictures(html)) == 3
    assert "<script>" not in html
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in html


def test_a_map_is_the_run_that_is_kept(opened: clipscape.Workspace, place: Workspace) -> None:
    drawn = opened.map("tsne", space="both", seed=3, gap="centre", **FAST)
    kept = place.run(drawn.card.id)
    assert isinstance(drawn, Map)
    assert np.array_equal(drawn.xy, kept.arrays["xy"])
    assert np.array_equal(drawn.table[["x", "y"]], kept.arrays["xy"])
    assert drawn.table["id"].tolist() == kept.arrays["ids"].tolist()
    assert (drawn.card.seed, drawn.card.params["perplexity"], drawn.card.params["gap"]) == (3, 5, "centre")
    assert {"clipscape", "open_clip_torch", "torch"} < set(drawn.card.versions)
    assert opened.runs("map")["id"].tolist() == [drawn.card.id]
    assert f"trustworthiness {drawn.metrics['trustworthiness']:.3f}" in repr(drawn)


def test_a_map_shows_points_and_pictures(opened: clipscape.Workspace) -> None:
    drawn = opened.map("pca")
    (picture,) = pictures(drawn._repr_html_())
    assert len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0)) > 10
    assert f"{COUNT} images" in drawn._repr_html_()
    assert f"{COUNT} captions" in drawn._repr_html_()
    assert set(drawn.thumbnails) <= set(drawn.table["id"])


def test_a_map_of_captions_alone_has_no_pictures(opened: clipscape.Workspace) -> None:
    drawn = opened.map("pca", space="captions")
    assert not drawn.thumbnails
    assert "images" not in drawn._repr_html_()


def test_pictures_on_a_map_do_not_cover_each_other() -> None:
    xy = np.random.default_rng(0).normal(size=(2000, 2)).astype(np.float32)
    modality = np.repeat(["image", "text"], 1000)
    rows = spread(xy, modality)
    places = _places(xy)[rows]
    apart = np.abs(places[:, None] - places).max(axis=2) + 2 * SIDE * np.eye(len(rows))
    assert 20 < len(rows) < 300
    assert (modality[rows] == "image").all()
    assert apart.min() > SIDE


def test_points_of_a_map_lie_where_they_should() -> None:
    """The one in the upper right corner is blue, the one in the lower left orange."""
    xy = np.array([[1, 1], [0, 0]], dtype=np.float32)
    (picture,) = pictures(map_picture(xy, np.array(["image", "text"]), np.array(["a", "a"]), {}))
    dots = np.argwhere((np.asarray(picture).astype(int) < 200).any(axis=2))
    high, low = dots[dots[:, 0] < picture.height / 2], dots[dots[:, 0] > picture.height / 2]
    assert high[:, 1].min() > picture.width / 2 > low[:, 1].max()
    blue, orange = (picture.getpixel((int(x), int(y))) for y, x in (np.median(each, axis=0) for each in (high, low)))
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]


def test_one_point_is_a_map_too() -> None:
    """All points in one place have no extent to be scaled by."""
    one = np.zeros((3, 2), dtype=np.float32)
    assert pictures(map_picture(one, np.array(["image"] * 3), np.array(["a", "b", "c"]), {}))
    assert len(spread(one, np.array(["image"] * 3))) == 1


def test_clusterings_are_the_runs_that_are_kept(opened: clipscape.Workspace, place: Workspace) -> None:
    found = opened.cluster("kmeans", "gmm", k=2, seeds=2, space="both")
    assert found.clusters.columns.tolist() == ["id", "kmeans 0", "kmeans 1", "gmm 0", "gmm 1"]
    for name, run in zip(found.clusters.columns[1:], found.runs["run"], strict=True):
        assert np.array_equal(found.clusters[name], place.run(run).arrays["labels"])
        assert found.results[name].k == 2
    assert found.summary["method"].tolist() == ["kmeans", "gmm"]
    assert "kmeans" in found._repr_html_()
    assert (found.refused, found.partial) == ((), False)


def test_a_method_that_refuses_is_told_of(opened: clipscape.Workspace) -> None:
    found = opened.cluster("kmeans", "dbscan", k=COUNT + 1, seeds=1)
    assert [each["method"] for each in found.refused] == ["kmeans"]
    assert found.clusters.columns.tolist() == ["id", "dbscan 0"]


def test_clusters_of_a_flat_map_come_with_a_warning(opened: clipscape.Workspace) -> None:
    drawn = opened.map("pca")
    with pytest.warns(UserWarning, match="map") as warned:
        opened.cluster("kmeans", k=2, seeds=1, space=f"map:{drawn.card.id}")
    assert warned[0].filename == __file__


def test_curves_are_those_of_the_command(opened: clipscape.Workspace, place: Workspace) -> None:
    found = opened.reduce("pca", "truncation", dims=[2, 4], seeds=2)
    told = COMMANDS["reduce"](place.path, ["pca", "truncation"], [2, 4], 2)
    assert found.points[["method", "dim"]].to_numpy().tolist() == [
        ["pca", 2], ["pca", 4], ["truncation", 2], ["truncation", 4]
    ]  # fmt: skip
    assert found.points["t2i"].tolist() == [each["t2i"][0] for name in told["curves"] for each in told["curves"][name]]
    assert found.smallest_lossless == told["smallest_lossless"]
    assert found.full["i2t"] == told["full"]["i2t"]
    assert "truncation" in found._repr_html_()


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda it: it.map("tsme"), "no method 'tsme' in maps; choose from pca, tsne, umap"),
        (lambda it: it.map("tsne", perplexity=0), "perplexity=0.0 is below 1"),
        (lambda it: it.cluster("kmeans", seeds=0), "seeds=0 is not between"),
        (lambda it: it.reduce("pca", dims=[9]), "9 dimensions are not between"),
        (lambda it: it.search("  "), "the words to search for are empty"),
        (lambda it: it.search(), "a search needs one query"),
    ],
)
def test_what_is_refused_raises_the_laboratorys_errors(
    opened: clipscape.Workspace, call: Callable[[clipscape.Workspace], object], line: str
) -> None:
    with pytest.raises(clipscape.BadInput, match=line):
        call(opened)
    assert len(opened.runs()) == 0


# progress and stop


def test_whoever_listens_is_told_and_can_stop(place: Workspace) -> None:
    heard: list[Progress] = []
    clipscape.open(place.path, heard.append).map("pca")
    assert heard

    def stop(progress: Progress) -> None:
        raise clipscape.Cancelled("enough")

    with pytest.raises(clipscape.Cancelled):
        clipscape.open(place.path, stop).map("pca")


def test_the_first_interrupt_stops_at_the_next_report_the_second_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable(clipscape.silent) as report:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(clipscape.Cancelled):
            report(Progress(1))
        report(Progress(2))  # what is done is saved, which reports too
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_work_in_another_thread_is_told_of_no_signals(opened: clipscape.Workspace) -> None:
    found: list[object] = []
    thread = Thread(target=lambda: found.append(opened.map("pca")))
    thread.start()
    thread.join()
    assert len(found) == 1


def test_a_terminal_sees_a_bar_that_is_gone_at_the_end(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bar, "INTERVAL", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with bar.progress_bar() as report:
        report(Progress(3, 12, "counting sheep", {"rate": 1.5}))
    output = capsys.readouterr()
    assert "counting sheep" in output.err
    assert "3/12" in output.err
    assert output.err.rpartition("\r")[2] == ""
    assert output.out == ""


def test_a_file_of_errors_is_not_filled_with_bars(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bar, "INTERVAL", 0)
    clipscape.open(place.path).map("pca")
    assert capsys.readouterr().err == ""


def pictures(html: str) -> list[Image.Image]:
    """Those that stand in the HTML itself; it fetches none."""
    addresses = [each.partition("'")[0] for each in html.split("src='")[1:]]
    assert all(each.startswith("data:image/") for each in addresses)
    return [Image.open(BytesIO(b64decode(each.partition(",")[2]))).convert("RGB") for each in addresses]
