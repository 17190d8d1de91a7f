"""Numbers as a person reads them, and the other doctests of the pages."""

import doctest

import pytest

import core.formats
from app.kit import formats, messages
from app.views.data import spool
from app.views.dimensions import chart


@pytest.mark.parametrize("module", [core.formats, formats, messages, spool, chart], ids=lambda module: module.__name__)
def test_examples_hold(module) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
