"""Inside a worker process: runs one command after another, tells progress, obeys stop.

Each request and each answer is one line of JSON:

    → {"command", "arguments", "threads", "folder", "environment"}
    ← {"pid"}, then for each request {"progress": {…}} … and last
      {"result": {…}, "stopped": bool} or {"error": "one line", "kind": "BadInput"}, perhaps with what goes to the "log"
"""

import importlib
import inspect
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from core import log
from core.errors import BadInput, Cancelled, ClipscapeError, one_line
from core.progress import Progress
from core.serialise import to_json

Send = Callable[[Mapping[str, Any]], None]

INTERVAL = 0.05
"""Seconds between two progress lines, unless the message changes."""


def serve(connection: socket.socket) -> None:
    """Answers requests until the app closes its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def send(message: Mapping[str, Any]) -> None:
        connection.sendall(to_json(message).encode() + b"\n")

    reporter = Reporter(send)
    signal.signal(signal.SIGTERM, reporter.stop)  # a stop may come as soon as the pid is known
    send({"pid": os.getpid()})
    with connection.makefile("rb") as requests:
        for line in requests:
            send(answer(json.loads(line), reporter))
            reporter = Reporter(send)


def answer(request: Mapping[str, Any], reporter: "Reporter") -> dict[str, Any]:
    """Runs the request's command; whatever happens becomes one message."""
    signal.signal(signal.SIGTERM, reporter.stop)
    try:
        prepare(request)
        result = find(request["command"])(**request["arguments"], report=reporter)
        return {"result": result, "stopped": reporter.stopped}
    except ClipscapeError as error:
        return {"error": str(error), "kind": type(error).__name__}
    except Exception as error:
        traceback.print_exc()
        failed = f"{request['command']} failed: {type(error).__name__}: {one_line(error, 500)}"
        return {"error": f"{failed}; the whole story is in the log", "kind": "JobFailed", "log": log.described(error)}
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


class Reporter:
    """The command's `report`: sends progress, and raises `Cancelled` once after a stop.

    Once, so that a command that keeps its partial result can still report while it saves it.
    """

    def __init__(self, send: Send) -> None:
        self.send = send
        self.stopping = self.stopped = False
        self.message: str | None = None
        self.sent = 0.0

    def stop(self, *signal_and_frame: Any) -> None:
        self.stopping = True

    def __call__(self, progress: Progress) -> None:
        if self.stopping and not self.stopped:
            self.stopped = True
            raise Cancelled("stopped")
        if self.is_news(progress):
            self.sent, self.message = time.monotonic(), progress.message
            self.send({"progress": asdict(progress)})

    def is_news(self, progress: Progress) -> bool:
        late = time.monotonic() - self.sent >= INTERVAL
        return late or progress.message != self.message or progress.done == progress.total


def prepare(request: Mapping[str, Any]) -> None:
    """The folder, the environment and the number of threads that the app wants."""
    with suppress(OSError):
        os.chdir(request["folder"])
    os.environ.update(request["environment"])
    limit_threads(request["threads"])


def remember_thread_pools() -> None:
    """Finds the thread pools of the libraries that are loaded; done once, before the fork, for it takes a while."""
    global thread_pools
    if threadpoolctl := sys.modules.get("threadpoolctl"):
        thread_pools = threadpoolctl.ThreadpoolController()


thread_pools: Any = None


def limit_threads(count: int) -> None:
    """At most so many threads for torch, OpenMP, BLAS and numba, where they are loaded."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(count)
    if thread_pools:
        thread_pools.limit(limits=count)
    if (numba := sys.modules.get("numba")) and count < numba.config.NUMBA_NUM_THREADS:
        numba.set_num_threads(count)


def find(command: str) -> Callable[..., dict[str, Any]]:
    """A command of `core.commands`, or `package.module:function`."""
    module, _, function = command.partition(":")
    if function:
        return getattr(importlib.import_module(module), function)
    commands = importlib.import_module("core.commands").COMMANDS
    if command not in commands:
        raise BadInput(f"no command {command!r}; choose from {', '.join(sorted(commands))}")
    return accepting_report(commands[command])


def accepting_report(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The function, which need not take a `report`."""
    if "report" in inspect.signature(function).parameters:
        return function
    return lambda report, **arguments: function(**arguments)
