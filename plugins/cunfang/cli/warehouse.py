"""The warehouse a command reads: the one the environment names, else the local one of `make run`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cunfang.settings import settings
from cunfang.warehouse import server


class WarehouseError(Exception):
    """There is no warehouse to read."""


@contextmanager
def warehouse_url() -> Iterator[str]:
    """URL of the warehouse; the local server is started for the while when it does not run."""
    place = settings()
    if place.warehouse_url:
        yield place.warehouse_url
        return
    data = place.var / "pg"
    if not data.exists():
        raise WarehouseError("没有可用的数据仓库：请设置 CUNFANG_WAREHOUSE_URL，或先执行 make run")
    with server.local(data) as url:
        yield url
