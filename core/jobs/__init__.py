"""Commands in worker processes: progress, stop, and a result that outlives the page.

`jobs()` is the one manager of this process; `jobs().start(command, arguments)` runs a command of
`core.commands` in a fork of a warm process, two at a time, and `ask` puts a short question (a text
search) to a worker that keeps its models in memory. Nothing heavy is imported here.

    manager.py    Job and Jobs: what a page sees
    processes.py  the warm server and its workers, seen from this process
    server.py     the warm process: imports once, forks a worker for each request
    worker.py     inside a fork: runs the command, tells progress, obeys stop
"""

from core.jobs.manager import Job, Jobs, ask, jobs

__all__ = ["Job", "Jobs", "ask", "jobs"]
