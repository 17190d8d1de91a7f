"""The warm server and its workers, seen from the app's process."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from core.errors import JobFailed
from core.serialise import to_json

FAREWELL = 3.0
"""Seconds that workers have to save what they hold when the app is gone."""
ROOT = Path(__file__).parents[2]
PRELOAD = ("torch", "open_clip", "sklearn.cluster", "openTSNE", "umap", "FrEIA.modules")
"""What a worker finds imported. Not the store's libraries: their threads do not survive a fork."""


class Server:
    """The warm process; started when first needed, and again should it die.

    preload: the modules that it imports before it serves.
    """

    def __init__(self, preload: Sequence[str] = PRELOAD) -> None:
        self.preload = tuple(preload)
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def warm(self) -> None:
        """Starts the process unless it runs; returns at once, the imports happen there."""
        with self._lock:
            self._ensure()

    def fork(self) -> "Worker":
        """A new worker; until the server has made its imports, what is sent to it waits."""
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            socket.send_fds(self._ensure(), [b"+"], [theirs.fileno()])
        return Worker(ours)

    def close(self) -> None:
        """Ends the server and with it every worker."""
        with self._lock:
            self._drop()

    def _ensure(self) -> socket.socket:
        if self._control is None or self.pid is None:
            self._drop()
            self._control = self._launch()
        return self._control

    def _launch(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "core.jobs.server", str(theirs.fileno()), *self.preload]
        with theirs:
            # A session of its own: Ctrl-C in the terminal is for the app, which then closes the socket.
            self._process = subprocess.Popen(
                command, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True
            )
        return ours

    def _drop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=FAREWELL + 1)
            except subprocess.TimeoutExpired:  # it is still at its imports
                self._process.kill()
                self._process.wait()
            self._process = None


class Worker:
    """One worker process: send it requests, read its messages, stop it."""

    def __init__(self, connection: socket.socket) -> None:
        self.pid: int | None = None
        self.exit: int | None = None
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._signal: signal.Signals | None = None

    def send(self, command: str, arguments: Mapping[str, Any], threads: int) -> None:
        """Raises `JobFailed` if the worker is gone."""
        request = {
            "command": command,
            "arguments": dict(arguments),
            "threads": threads,
            "folder": os.getcwd(),
            "environment": {key: value for key, value in os.environ.items() if key.startswith("CLIPSCAPE_")},
        }
        try:
            self._connection.sendall(to_json(request).encode() + b"\n")
        except OSError:
            raise JobFailed("the worker process is gone") from None

    def finish(self) -> None:
        """No further requests: the worker ends after the present one."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def messages(self) -> Iterator[dict[str, Any]]:
        """What the worker says, until it ends; its pid and exit status are kept here."""
        for line in self._lines:
            message = parse(line)
            if "pid" in message:
                self.pid = message["pid"]
                self._deliver()
            elif "exit" in message:
                self.exit = message["exit"]
            elif message:
                yield message
        self.close()

    def stop(self) -> None:
        """Asks the worker to stop at its next report."""
        self._signal = self._signal or signal.SIGTERM
        self._deliver()

    def kill(self) -> None:
        self._signal = signal.SIGKILL
        self._deliver()

    def close(self) -> None:
        self.pid = None
        self._lines.close()
        self._connection.close()

    def wait(self, seconds: float) -> None:
        """Raises `TimeoutError` from `messages` when the worker is silent for so long."""
        self._connection.settimeout(seconds)

    def _deliver(self) -> None:
        if self._signal is not None and self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, self._signal)


def parse(line: bytes) -> dict[str, Any]:
    """A message; nothing from a line that a dying worker could not finish."""
    with suppress(ValueError):
        message = json.loads(line)
        return message if isinstance(message, dict) else {}
    return {}


def explain(exit_status: int | None) -> str:
    """Why a worker ended without a result, for a person."""
    if exit_status == -signal.SIGKILL:
        return "the worker process was killed, most often for want of memory: use fewer items or a smaller model"
    if exit_status is not None and exit_status < 0:
        return f"the worker process crashed ({signal.Signals(-exit_status).name}); the server's log may say more"
    return f"the worker process ended without a result (status {exit_status}); the server's log may say more"
