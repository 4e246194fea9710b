"""Every basis, window and point of comparison over generated counties: the SQL's values against the oracle's."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from hypothesis import given, settings
from sqlalchemy import Connection, Engine, text

from cunfang.evaluation.steps import SCORING
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows, run
from evaluation.generated_values import READINGS, Case, batches
from evaluation.load import load
from evaluation.settings import PROPERTY

TINY = Fraction(1, 10**25)
# A weight such as 1/12, or 1/denominator, is a rounded decimal.
CLOSE = Fraction(1, 10**6)
# A batch is some three thousand values.
FEW = settings(PROPERTY, max_examples=4)


class Row(NamedTuple):
    value: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    klass: str
    before: Decimal | None
    flag: str


def _values(connection: Connection, run_ids: Sequence[int]) -> dict[tuple[int, str, str], Row]:
    """The values of a batch, without the questions that would stop it."""
    connection.execute(text("CREATE TEMPORARY TABLE batch (run_id bigint PRIMARY KEY) ON COMMIT DROP"))
    copy_rows(connection, "batch", ("run_id",), ((run_id,) for run_id in run_ids))
    for step in SCORING[: SCORING.index("30_indicator_values") + 1]:
        if "_ask_" not in step:
            run(connection, f"eval/{step}.sql")
    found = text("""
        SELECT run_id, indicator, institution, value, numerator, denominator, class, before_value, flag
        FROM eval.indicator_value WHERE run_id = ANY(:runs)
    """)
    return {(i, code, bank): Row(*row) for i, code, bank, *row in connection.execute(found, {"runs": list(run_ids)})}


def _near(ours: Decimal, theirs: Fraction) -> bool:
    return abs(Fraction(ours) - theirs) <= TINY * max(1, abs(theirs))


@FEW
@given(batches)
def test_given_any_county_then_each_value_is_the_oracles_and_so_is_what_it_is_compared_with(
    ground: Engine, batch: list[Case]
) -> None:
    with ground.connect() as connection:
        run_ids = load(connection, [case.county for case in batch])
        found = _values(connection, run_ids)
    for case, run_id in zip(batch, run_ids, strict=True):
        for code in filter(case.answerable, READINGS):
            ours = {bank: row for (i, name, bank), row in found.items() if (i, name) == (run_id, code)}
            theirs = case.expected(code)
            assert ours.keys() == theirs.keys(), (code, case)
            for bank, row in ours.items():
                assert _near(row.value, theirs[bank].value), (code, bank, row, theirs[bank], case)
                assert row.klass == theirs[bank].klass, (code, bank, case)
                if theirs[bank].before is not None:
                    assert row.before is not None and _near(row.before, theirs[bank].before), (code, bank, case)


@FEW
@given(batches)
def test_given_any_county_then_a_value_is_its_numerator_over_its_denominator_and_its_sources_add_up_to_both(
    ground: Engine, batch: list[Case]
) -> None:
    with ground.connect() as connection:
        run_ids = load(connection, [case.county for case in batch])
        found = _values(connection, run_ids)
        sums = {run_id: _sums(connection, run_id) for run_id in run_ids}
    for (run_id, code, bank), row in found.items():
        mine = sums[run_id].get((code, bank), {})
        if row.numerator is None:
            assert row.flag and not mine, (code, bank, row)
            continue
        # The growth of a ratio is no sum of figures.
        if not (READINGS[code].over and READINGS[code].basis == "growth"):
            assert abs(mine.get("numerator", 0) - Fraction(row.numerator)) < CLOSE, (code, bank, row, mine)
        if row.denominator is not None:
            assert abs(mine["denominator"] - Fraction(row.denominator)) < CLOSE, (code, bank, row, mine)
            if row.klass in ("", "normal"):
                assert _near(row.value, Fraction(row.numerator) / Fraction(row.denominator)), (code, bank, row)


def _sums(connection: Connection, run_id: int) -> dict[tuple[str, str], dict[str, Fraction]]:
    """Σ times·value of the sources, by indicator and bank, then by side."""
    found: dict[tuple[str, str], dict[str, Fraction]] = {}
    for item in rows(connection, "documents/sources.sql", {"run_id": run_id}):
        sides = found.setdefault((item["indicator"], item["institution"]), {})
        counted = Fraction(item["value"]) * Fraction(item["times"])
        sides[item["side"]] = sides.get(item["side"], Fraction(0)) + counted
    return found
