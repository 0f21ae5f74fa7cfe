"""Fixtures of the commands' tests."""

from collections.abc import Iterator

import pytest

from tests.screen import VirtualScreen, virtual_screen


@pytest.fixture
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualScreen]:
    with virtual_screen(tmp_path_factory.mktemp("screen")) as running:
        yield running
