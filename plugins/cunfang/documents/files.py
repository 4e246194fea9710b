"""A run's files under var/runs/<run>/: the workbook and the page, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from cunfang.documents.correction import statement
from cunfang.documents.loading import load_result
from cunfang.documents.page import result_page
from cunfang.documents.result import RunResult
from cunfang.documents.view import result_view
from cunfang.documents.workbook import result_workbook
from cunfang.orders.correction import recorded
from cunfang.settings import Settings

WORKBOOK, PAGE = "考核结果.xlsx", "考核结果.html"


def run_folder(settings: Settings, run_id: int) -> Path:
    """Where the files of a run lie."""
    return settings.var / "runs" / str(run_id)


def draft_files(engine: Engine, settings: Settings, run_id: int) -> str:
    """Write the workbook and the page of a run to be signed; the summary (Markdown) that its approver reads."""
    folder = run_folder(settings, run_id)
    folder.mkdir(parents=True, exist_ok=True)
    with engine.connect() as connection:
        result = load_result(connection, run_id)
        _write(folder / WORKBOOK, result_workbook(connection, run_id))
        _write(folder / PAGE, result_page(connection, run_id).encode())
        correction = recorded(connection, run_id)
    told = summary(result, folder)
    return told if correction is None else f"{statement(correction)}\n\n{told}"


def summary(result: RunResult, folder: Path) -> str:
    """What is to be signed, in a table whose amounts close as those of workbook and mail; the files hold the rest."""
    view = result_view(result)
    rows = "\n".join(
        f"| {bank.name} | {bank.share} | {bank.current} | {bank.target} | {bank.delta} |"
        for bank in (*view.banks, view.sums)
    )
    return (
        f"**{result.region_name} {view.quarter}**，{result.rulebook.name}，批次 {result.run_id}，"
        f"总量 {view.total} 万元，预警 {len(result.warnings)} 项。\n\n"
        f"| 机构 | 比例 | 现存（万元） | 应存（万元） | 调整（万元） |\n|---|---:|---:|---:|---:|\n{rows}\n\n"
        f"工作簿与页面：`{folder}`"
    )


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)
