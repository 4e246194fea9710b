"""Counties for the tests of this folder, each on a warehouse of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cunfang.settings import Settings
from cunfang.warehouse import engine
from intake.county import County


@contextmanager
def _county(url: str, home: Path) -> Iterator[County]:
    county = County(engine(url), Settings(url, home / "inbox", home / "var", "", ""))
    try:
        yield county
    finally:
        county.db.dispose()


@pytest.fixture
def county(tmp_path: Path, warehouse: str) -> Iterator[County]:
    """A county with nothing delivered yet."""
    with _county(warehouse, tmp_path) as county:
        yield county


@pytest.fixture(scope="module")
def module_county(
    tmp_path_factory: pytest.TempPathFactory, new_module_warehouse: Callable[[], str]
) -> Iterator[County]:
    """One county for all tests of a module."""
    with _county(new_module_warehouse(), tmp_path_factory.mktemp("county")) as county:
        yield county


@pytest.fixture
def registered(county: County) -> County:
    """A county whose registers stand."""
    for feed in ("institutions", "accounts"):
        county.deliver(feed)
        assert list(county.walk(feed).values()) == ["accepted"]
    return county
