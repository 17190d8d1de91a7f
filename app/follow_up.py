"""Jobs that a session waits for, and what comes after: embedded items go to the map, a new map comes on screen."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app import amounts
from app.collection import spool
from app.faces.face import chosen
from app.semantics import on_screen
from app.state import state
from core.inputs import MODALITIES
from core.jobs import Job, jobs
from core.workspace import RunCard, Workspace

FIRST_MAP = "tsne"
Result = dict[str, Any]

LEAST_ITEMS = 5
"""With fewer points a first map would say nothing."""


def start(workspace: Workspace, command: str, arguments: Mapping[str, Any], title: str) -> Job:
    """Starts a job on the workspace; when it is done, the session that started it sees its result."""
    job = jobs().start(command, {"source": workspace.path, **arguments}, title, workspace.path)
    expect(job)
    return job


def expect(job: Job) -> None:
    """This session started the job and goes on when it is done."""
    state().expected.add(job.id)


def go_on(ended: Iterable[Job]) -> None:
    """Follows up the jobs that this session waited for."""
    for job in ended:
        if job.id in state().expected:
            state().expected.discard(job.id)
            if job.command == "embed":
                _tidy(job.workspace)
            if job.result and job.command in AFTER:
                AFTER[job.command](job, job.result)


def told(job: Job) -> str:
    """What a job that is done has brought, in a few words."""
    result = job.result or {}
    if job.command == "embed":
        return summary(result)
    if job.command in ("models fetch", "models import"):
        return f"{amounts.size(result.get('bytes', 0))}, ready to embed"
    if job.command == "place":
        return f"{amounts.counted(result.get('placed', 0), 'new point')} on the map"
    if job.command == "project":
        return f"made the model {result.get('model')}"
    if job.command == "cluster":
        return amounts.counted(len(result.get("runs", [])), "run")
    if job.command == "reduce":
        least = [each for each in result.get("smallest_lossless", {}).values() if each]
        return f"{min(least):,} dimensions lose nothing" if least else "each number of dimensions loses something"
    if job.command == "faces train":
        read = amounts.percent(min(result["read"].values(), default=0))
        return f"faces made again with SSIM {amounts.figure(result.get('ssim', 0))}, each factor read right in {read}"
    if job.command in MEANING:
        return MEANING[job.command](result)
    if "trustworthiness" in result:
        return f"trustworthiness {amounts.figure(result['trustworthiness'])}"
    return ""


def _of_prompts(result: Result) -> str:
    accuracy = (result["zero_shot"] or {}).get("accuracy")
    return amounts.counted(result["items"], "item") if accuracy is None else f"accuracy {amounts.percent(accuracy)}"


def _of_direction(result: Result) -> str:
    return f"“{result['direction']}”" + (f", AUC {amounts.figure(result['auc'])}" if result["auc"] else "")


MEANING = {
    "semantics": _of_prompts,
    "direction": _of_direction,
    "without": lambda result: f"made the model {result['model']}",
    "removal": lambda result: f"made the model {result['derived']}",
    "gap": lambda result: f"the gap is {amounts.figure(result['before']['size'])}",
    "names": lambda result: f"{amounts.counted(sum(each['name'] is not None for each in result['names']), 'name')}",
    "care": lambda result: amounts.listed([f"{each['flagged']:,} {name}" for name, each in result["kinds"].items()], 4),
    "groups": lambda result: f"{amounts.counted(result['groups'], 'group')} by {len(result['curves'])} methods",
}
"""What the jobs of the Semantics and Groups pages have brought."""


def summary(result: dict[str, Any]) -> str:
    """`added 5, embedded 5, skipped 2 known, refused 1`."""
    counts = {
        "added": result["added"],
        "embedded": result["embedded"],
        "already here": result["skipped"],
        "captions added to these": result.get("captions_added", 0),
        "refused": len(result["refused"]),
    }
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nothing new"


def unplaced(workspace: Workspace, card: RunCard, points: int) -> int:
    """Embedded images and captions that a map of so many points lacks."""
    wanted = MODALITIES[card.space]
    mine = [each.count for each in workspace.models() if each.model == card.model and each.modality in wanted]
    return max(sum(mine) - points, 0)


def place(workspace: Workspace, card: RunCard) -> Job:
    """Starts the job that puts new items on a map."""
    arguments = {"workspace": workspace.path, "run": card.id}
    job = jobs().start("place", arguments, f"Place new items on the {card.title} map", workspace.path)
    expect(job)
    return job


def draw(workspace: Workspace, arguments: dict[str, Any], title: str) -> Job:
    """Starts the job that makes a map."""
    return start(workspace, "map", arguments, f"{title} map")


def _tidy(workspace: str) -> None:
    """Dropped files have been read, so their copies can go."""
    sources = [each.arguments.get("source") for each in jobs().list(workspace) if each.active]
    spool.tidy(Path(workspace), [source for source in sources if source])


def _after_embed(job: Job, result: Result) -> None:
    workspace = Workspace.open(job.workspace)
    models = {result["model"], result.get("features"), *result.get("reduced", [])}
    cards = [card for card in workspace.runs("map") if card.model in models]
    if cards:
        card = next((card for card in cards if card.id == state().run), cards[-1])
        if unplaced(workspace, card, len(workspace.run(card.id).arrays["ids"])):
            place(workspace, card)
    elif workspace.count() >= LEAST_ITEMS:
        draw(workspace, {"method": FIRST_MAP, "model": result["model"]}, "t-SNE")


def _after_map(job: Job, result: Result) -> None:
    if job.workspace == str(state().workspace):
        state().forget()
        state().run = result["run"]


def _after_place(job: Job, result: Result) -> None:
    _after_map(job, result)
    count = result["placed"]
    if count and job.workspace == str(state().workspace):
        ids = Workspace.open(job.workspace).run(result["run"]).arrays["ids"][-count:]
        state().show(f"{amounts.counted(len(set(ids.tolist())), 'new item')}", ids.tolist(), "fresh")


def _after_training(job: Job, result: Result) -> None:
    if job.workspace == str(state().workspace):
        chosen().use(result["model"])


def _after_analysis(job: Job, result: Result) -> None:
    for tab in on_screen.TABS[job.command]:
        on_screen.choose(Path(job.workspace).name, tab, result["run"])


def _after_care(job: Job, result: Result) -> None:
    for kind, found in result["kinds"].items():
        on_screen.choose(Path(job.workspace).name, f"care-{kind}", found["run"])


AFTER = {
    "embed": _after_embed,
    "map": _after_map,
    "place": _after_place,
    "faces train": _after_training,
    "care": _after_care,
    **dict.fromkeys(on_screen.TABS, _after_analysis),
}
