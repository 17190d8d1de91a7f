"""The warm process: `python -m core.jobs.server DESCRIPTOR MODULE …`.

It imports the modules once, then forks a worker for each socket that it is sent. The worker talks
to the app over that socket; when it ends, the server writes its exit status there as the last line.
When the app ends, however it ends, so do the server and its workers.

Why not `multiprocessing`: its forkserver runs the parent's `__main__` again in each child, which
under Streamlit is a page; it finds functions by reference, which Streamlit's reloading breaks; and
its workers live on when the app is killed.
"""

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from core.jobs import worker
from core.jobs.processes import FAREWELL

HEARTBEAT = 0.5
"""Seconds between two looks at the workers, beside those for which a signal asks."""


def main(control: socket.socket, preload: Sequence[str]) -> None:
    """Forks a worker for each socket that comes over `control`, until the other end closes.

    Who asks before all is imported gets a worker with what there is by then, rather than waiting for the rest.
    """
    workers: dict[int, socket.socket] = {}
    signal.signal(signal.SIGCHLD, lambda *_: reap(workers))
    for module in preload:
        with suppress(ImportError):
            importlib.import_module(module)
        while select.select([control], [], [], 0)[0] and serve(control, workers):
            pass
    worker.remember_thread_pools()
    gc.freeze()  # a worker's garbage collector need not look at, and so copy, what all of them share
    while serve(control, workers):
        pass
    end(workers)


def serve(control: socket.socket, workers: dict[int, socket.socket]) -> bool:
    """One more worker; false when the app is gone."""
    while not select.select([control], [], [], HEARTBEAT)[0]:
        reap(workers)  # a signal that comes just before a call that blocks does not wake it
    connection = receive(control)
    if connection is not None:
        fork(control, connection, workers)
    return connection is not None


def receive(control: socket.socket) -> socket.socket | None:
    """The next worker's socket; None when the app is gone."""
    message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    return socket.socket(fileno=descriptors[0]) if message else None


def fork(control: socket.socket, connection: socket.socket, workers: dict[int, socket.socket]) -> None:
    """A new worker; SIGCHLD waits meanwhile, or a quick death would go unnoticed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    pid = os.fork()
    if pid == 0:
        become_worker(connection, [control, *workers.values()])
    workers[pid] = connection
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


def become_worker(connection: socket.socket, others: Sequence[socket.socket]) -> None:
    """The child's life; it never returns, so nothing of the server is cleaned up twice."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        for other in others:
            other.close()
        worker.serve(connection)
        status = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def reap(workers: dict[int, socket.socket]) -> None:
    """Tells the app of each worker that has ended, and how."""
    for pid in list(workers):
        with suppress(ChildProcessError):  # the signal may interrupt this very loop
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                farewell(workers.pop(pid), os.waitstatus_to_exitcode(status))


def farewell(connection: socket.socket, status: int) -> None:
    """The last line; the leading newline closes one that the worker could not finish."""
    with connection, suppress(OSError):
        connection.sendall(b'\n{"exit": %d}\n' % status)


def end(workers: dict[int, socket.socket]) -> None:
    """Stops the workers: kindly first."""
    deadline = time.monotonic() + FAREWELL
    kill(workers, signal.SIGTERM)
    while workers and time.monotonic() < deadline:
        time.sleep(0.02)
    kill(workers, signal.SIGKILL)


def kill(workers: dict[int, socket.socket], number: signal.Signals) -> None:
    for pid in list(workers):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
    os._exit(0)  # taking the libraries down in order would take seconds
