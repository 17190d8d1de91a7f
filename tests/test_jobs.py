"""Commands in worker processes: quick to start, easy to stop, and whatever happens to them, the server lives."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer

import pytest

from core.errors import BadInput, JobFailed
from core.jobs import Job, Jobs, jobs, manager, server
from core.jobs.processes import PRELOAD, explain
from core.jobs.worker import Reporter
from core.machine import usable_processors
from core.progress import Cancelled, Progress

ROOT = Path(__file__).parents[1]
HERE = "tests.job_commands"
PRELOADED = {module.partition(".")[0] for module in PRELOAD}


@pytest.fixture(scope="module")
def light() -> Iterator[Jobs]:
    """A manager whose workers have nothing imported beforehand: quick to begin."""
    made = Jobs(preload=())
    yield made
    made.close()


@pytest.fixture(scope="module")
def warm() -> Iterator[Jobs]:
    """A manager as the app has it, warm."""
    made = Jobs()
    made.warm()
    until(lambda: set(finished(made.start(f"{HERE}:tell", {}), 300).result["loaded"]) >= PRELOADED, 300)
    yield made
    made.close()


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.005)


def finished(job: Job, seconds: float = 60) -> Job:
    assert job.wait(seconds), f"still {job.state}: {job.progress.message}"
    return job


def lives(pid: int) -> bool:
    """Whether there is such a process, zombies included."""
    return Path(f"/proc/{pid}").exists()


def test_a_warm_worker_begins_within_a_third_of_a_second(warm: Jobs) -> None:
    """From start() to the worker's first progress, with the heavy libraries imported."""
    seconds = []
    for _ in range(10):
        begun = time.monotonic()
        job = warm.start(f"{HERE}:count", {"to": 1})
        until(lambda job=job: job.events)
        seconds.append(time.monotonic() - begun)
        finished(job)
    load, cores = os.getloadavg()[0], usable_processors()
    if min(seconds) >= 0.3 and load > 2 * cores:
        pytest.skip(f"the machine is too busy to time this: load {load:.0f} on {cores} cores, {min(seconds):.2f} s")
    assert min(seconds) < 0.3, seconds


def test_a_worker_has_the_heavy_libraries_but_not_the_store(warm: Jobs) -> None:
    loaded = set(finished(warm.start(f"{HERE}:tell", {})).result["loaded"])
    assert loaded >= PRELOADED
    assert not loaded & {"lancedb", "lance", "streamlit"}


def test_warming_up_does_not_block() -> None:
    """The imports alone take several seconds."""
    made = Jobs()
    begun = time.monotonic()
    made.warm()
    assert time.monotonic() - begun < 1
    made.close()


def test_a_job_tells_its_progress_and_gives_its_result(light: Jobs) -> None:
    job = finished(light.start(f"{HERE}:count", {"to": 10}, "Counting", "here"))
    assert (job.state, job.result, job.error, job.title, job.workspace) == (
        "done",
        {"counted": 10},
        None,
        "Counting",
        "here",
    )
    assert job.progress == Progress(10, 10, "counted")
    done = [event.done for event in job.events]
    assert done == sorted(done)
    assert job.events[0].metrics == {"value": 0.0}
    assert 0 < job.seconds < 20


def test_time_left_is_guessed_from_the_pace(light: Jobs) -> None:
    job = light.start(f"{HERE}:count", {"to": 100, "pause": 0.02})
    until(lambda: job.progress.done >= 50)
    assert 0.3 < job.eta < 10
    assert light.stop(job.id).stopping
    assert finished(job).eta is None


def test_two_run_and_a_third_waits_and_says_so(light: Jobs) -> None:
    first, second = (light.start(f"{HERE}:keep_partial", {}, title) for title in ("First", "Second"))
    third = light.start(f"{HERE}:count", {"to": 3}, "Third")
    until(lambda: first.events and second.events)
    assert (first.state, second.state, third.state) == ("running", "running", "waiting")
    assert "First and Second run now" in third.progress.message
    light.stop(first.id)
    assert finished(third).state == "done"
    assert second.state == "running"
    light.stop(second.id)
    assert finished(second).state == "stopped"


def test_two_jobs_do_not_disturb_each_other(light: Jobs) -> None:
    good = light.start(f"{HERE}:count", {"to": 50})
    bad = light.start(f"{HERE}:die", {})
    assert finished(bad).state == "failed"
    assert finished(good).result == {"counted": 50}


def test_stopping_keeps_the_partial_result(light: Jobs) -> None:
    job = light.start(f"{HERE}:keep_partial", {})
    until(lambda: job.progress.done >= 3)
    light.stop(job.id)
    assert finished(job).state == "stopped"
    assert job.result["kept"] >= 3
    assert job.progress.message == "saving the partial result"


def test_stopping_without_a_partial_result(light: Jobs) -> None:
    job = light.start(f"{HERE}:count", {"to": 10_000})
    until(lambda: job.events)
    light.stop(job.id)
    assert (finished(job).state, job.result, job.error) == ("stopped", None, None)


def test_a_stop_right_after_the_start_is_a_stop(light: Jobs) -> None:
    """Whether the worker has begun or not."""
    for wait in [0, 0.001, 0.002, 0.005, 0.01, 0.02] * 3:
        job = light.start(f"{HERE}:count", {"to": 10_000})
        time.sleep(wait)
        light.stop(job.id)
        assert finished(job).state == "stopped"


def test_stopping_a_job_that_waits(light: Jobs) -> None:
    running = [light.start(f"{HERE}:keep_partial", {}) for _ in range(2)]
    waiting = light.start(f"{HERE}:count", {"to": 1})
    assert light.stop(waiting.id).state == "stopped"
    for job in running:
        light.stop(job.id)
        finished(job)
    assert not waiting.events


def test_what_does_not_heed_a_stop_is_killed(light: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "GRACE", 0.2)
    job = light.start(f"{HERE}:deaf", {})
    until(lambda: job.events)
    light.stop(job.id)
    assert finished(job, 10).state == "stopped"


def test_a_second_stop_kills_at_once(light: Jobs) -> None:
    job = light.start(f"{HERE}:deaf", {})
    until(lambda: job.events)
    light.stop(job.id)
    light.stop(job.id)
    assert finished(job, 10).state == "stopped"


def test_stopping_what_has_finished_does_nothing(light: Jobs) -> None:
    job = finished(light.start(f"{HERE}:count", {"to": 1}))
    assert light.stop(job.id).state == "done"
    assert not job.stopping


def test_a_killed_worker_fails_with_a_plain_line(light: Jobs) -> None:
    """As the kernel kills a process for want of memory."""
    job = light.start(f"{HERE}:deaf", {})
    until(lambda: job.events)
    os.kill(job._worker.pid, signal.SIGKILL)
    assert finished(job).state == "failed"
    assert "want of memory" in job.error
    assert finished(light.start(f"{HERE}:count", {"to": 1})).state == "done"


def test_a_crashed_worker_fails_with_a_plain_line(light: Jobs) -> None:
    assert "crashed (SIGSEGV)" in finished(light.start(f"{HERE}:die", {"number": int(signal.SIGSEGV)})).error
    assert "status 3" in explain(3)


def test_bad_input_comes_back_as_one_line(light: Jobs) -> None:
    job = finished(light.start(f"{HERE}:refuse", {}))
    assert (job.state, job.error) == ("failed", "k=0 is below 1: choose at least 1")
    assert "no command 'nonsense'; choose from" in finished(light.start("nonsense", {})).error


def test_an_error_of_the_program_comes_back_as_one_line(light: Jobs) -> None:
    error = finished(light.start(f"{HERE}:stumble", {})).error
    assert error.startswith(f"{HERE}:stumble failed: ZeroDivisionError")
    assert "\n" not in error


def test_results_of_numpy_and_paths_come_back(light: Jobs) -> None:
    result = finished(light.start(f"{HERE}:numbers", {})).result
    assert result == {"float": 0.5, "array": [1, 2], "path": "a/b", "tuple": [1, 2]}


def test_a_large_result_comes_back(light: Jobs) -> None:
    assert len(finished(light.start(f"{HERE}:much", {"count": 200_000})).result["refused"]) == 200_000


def test_a_worker_sees_this_folder_and_home(light: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    told = finished(light.start(f"{HERE}:tell", {})).result
    assert (told["home"], told["folder"]) == (str(tmp_path), str(tmp_path))


def test_finished_jobs_are_remembered_but_not_for_ever(light: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "KEPT", 2)
    several = [finished(light.start(f"{HERE}:count", {"to": 0}, workspace=f"space {row}")) for row in range(4)]
    assert light.list()[-2:] == several[-2:]
    assert light.list("space 3") == [several[3]]
    assert light.get(several[-1].id) is several[-1]
    with pytest.raises(BadInput, match="no job '1'"):
        light.get("1")


def test_no_process_is_left_behind() -> None:
    """Not by jobs that end, not by those that are running when the manager closes."""
    made = Jobs(preload=())
    job = finished(made.start(f"{HERE}:tell", {}))
    ended = job.result["pid"]
    until(lambda: not lives(ended))
    job = made.start(f"{HERE}:count", {"to": 100_000})
    until(lambda: job.events)
    left = {job._worker.pid, made.server.pid}
    assert len(left) == 2
    assert all(lives(pid) for pid in left)
    made.close()
    until(lambda: not any(lives(pid) for pid in left))
    assert not job.active
    assert made.server.pid is None


def test_all_end_when_the_app_is_killed() -> None:
    script = f"""
import time
from core.jobs import jobs
job = jobs().start("{HERE}:count", {{"to": 100000}})
jobs().ask("{HERE}:tell", {{}})
while not job.events:
    time.sleep(0.01)
print(job._worker.pid, jobs().server.pid, jobs().ask("{HERE}:tell", {{}})["pid"], flush=True)
time.sleep(60)
"""
    light = script.replace(
        "from core.jobs import jobs", "from core.jobs import Jobs\nmade = Jobs(())\njobs = lambda: made"
    )
    app = subprocess.Popen([sys.executable, "-c", light], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in app.stdout.readline().split()]
    assert len(pids) == 3
    assert all(lives(pid) for pid in pids)
    app.kill()
    app.wait()
    until(lambda: not any(lives(pid) for pid in pids))


def test_the_app_is_not_run_again_in_a_worker(tmp_path: Path) -> None:
    """A page is the `__main__` of its process, and has no guard."""
    script = tmp_path / "page.py"
    script.write_text(f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
print("the page runs")
from core.jobs import Jobs
made = Jobs(preload=())
job = made.start("{HERE}:tell", {{}})
job.wait(60)
print(job.state, job.result["main"])
""")
    ran = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.count("the page runs") == 1
    assert "done" in ran.stdout
    assert "page.py" not in ran.stdout


def test_the_server_comes_back_when_it_is_killed(light: Jobs) -> None:
    finished(light.start(f"{HERE}:count", {"to": 1}))
    os.kill(light.server.pid, signal.SIGKILL)
    until(lambda: light.server.pid is None)
    assert finished(light.start(f"{HERE}:count", {"to": 1})).state == "done"
    assert light.ask(f"{HERE}:tell", {}, 20)["pid"]


def test_the_manager_survives_the_reloading_of_its_module() -> None:
    """Streamlit forgets the modules whose files change."""
    before = jobs()
    forgotten = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith("core.jobs")}
    try:
        from core.jobs import jobs as again

        assert again is not jobs
        assert again() is before
    finally:
        sys.modules.update(forgotten)


def test_questions_are_answered_by_one_worker(light: Jobs) -> None:
    pids, seconds = set(), []
    for _ in range(6):
        begun = time.monotonic()
        pids.add(light.ask(f"{HERE}:tell", {})["pid"])
        seconds.append(time.monotonic() - begun)
    assert len(pids) == 1
    assert min(seconds) < 0.1, seconds


def test_an_answer_may_be_an_error(light: Jobs) -> None:
    pid = light.ask(f"{HERE}:tell", {})["pid"]
    with pytest.raises(BadInput, match="k=0 is below 1"):
        light.ask(f"{HERE}:refuse", {})
    with pytest.raises(JobFailed, match="ZeroDivisionError"):
        light.ask(f"{HERE}:stumble", {})
    assert light.ask(f"{HERE}:tell", {})["pid"] == pid


def test_a_crash_while_answering_is_survived(light: Jobs) -> None:
    pid = light.ask(f"{HERE}:tell", {})["pid"]
    with pytest.raises(JobFailed, match="want of memory"):
        light.ask(f"{HERE}:die", {})
    assert light.ask(f"{HERE}:tell", {})["pid"] != pid


def test_a_crash_between_questions_goes_unnoticed(light: Jobs) -> None:
    pid = light.ask(f"{HERE}:tell", {})["pid"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: not lives(pid))
    assert light.ask(f"{HERE}:tell", {})["pid"] != pid


def test_a_question_that_takes_too_long_is_given_up(light: Jobs) -> None:
    begun = time.monotonic()
    with pytest.raises(JobFailed, match=r"no answer within 0\.3 s"):
        light.ask(f"{HERE}:deaf", {}, timeout=0.3)
    assert time.monotonic() - begun < 5
    assert light.ask(f"{HERE}:tell", {})["pid"]


def test_a_stop_is_raised_once() -> None:
    """So that what is kept after it can be reported."""
    sent: list = []
    report = Reporter(sent.append)
    report(Progress(0, 3, "a"))
    report.stop()
    with pytest.raises(Cancelled):
        report(Progress(1, 3, "a"))
    report(Progress(2, 3, "saving"))
    assert [each["progress"]["message"] for each in sent] == ["a", "saving"]


def test_too_much_progress_is_thinned() -> None:
    sent: list = []
    report = Reporter(sent.append)
    for done in range(10_001):
        report(Progress(done, 10_000, "fast"))
    assert len(sent) < 1000
    assert sent[0]["progress"]["done"] == 0
    assert sent[-1]["progress"]["done"] == 10_000


def test_importing_jobs_is_light() -> None:
    script = "import sys; import core.jobs; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & {"torch", "numpy", "open_clip", "sklearn", "lancedb", "multiprocessing"}


def fallen(status: int) -> int:
    """A worker that has ended, and that nobody has waited for."""
    pid = os.fork()
    if pid == 0:
        os._exit(status)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return pid


def test_a_death_whose_signal_woke_nobody_is_noticed() -> None:
    """A signal just before a call that blocks does not wake it; here none comes at all."""
    ours, theirs = socket.socketpair()
    pid = fallen(7)
    control, app = socket.socketpair()
    Timer(2 * server.HEARTBEAT, app.close).start()
    assert not server.serve(control, {pid: theirs})
    assert json.loads(ours.makefile().readlines()[-1]) == {"exit": 7}


def test_a_death_that_another_look_was_quicker_to_see_does_no_harm() -> None:
    """Only the other look tells of it, once; this one goes on to the next worker."""
    pids = [fallen(status) for status in (0, 7)]
    os.waitpid(pids[0], 0)
    ours, theirs = zip(*(socket.socketpair() for _ in pids), strict=True)
    workers = dict(zip(pids, theirs, strict=True))
    server.reap(workers)
    assert list(workers) == pids[:1]
    assert json.loads(ours[1].makefile().readlines()[-1]) == {"exit": 7}
    ours[0].setblocking(False)
    with pytest.raises(BlockingIOError):
        ours[0].recv(1)
