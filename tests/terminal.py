"""The command line, called in this process."""

import json
from typing import Any

import pytest

from core.cli import status


class Terminal:
    """Runs a command line, and gives what a script or a person gets from it."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self.capture = capture

    def json(self, *arguments: str) -> dict[str, Any]:
        """The result that a script reads."""
        return json.loads(self.text(*arguments, "--json", "-"))

    def text(self, *arguments: str) -> str:
        """What a person reads."""
        assert status(list(arguments)) == 0
        return self.capture.readouterr().out

    def refused(self, *arguments: str) -> str:
        """The one line that a command line is refused with, without the name before it."""
        assert status(list(arguments)) == 2
        said = self.capture.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        assert said.err.startswith("clipscape: ")
        return said.err.removeprefix("clipscape: ").strip()
