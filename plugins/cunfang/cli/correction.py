"""`cunfang correction`: what a corrected quarter changes for each bank in yuan, beside the result that stands."""

from __future__ import annotations

import json

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection, text

from cunfang.cli.render import money, plain
from cunfang.documents.correction import CorrectionView, correction_view
from cunfang.orders.correction import assess, recorded
from cunfang.orders.priced import Correction, Differing, Effect
from cunfang.period import Period
from cunfang.warehouse import engine


class CorrectionError(Exception):
    """There is no correction to price."""


def load_correction(url: str, region: str, period: Period, run_id: int | None = None) -> Correction:
    """The price of the newest corrected run of a quarter, or of `run_id`; nothing is written.

    CorrectionError where the quarter has no published result, or no run beside it.
    """
    chosen = text("""
        SELECT run_id FROM eval.run
        WHERE
            region = :region AND period = :period AND purpose = 'official'
            AND (CAST(:run_id AS bigint) IS NULL OR run_id = :run_id)
        ORDER BY run_id DESC
    """)
    database = engine(url)
    try:
        with database.connect() as connection:
            runs = connection.scalars(chosen, {"region": region, "period": str(period), "run_id": run_id}).all()
            found = next((one for run in runs if (one := _price(connection, run)) is not None), None)
    finally:
        database.dispose()
    if found is None:
        named = f"批次 {run_id}" if run_id else f"{region} {period}"
        raise CorrectionError(f"{named} 没有可以比较的更正：须先有已公布的结果，更正的报送被接受后再考核一次")
    return found


def _price(connection: Connection, run_id: int) -> Correction | None:
    kept = recorded(connection, run_id)
    return kept if kept is not None and kept.settled else assess(connection, run_id) or kept


def print_correction(correction: Correction, console: Console) -> None:
    """The effect on each bank, what is done about it, and the inputs that differ."""
    view = correction_view(correction)
    console.print(_effects(view))
    for name, said in (("处理", view.treatment), ("理由", view.reason), ("结果", view.outcome)):
        console.print(f"[bold]{name}[/]　{escape(said)}", highlight=False)
    console.print("[bold]差别[/]", highlight=False)
    for item in view.inputs:
        console.print(f"  {escape(f'{item.feed} {item.period}：{item.versions}')}", highlight=False)
        for line in item.figures:
            console.print(f"    {escape(line)}", highlight=False)
    for line in view.others:
        console.print(f"  {escape(line)}", highlight=False)


def _effects(view: CorrectionView) -> Table:
    told = view.correction
    table = Table(
        title=escape(f"{view.title}（批次 {told.run_id}，对照现行批次 {told.against_run_id}）"),
        caption="金额：元；没有变化的机构未列",
        show_footer=True,
    )
    table.add_column("机构", footer="合计")
    for heading, footer in (("更正前应存", ""), ("更正后应存", ""), ("影响", view.net)):
        table.add_column(heading, justify="right", no_wrap=True, footer=footer)
    for heading in ("得分", "比例", "名次"):
        table.add_column(heading, justify="right")
    for bank in view.banks:
        table.add_row(escape(bank.name), bank.before, bank.after, bank.effect, bank.score, bank.share, bank.rank)
    return table


def to_json(correction: Correction) -> str:
    """The same as one JSON object; numbers are decimal strings, money in yuan."""
    content = {
        "region": correction.region,
        "period": correction.period,
        "run": correction.run_id,
        "against": correction.against_run_id,
        "treatment": correction.treatment,
        "reason": correction.reason,
        "threshold": None if correction.threshold is None else money(correction.threshold),
        "largest": money(correction.largest),
        "gross": money(correction.gross),
        "net": money(correction.net),
        "order": correction.order_no,
        "order_status": correction.order_status,
        "supersedes": correction.superseded_order,
        "banks": [_bank(item) for item in correction.effects],
        "inputs": [_input(item) for item in correction.inputs],
        "others": list(correction.others),
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _bank(item: Effect) -> dict[str, object]:
    return {
        "institution": item.institution,
        "name": item.name,
        "role": item.role_after,
        "target_before": money(item.target_before),
        "target_after": money(item.target_after),
        "effect": money(item.effect),
        **{
            name: None if (value := getattr(item, name)) is None else plain(value)
            for name in ("score_before", "score_after", "share_before", "share_after")
        },
        "rank_before": item.rank_before,
        "rank_after": item.rank_after,
    }


def _input(item: Differing) -> dict[str, object]:
    return {
        "feed": item.feed,
        "period": item.period,
        "reporter": item.reporter,
        "before": None if item.file_before is None else {"file": item.file_before, "version": item.version_before},
        "after": None if item.file_after is None else {"file": item.file_after, "version": item.version_after},
        "figures": [
            {
                "institution": figure.institution,
                "account": figure.account,
                "measure": figure.measure,
                "part": figure.part,
                "as_of": None if figure.as_of is None else figure.as_of.isoformat(),
                "before": figure.value_before,
                "after": figure.value_after,
                "sheet": figure.sheet,
                "cell": figure.cell,
            }
            for figure in item.figures
        ],
        "more": item.more,
    }
