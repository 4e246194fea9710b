"""What the database holds of runs, as canonical text: equal where nothing differs but the ids of runs and rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

TABLES = ("holding", "quota", "bounded", "allocation", "leg", "adjustment", "transfer_plan")


def dumped(connection: Connection, run_ids: Sequence[int]) -> list[str]:
    """Every row of amounts and transfers of each run, in the order of `run_ids`."""
    lines: dict[int, list[str]] = {run_id: [] for run_id in run_ids}
    for table in TABLES:
        query = text(f"""
            SELECT x.run_id, x.line
            FROM (
                SELECT t.run_id, CAST(to_jsonb(t) - '{{run_id,submission_id,record_no}}'::text[] AS text) AS line
                FROM eval.{table} AS t
                WHERE t.run_id = ANY(:runs)
            ) AS x
            ORDER BY x.run_id, x.line COLLATE "C"
        """)
        for run_id, line in connection.execute(query, {"runs": list(run_ids)}):
            lines[run_id].append(f"{table} {line}")
    return ["\n".join(lines[run_id]) for run_id in run_ids]
