"""Errors of ours: kept in a log that does not grow, and in a report that says nothing of a person's own words."""

import json
from pathlib import Path

import pytest

from core import log
from core.jobs import Job
from core.jobs.manager import conclude
from core.jobs.worker import Reporter, answer

SECRET = "/home/me/secret caption of a cat.png"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "logs"


def break_down(path: str, report: object) -> None:
    """A command with a fault of ours."""
    raise KeyError(path)


def ended(kind: str = "") -> Job:
    """A job whose command broke, as the worker says it; kind: said to be another's fault."""
    request = {"command": "tests.test_log:break_down", "arguments": {"path": SECRET}, "threads": 1, "folder": "."}
    said = answer(request | {"environment": {}}, Reporter(lambda message: None))
    job = Job("1", "cats", "cluster", {"source": SECRET})
    conclude(job, json.loads(json.dumps(said)) | ({"kind": kind} if kind else {}))
    return job


def test_a_jobs_error_is_logged_with_its_traceback_and_the_report_keeps_words_out(folder: Path) -> None:
    job = ended()
    assert job.state == "failed"
    assert SECRET in (folder / "clipscape.log").read_text()
    commands = [(job.command, job.state, job.seconds, job.arguments)]
    plain, private = log.report(commands), log.report(commands, private=True)
    assert "cluster: failed" in plain
    assert "job cluster: KeyError" in plain
    assert "tests/test_log.py" in plain
    assert "break_down" in plain
    assert all(word not in plain for word in ("secret", "cat", "/home", str(Path.cwd())))
    assert private.count(SECRET) >= 2
    assert "clipscape 0" in plain


def test_what_a_person_gave_wrongly_is_no_error_of_ours(folder: Path) -> None:
    ended("BadInput")
    assert not folder.exists()


def test_the_log_is_rotated_and_a_home_that_cannot_be_written_breaks_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = {"type": "ValueError", "frames": [], "whole": "x" * 10_000}
    for _ in range(300):
        log.write("page Map", about)
    sizes = [path.stat().st_size for path in folder.iterdir()]
    assert len(sizes) == log.FILES
    assert max(sizes) <= log.BYTES
    (folder.parent / "file").write_text("")
    monkeypatch.setenv("CLIPSCAPE_HOME", str(folder.parent / "file"))
    log.write("page Map", about)
    assert log.errors() == []
