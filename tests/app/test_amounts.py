"""Numbers as a person reads them, and the other doctests of the pages."""

import doctest

import pytest

from app import amounts, plain
from app.collection import spool


@pytest.mark.parametrize("module", [amounts, plain, spool], ids=lambda module: module.__name__)
def test_examples_hold(module) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
