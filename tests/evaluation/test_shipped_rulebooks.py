"""Every shipped rule book runs by the same SQL on a county that delivers what it reads: golden, and as the oracles say.

After a change that is meant to move them: `CUNFANG_WRITE_GOLDEN=1 .venv/bin/python -m pytest
tests/evaluation/test_shipped_rulebooks.py`, then read the diff of tests/golden/rulebooks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from cunfang.evaluation import evaluate_within
from cunfang.rulebook import read_rulebook, rulebook_codes
from cunfang.simulation.lay import free_region, lay
from evaluation import recomputed
from evaluation.delivering import BANKS, NEWCOMER, files, quarter_of

GOLDEN = Path(__file__).parents[1] / "golden" / "rulebooks"
# What judges the policy banks of another rule book is run with that one.
CODES = [code for code in rulebook_codes() if read_rulebook(code).scheme != "policy"]
SHOWN = Decimal("0.000001")
TINY = Fraction(1, 10**25)


@dataclass(frozen=True)
class Ran:
    """What a run made of the county: points by indicator, scores, amounts, each by bank; exact."""

    roles: dict[str, str]
    points: dict[tuple[str, str], Decimal]
    amounts: dict[tuple[str, str], Decimal]
    score: dict[str, Decimal]
    share: dict[str, Decimal]
    target: dict[str, Decimal]
    total: Decimal | None

    @property
    def golden(self) -> dict[str, object]:
        """As it is kept: six decimals, amounts to the fen."""
        points: dict[str, dict[str, str]] = {}
        for (indicator, bank), value in sorted(self.points.items()):
            points.setdefault(indicator, {})[bank] = f"{value.quantize(SHOWN):f}"
        score = {bank: f"{value.quantize(SHOWN):f}" for bank, value in sorted(self.score.items())}
        target = {bank: f"{value:.2f}" for bank, value in sorted(self.target.items())}
        return {"roles": dict(sorted(self.roles.items())), "points": points, "score": score, "target": target}


Runs = Callable[[str], Ran]


@pytest.fixture(scope="module")
def ran(ground: Engine) -> Runs:
    """Runs a rule book when it is first asked for."""
    return cache(partial(_run, ground))


def _run(ground: Engine, code: str) -> Ran:
    rulebook = read_rulebook(code)
    period = quarter_of(rulebook)
    with ground.connect() as connection:
        region = free_region(connection)
        lay(connection, region, files(rulebook, region, period))
        run = {"run": evaluate_within(connection, region, period, rulebook).run_id}

        def rows(columns: str, table: str) -> list[tuple]:
            return list(connection.execute(text(f"SELECT {columns} FROM eval.{table} WHERE run_id = :run"), run))

        return Ran(
            dict(rows("institution, role", "participant")),
            {(indicator, bank): value for indicator, bank, value in rows("indicator, institution, points", "points")},
            {(indicator, bank): yuan for indicator, bank, yuan in rows("indicator, institution, amount", "supplement")},
            dict(rows("institution, score", "score")),
            dict(rows("institution, share", "score")),
            dict(rows("institution, target", "allocation")),
            next((total for (total,) in rows("total", "quota")), None),
        )


def _written(node: object, depth: int = 0) -> str:
    """As JSON, with the banks of an indicator on one line."""
    if not isinstance(node, dict) or not any(isinstance(value, dict) for value in node.values()):
        return json.dumps(node, ensure_ascii=False)
    inner = (f'{" " * (depth + 1)}"{key}": {_written(value, depth + 1)}' for key, value in node.items())
    return "{\n" + ",\n".join(inner) + f"\n{' ' * depth}}}"


@cache
def _golden(code: str) -> dict[str, object]:
    return dict(json.loads((GOLDEN / f"{code}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("code", CODES)
def test_given_a_county_that_delivers_then_a_shipped_rule_book_runs_and_its_result_is_golden(
    ran: Runs, code: str
) -> None:
    found = ran(code).golden
    if os.environ.get("CUNFANG_WRITE_GOLDEN"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        (GOLDEN / f"{code}.json").write_text(f"{_written(found)}\n", encoding="utf-8")
        _golden.cache_clear()

    assert found == _golden(code)


@pytest.mark.parametrize("code", CODES)
def test_given_a_run_then_shares_make_one_and_targets_the_total(ran: Runs, code: str) -> None:
    one = ran(code)

    assert abs(sum(one.share.values()) - 1) < Decimal("1e-20")
    assert sum(one.target.values()) == (one.total or 0)
    assert (one.total is None) == (read_rulebook(code).scheme == "index")


@pytest.mark.parametrize("code", CODES)
def test_given_a_run_then_every_leaf_gives_points_to_every_bank_that_takes_part(ran: Runs, code: str) -> None:
    one, rulebook = ran(code), read_rulebook(code)
    scored = {bank for bank, role in one.roles.items() if role == "commercial"}
    leaves = {placed.code for placed in rulebook.placed() if placed.indicator.leaf and "amount" not in placed.effect}

    assert {key for key in one.points if key[1] in scored} == {(leaf, bank) for leaf in leaves for bank in scored}


@pytest.mark.parametrize("code", CODES)
def test_given_a_run_then_its_points_and_amounts_are_the_oracles(ran: Runs, code: str) -> None:
    one, rulebook = ran(code), read_rulebook(code)
    period = quarter_of(rulebook)
    part = [bank for bank, role in one.roles.items() if role == "commercial"]
    banks = [recomputed.Bank(bank, BANKS[bank], bank == NEWCOMER) for bank in part]
    theirs = recomputed.points(rulebook, files(rulebook, "", period), banks, period.end)

    ours = {key: value for key, value in {**one.points, **one.amounts}.items() if key[1] in part}
    # A bank whose bonus or penalty comes to no yuan needs no row.
    assert ours.keys() <= theirs.keys()
    assert {key: value for key, value in theirs.items() if value and key not in ours} == {}
    apart = {key: value for key, value in ours.items() if abs(Fraction(value) - theirs[key]) > TINY}
    assert apart == {}, {key: float(theirs[key]) for key in apart}


def test_given_golden_files_then_each_belongs_to_a_shipped_rule_book() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(CODES)


def test_given_a_bank_of_this_year_then_it_is_treated_as_each_rule_book_says(ran: Runs) -> None:
    roles = {code: ran(code).roles[NEWCOMER] for code in ("longyan-2020", "zhaohua-2018", "hefei-2024")}

    assert roles == {"longyan-2020": "excluded", "zhaohua-2018": "excluded", "hefei-2024": "commercial"}
