"""From one workspace to another on the same page."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.workspace import Workspace, open_named
from tests.app.conftest import FakeJobs, chosen, clean


@pytest.mark.parametrize("page", ["map", "data", "clusters", "dimensions", "semantics", "groups"])
def test_the_same_page_of_another_workspace(
    mapped: Workspace, opened: Callable[..., AppTest], jobs: FakeJobs, page: str
) -> None:
    other = Path(mapped.path).with_name("other")
    shutil.copytree(mapped.path, other)
    test = clean(opened(mapped, page))
    for place in (other, Path(mapped.path), other):
        chosen(test).open(Path(open_named(place.name).path))
        clean(test.run())
        assert chosen(clean(test.run())).workspace == place
