"""Fixtures of the tasks' tests. This folder is no package, or it would stand before Airflow itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from chased import COUNTY, MERGED, PAGE, SAMPLE
from cunfang.region import load_region
from cunfang.warehouse import engine as engine_of


@pytest.fixture
def regions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two counties that are no sample beside the one that is, in a folder of their own."""
    from cunfang.region import FOLDER

    folder = tmp_path / "regions"
    folder.mkdir()
    (folder / f"{SAMPLE}.yaml").write_bytes((FOLDER / f"{SAMPLE}.yaml").read_bytes())
    merger = "  - {since: 2018-07-20, feeds: [tax]}"
    for code, more in ((COUNTY, ""), (MERGED, merger)):
        (folder / f"{code}.yaml").write_text(PAGE.format(code=code, merger=more), encoding="utf-8")
    load_region.cache_clear()
    monkeypatch.setattr(load_region.__wrapped__, "__defaults__", (folder,))
    yield
    load_region.cache_clear()


@pytest.fixture
def engine(warehouse: str) -> Iterator[Engine]:
    """An empty warehouse."""
    made = engine_of(warehouse)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with engine.connect() as made:
        yield made
