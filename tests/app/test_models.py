"""Choosing a model on the Data page: figures, downloading, importing."""

from pathlib import Path

import pandas as pd
import pytest

from app.views.data import hub_models
from core.commands.models import ModelsResult
from core.encoders.catalogue import ModelInfo, bundled
from core.encoders.kept import Card, folder_for, write_card
from core.errors import MissingWeights
from tests.app.conftest import FakeJobs, clean, texts

SMALL, LARGE, NEW = "ViT-S:first", "ViT-L:first", "ViT-N:new"
PLAN = {
    "name": LARGE,
    "repository": "someone/large",
    "bytes": 1_200_000_000,
    "left": 1_200_000_000,
    "licence": "mit",
    "gated": False,
    "folder": "/home/me/.clipscape/models/ViT-L--first",
}


def model(name: str, here: bool = False, reason: str = "", imagenet: float | None = None) -> ModelInfo:
    return ModelInfo(
        name=name,
        title=name,
        where="hub",
        here=here,
        reason=reason,
        imagenet=imagenet,
        retrieval=imagenet and imagenet - 0.1,
        size=605_120_000,
        memory=2_210_000_000,
        parameters=151_280_000,
        dimension=512,
        image_side=224,
    )


MODELS = [model(SMALL, True, "small and fast", 0.7281), model(LARGE, imagenet=0.8437), model(NEW)]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict:
    """What a worker answers to each question; an error is raised."""
    known: dict = {"models": ModelsResult(models=[*bundled(), *MODELS]).to_dict(), "models plan": PLAN}

    def ask(command: str, arguments: dict, timeout: float = 60.0) -> dict:
        if isinstance(known[command], Exception):
            raise known[command]
        return known[command]

    monkeypatch.setattr(hub_models, "ask", ask)
    return known


@pytest.fixture
def hub(opened, mapped, answers):
    test = opened(mapped, "data")
    return test.segmented_control(key="model-kind").set_value("From the hub").run()


def test_the_list_is_in_the_order_of_the_command_with_its_figures(hub) -> None:
    assert hub.selectbox(key="hub-model").options == [
        f"{SMALL} — small and fast",
        f"{LARGE} — ImageNet 84.4 %",
        NEW,
    ]
    said = texts(clean(hub))
    assert "about 605 MB, 2.21 GB of memory · 512 dimensions, 224 px · ImageNet 72.8 %, retrieval 62.8 %" in said
    assert "On this machine: no network needed" in said
    assert not [button for button in hub.button if button.key == "download-model"]
    hub.selectbox(key="hub-model").set_value(NEW).run()
    assert "no figures published" in texts(hub)


def test_size_and_licence_come_before_the_download(hub, jobs: FakeJobs) -> None:
    hub.selectbox(key="hub-model").set_value(LARGE).run()
    hub.button(key="download-model").click().run()
    said = texts(clean(hub))
    assert "1.2 GB, licence: mit" in said
    assert "someone/large" in said
    assert jobs.known == []
    hub.button(key="download-sure").click().run()
    (job,) = jobs.known
    assert (job.command, job.arguments) == ("models fetch", {"name": LARGE})
    assert "waiting" in texts(hub)


def test_a_hub_that_cannot_be_reached_is_one_line(hub, answers: dict, jobs: FakeJobs) -> None:
    answers["models plan"] = MissingWeights("a_b is not here and the hub cannot be reached: run `models import`")
    hub.selectbox(key="hub-model").set_value(LARGE).run()
    hub.button(key="download-model").click().run()
    assert "a\\_b is not here and the hub cannot be reached: run `models import`" in hub.error[0].value
    assert not hub.exception
    assert jobs.known == []


def test_what_has_been_downloaded_meanwhile_is_here(hub, home: Path) -> None:
    folder_for(LARGE).mkdir(parents=True)
    write_card(folder_for(LARGE), Card(LARGE, "open_clip_model.safetensors", "someone/large"))
    hub.selectbox(key="hub-model").set_value(LARGE).run()
    assert "On this machine: no network needed" in texts(hub)


def test_the_table_keeps_what_is_not_published_empty(home: Path) -> None:
    table = hub_models.table(MODELS)
    assert table["name"].tolist() == [SMALL, LARGE, NEW]
    assert table["here"].tolist() == [True, False, False]
    assert table["imagenet"].tolist()[:2] == pytest.approx([72.81, 84.37])
    assert pd.isna(table["imagenet"][2])
    assert pd.isna(table["retrieval"][2])
    assert table["memory"][0] == pytest.approx(2.21)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ViT-B-32:openai", True),
        ("hf-hub:a/b", True),
        ("mine@0a1b2c3d", False),
        ("ViT-B-32:/x.safetensors@0a1b2c3d", False),
    ],
)
def test_a_hub_model_is_known_by_its_name(name: str, expected: bool) -> None:
    assert hub_models.is_hub_name(name) is expected


def test_a_folder_is_imported_by_a_job(opened, mapped, jobs: FakeJobs) -> None:
    test = opened(mapped, "data")
    test.segmented_control(key="model-kind").set_value("My weights").run()
    test.text_input(key="import-path").set_value(" /media/stick/tiny ").run()
    test.text_input(key="import-name").set_value("mine").run()
    test.button(key="import-start").click().run()
    (job,) = jobs.known
    assert (job.command, job.arguments) == ("models import", {"source": "/media/stick/tiny", "name": "mine"})


def test_an_imported_model_is_chosen_by_its_name(opened, mapped, jobs: FakeJobs, home: Path) -> None:
    folder_for("mine").mkdir(parents=True)
    write_card(folder_for("mine"), Card("mine", "open_clip_model.safetensors"))
    test = opened(mapped, "data")
    test.segmented_control(key="model-kind").set_value("My weights").run()
    assert "48 images and captions here are not embedded by mine yet" in texts(test)
    test.button(key="embed-missing").click().run()
    assert jobs.known[0].arguments["model"] == "mine"
