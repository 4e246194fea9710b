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
    """Execute one file; `%(name)s` in it is bound from `parameters`."""
    return connection.exec_driver_sql(text_of(path), dict(parameters or {}))


def rows(connection: Connection, path: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """The result of one file as dictionaries; numeric stays Decimal."""
    return [dict(row) for row in run(connection, path, parameters).mappings()]


def script(connection: Connection, path: str) -> None:
    """Execute a file of several statements that takes no parameters, where `%` is only a percent sign."""
    connection.exec_driver_sql(text_of(path), execution_options={"no_parameters": True})
