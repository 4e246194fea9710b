"""The warehouse: a PostgreSQL that holds raw, core, eval, mart and ops."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Engine, create_engine


@lru_cache(maxsize=8)
def engine(url: str) -> Engine:
    """One engine per URL and process; connections are checked before use, as PostgreSQL may have restarted."""
    return create_engine(url, pool_pre_ping=True, connect_args={"options": "-c timezone=Asia/Shanghai"})


__all__ = ["engine"]
