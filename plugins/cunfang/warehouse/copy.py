"""COPY rows into a table: the one way volume enters the warehouse."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Connection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _field(value: object) -> str:
    match value:
        case None:
            return r"\N"
        case bool():
            return "t" if value else "f"
        case Decimal() | int() | date() | datetime():
            return str(value)
        case dict():
            return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
        case list() | tuple():
            items = (str(item).replace("\\", "\\\\").replace('"', '\\"') for item in value)
            return ("{" + ",".join(f'"{item}"' for item in items) + "}").translate(_ESCAPES)
        case str():
            return value.replace("\x00", "").translate(_ESCAPES)
    raise TypeError(f"COPY cannot write a {type(value).__name__}")


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write `rows` into `schema.table`; how many.

    str, Decimal, int, date, bool, None, dict (as jsonb) and list (as array) pass; a float is a TypeError.
    """
    buffer = io.StringIO()
    count = 0
    for row in rows:
        buffer.write("\t".join(map(_field, row)) + "\n")
        count += 1
    if not count:
        return 0
    buffer.seek(0)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    cursor = cast("Cursor", connection.connection.cursor())
    with cursor:
        cursor.copy_expert(statement.as_string(cursor), buffer)
    return count
