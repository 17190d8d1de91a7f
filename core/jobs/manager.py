"""Jobs: what a page starts, watches and stops."""

import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Lock, RLock, Thread, Timer
from types import ModuleType
from typing import Any

from core import errors, log
from core.errors import BadInput, ClipscapeError, JobFailed
from core.jobs.processes import PRELOAD, Server, Worker, explain
from core.machine import usable_processors
from core.progress import Progress

AT_ONCE = 2
"""Jobs that run at the same time; more wait."""
GRACE = 15.0
"""Seconds between a stop and the kill of a worker that does not heed it."""
KEPT = 200
"""Finished jobs that are remembered."""
EVENTS = 2000
"""Progress messages kept a job, for its curves."""


@dataclass
class Job:
    """One command, waiting, running or finished; it changes while the worker talks.

    state: "waiting", "running", "done", "stopped" or "failed". started: seconds since the epoch,
    None while it waits. person: the account that started it, "" on this machine alone.
    result: what the command returned (a stopped command may have kept a part).
    error: one line for a person, when failed. events: the latest progress messages, oldest first.
    """

    id: str
    title: str
    command: str
    arguments: dict[str, Any]
    workspace: str = ""
    person: str = ""
    state: str = "waiting"
    progress: Progress = field(default_factory=lambda: Progress(0, None, "waiting"))
    created: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    stopping: bool = False
    _events: deque[tuple[float, Progress]] = field(default_factory=lambda: deque(maxlen=EVENTS), repr=False)
    _worker: Worker | None = field(default=None, repr=False)
    _finished: Event = field(default_factory=Event, repr=False)

    @property
    def active(self) -> bool:
        """Waiting or running."""
        return self.state in ("waiting", "running")

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return 0.0 if self.started is None else (self.ended or time.time()) - self.started

    @property
    def events(self) -> list[Progress]:
        return [progress for _, progress in self._events.copy()]

    @property
    def eta(self) -> float | None:
        """Seconds left, from the pace of the present stage; None where it cannot be known."""
        if self.state != "running" or self.progress.total is None:
            return None
        stage = [(at, each.done) for at, each in self._events.copy() if each.total == self.progress.total]
        if len(stage) < 2 or stage[-1][1] <= stage[0][1]:
            return None
        pace = (stage[-1][1] - stage[0][1]) / max(stage[-1][0] - stage[0][0], 1e-6)
        return (self.progress.total - stage[-1][1]) / pace

    def wait(self, timeout: float | None = None) -> bool:
        """Until it has finished; False when that took longer than `timeout` seconds."""
        return self._finished.wait(timeout)


class Jobs:
    """Runs commands in worker processes, two at a time, the others in their order.

    preload: what the warm process imports beforehand.
    """

    def __init__(self, preload: Sequence[str] = PRELOAD) -> None:
        self.server = Server(preload)
        self._jobs: dict[str, Job] = {}
        self._numbers = count(1)
        self._lock = RLock()
        self._answers = Answers(self.server)

    def warm(self, after: float = 0.0) -> None:
        """Starts the warm process in the background, if it is not there; `after` so many seconds."""
        if self.server.pid is None:
            later(after, self.server.warm) if after else self.server.warm()

    def start(
        self, command: str, arguments: Mapping[str, Any], title: str = "", workspace: str = "", person: str = ""
    ) -> Job:
        """A new job; it waits when two are running already. person: whose account starts it."""
        with self._lock:
            job = Job(str(next(self._numbers)), title or command, command, dict(arguments), workspace, person)
            self._jobs[job.id] = job
            self._forget()
            self._advance()
        return job

    def list(self, workspace: str | None = None) -> list[Job]:
        """All jobs, oldest first, or those of one workspace."""
        return [job for job in self._jobs.copy().values() if workspace in (None, job.workspace)]

    def get(self, id: str) -> Job:
        """Raises `BadInput` for a job that is not remembered."""
        if id not in self._jobs:
            raise BadInput(f"no job {id!r}; it may be too old to be remembered")
        return self._jobs[id]

    def stop(self, id: str) -> Job:
        """Stops a job: at its next report, or by force after some seconds or at the second call."""
        with self._lock:
            job = self.get(id)
            again, job.stopping = job.stopping, job.active
            if job.state == "waiting":
                self._end(job, "stopped")
            elif job._worker and again:
                job._worker.kill()
            elif job._worker:
                job._worker.stop()
                later(GRACE, job._worker.kill)
        return job

    def ask(self, command: str, arguments: Mapping[str, Any], timeout: float = 60.0) -> dict[str, Any]:
        """See `ask`."""
        return self._answers.ask(command, arguments, timeout)

    def close(self) -> None:
        """Ends every worker and the warm process."""
        self.server.close()

    def _advance(self) -> None:
        running = [job for job in self._jobs.values() if job.state == "running"]
        waiting = [job for job in self._jobs.values() if job.state == "waiting"]
        for job in waiting[: AT_ONCE - len(running)]:
            running.append(job)
            self._run(job, threads=max(1, usable_processors() // len(running)))
        for job in waiting:
            if job.state == "waiting":
                titles = " and ".join(each.title for each in running)
                job.progress = Progress(0, None, f"waits for its turn: {titles} run now, {AT_ONCE} at a time")

    def _run(self, job: Job, threads: int) -> None:
        job.state, job.started, job.progress = "running", time.time(), Progress(0, None, "starting")
        Thread(target=self._follow, args=(job, threads), name=f"job {job.id}", daemon=True).start()

    def _follow(self, job: Job, threads: int) -> None:
        last: dict[str, Any] = {}
        try:
            worker = job._worker = self.server.fork()
            if job.stopping:
                worker.stop()
            worker.send(job.command, job.arguments, threads)
            worker.finish()
            last = listen(job, worker)
        except Exception as error:
            last = {"error": str(error), "kind": "JobFailed"}
        with self._lock:
            conclude(job, last)
            self._end(job, job.state)
            self._advance()

    def _end(self, job: Job, state: str) -> None:
        job.state, job.ended, job._worker, job.stopping = state, time.time(), None, False
        job._finished.set()

    def _forget(self) -> None:
        finished = [job.id for job in self._jobs.values() if not job.active]
        for id in finished[:-KEPT]:
            del self._jobs[id]


_first = Lock()


class Answers:
    """One long-lived worker for short questions, begun again when it has died."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._lock = Lock()
        self._worker: Worker | None = None

    def ask(self, command: str, arguments: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            raise JobFailed(f"{command}: no answer within {timeout:g} s, another question is still being answered")
        try:
            return self._ask(command, arguments, timeout, deadline)
        finally:
            self._lock.release()

    def _ask(self, command: str, arguments: Mapping[str, Any], timeout: float, deadline: float) -> dict[str, Any]:
        try:
            worker = self._send(command, arguments)
            message = self._receive(worker, deadline)
            if message.get("kind") == "JobFailed":
                note(command, message)
            return outcome(message)
        except TimeoutError:
            self._drop(kill=True)
            raise JobFailed(f"{command}: no answer within {timeout:g} s; ask again, or run it as a job") from None

    def _send(self, command: str, arguments: Mapping[str, Any]) -> Worker:
        """The worker with the question; a new one if the last has died since."""
        for _ in range(2):
            worker = self._worker = self._worker or self.server.fork()
            try:
                worker.send(command, arguments, usable_processors())
                return worker
            except JobFailed:
                self._drop()
        raise JobFailed("no worker process could be started; the server's log may say more")

    def _receive(self, worker: Worker, deadline: float) -> dict[str, Any]:
        worker.wait(max(0.01, deadline - time.monotonic()))
        for message in worker.messages():
            if "progress" not in message:
                return message
            worker.wait(max(0.01, deadline - time.monotonic()))
        self._drop()
        return {"error": explain(worker.exit), "kind": "JobFailed"}

    def _drop(self, kill: bool = False) -> None:
        if self._worker is not None:
            if kill:
                self._worker.kill()
            self._worker.close()
            self._worker = None


def jobs() -> Jobs:
    """The manager of this process.

    It is kept on a module without a file, because Streamlit forgets modules whose files change.
    """
    holder = sys.modules.setdefault("clipscape_jobs", ModuleType("clipscape_jobs"))
    with _first:
        if not hasattr(holder, "manager"):
            holder.manager = Jobs()  # type: ignore[attr-defined]
    return holder.manager


def ask(command: str, arguments: Mapping[str, Any], timeout: float = 60.0) -> dict[str, Any]:
    """The answer to a short question, from a worker that keeps its last models in memory.

    Raises what the command raised, and `JobFailed` when the worker died or took longer than
    `timeout` seconds; the next question then gets a new worker.
    """
    return jobs().ask(command, arguments, timeout)


def listen(job: Job, worker: Worker) -> dict[str, Any]:
    """Follows a job's worker to its end; the last message, or why there is none."""
    last: dict[str, Any] = {}
    for message in worker.messages():
        if "progress" in message:
            job.progress = Progress(**message["progress"])
            job._events.append((time.monotonic(), job.progress))
        else:
            last = message
    return last or {"error": explain(worker.exit), "kind": "Cancelled" if job.stopping else "JobFailed"}


def conclude(job: Job, last: Mapping[str, Any]) -> None:
    """The job's state from its worker's last message."""
    if "result" in last:
        job.result = last["result"]
        job.state = "stopped" if last.get("stopped") else "done"
    elif last["kind"] == "Cancelled":
        job.state = "stopped"
    else:
        job.state, job.error = "failed", last["error"]
        if last["kind"] == "JobFailed":
            note(job.command, last)


def note(command: str, message: Mapping[str, Any]) -> None:
    """An error of ours goes to the log; of a worker that died there is only what it died of."""
    died = {"type": "JobFailed", "frames": [], "whole": str(message["error"])}
    log.write(f"job {command}", message.get("log") or died)


def outcome(message: Mapping[str, Any]) -> dict[str, Any]:
    """The result in a message; an error is raised here as it was there."""
    if "result" in message:
        return message["result"]
    kind = getattr(errors, message["kind"], JobFailed)
    raise kind(message["error"]) if issubclass(kind, ClipscapeError) else JobFailed(message["error"])


def later(seconds: float, action: Any) -> None:
    timer = Timer(seconds, action)
    timer.daemon = True
    timer.start()
