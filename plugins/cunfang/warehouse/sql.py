"""Run the statements of include/sql, one step per file, parameters bound and never pasted in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult

from cunfang.settings import INCLUDE


@cache
def text_of(path: str) -> str:
    """The SQL of `include/sql/<path>`."""
    return (INCLUDE / "sql" / path).read_text(encoding="utf-8")


def run(connection: Connection, path: str, parameters: Mapping[str, object] | None = None) -> CursorResult[Any]:
    """Execute one file; `%(name)s` in it is bound from `parameters`. A file that takes none may use `%` freely."""
    if parameters is None:
        return connection.exec_driver_sql(text_of(path), execution_options={"no_parameters": True})
    return connection.exec_driver_sql(text_of(path), dict(parameters))


def rows(connection: Connection, path: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """The result of one file as dictionaries; numeric stays Decimal."""
    return [dict(row) for row in run(connection, path, parameters).mappings()]
