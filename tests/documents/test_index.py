"""An index ranks what is not a bank and places no money (W10): what is shown of it is rank and score."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console
from sqlalchemy import Engine

from cunfang.documents.terminal import result_table
from documents.test_workbook_of_any_county import evaluated
from evaluation.county import Bank, County, Value
from evaluation.policy import ONE, policy


def test_given_an_index_then_ranks_and_scores_are_shown_and_no_money(engine: Engine) -> None:
    county = County(
        policy(ONE).model_copy(update={"scheme": "index"}),
        (Bank("T1", "乡镇"), Bank("T2", "乡镇")),
        values=(Value("T1", "size", Decimal(30)), Value("T2", "size", Decimal(70))),
    )
    (result,) = evaluated(engine, [county])
    console = Console(record=True, width=120)
    console.print(result_table(result))
    said = console.export_text()

    assert not result.places
    assert result.total == 0
    assert [(item.institution, item.rank, item.score) for item in result.participants] == [("T1", 2, 30), ("T2", 1, 70)]
    assert said.index("T2行") < said.index("T1行")
    assert "70.0000" in said
    assert "应存" not in said
