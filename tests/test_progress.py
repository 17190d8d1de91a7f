"""Progress, and the bar whose side stages do not move it."""

import pytest

from core.errors import Cancelled, ClipscapeError
from core.progress import Bar, Progress, silent


def test_nobody_needs_to_listen() -> None:
    assert silent(Progress(1, 2, "working")) is None


def test_a_stop_is_no_fault_but_belongs_to_the_tree() -> None:
    assert issubclass(Cancelled, ClipscapeError)


def test_progress_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Progress(1).done = 2  # type: ignore[misc]


def test_a_bar_never_falls() -> None:
    told: list[Progress] = []
    bar = Bar(told.append, 10)
    for done in (1, 4, 2, 10):
        bar.step(done, "working")
    assert [progress.done for progress in told] == [1, 4, 4, 10]
    assert {progress.total for progress in told} == {10}


def test_a_side_stage_speaks_without_moving_the_bar() -> None:
    told: list[Progress] = []
    bar = Bar(told.append, 10)
    bar.step(3, "working")
    bar.aside(Progress(1, 4, "looking"))
    bar.aside(Progress(7, None, "resting"))
    assert told[1:] == [Progress(3, 10, "looking: 25%"), Progress(3, 10, "resting")]


def test_a_bar_follows_the_main_stage() -> None:
    told: list[Progress] = []
    bar = Bar(told.append)
    bar.follow(Progress(2, 5, "moving", {"error": 0.5}))
    bar.aside(Progress(0, None, "measuring"))
    assert told == [Progress(2, 5, "moving", {"error": 0.5}), Progress(2, 5, "measuring")]


def test_work_that_keeps_what_it_has_is_told_of_a_stop() -> None:
    def stop(progress: Progress) -> None:
        if progress.done > 1:
            raise Cancelled("stopped")

    bar = Bar(stop, 10)
    assert not bar.stopped(1, "moving")
    assert bar.stopped(2, "moving", {"error": 0.5})
    assert bar.done == 2


def test_a_fault_while_telling_is_no_stop() -> None:
    def fail(progress: Progress) -> None:
        raise OSError("the pipe is gone")

    with pytest.raises(OSError, match="pipe"):
        Bar(fail).stopped(1, "moving")


def test_a_part_of_a_bar_moves_it_by_its_own_share() -> None:
    told: list[Progress] = []
    bar = Bar(told.append, 200)
    report = bar.part(100, 100, "second half")
    report(Progress(1, 4, "a quarter"))
    report(Progress(9, 4, "more than all"))
    report(Progress(9, None, "open"))
    assert [(each.done, each.total) for each in told] == [(125, 200), (200, 200), (200, 200)]
    assert [each.message for each in told][:2] == ["second half: a quarter", "second half: more than all"]
