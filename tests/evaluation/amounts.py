"""Scored counties as rows, put straight before the amounts: for the steps from scores to targets alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from sqlalchemy import Connection, text

from cunfang.evaluation.steps import ALLOCATION
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import rows, run
from evaluation.result import Result, results
from oracle import allocation

AS_OF = date(2025, 12, 31)
ZERO = Decimal(0)
STOCK = allocation.Quota()


@dataclass(frozen=True)
class Holder:
    """A bank with its score (`tie` decides between equal ones), its stock, and all else that moves its amount.

    `moved` is what it got, or gave, by transfers executed since the base date.
    """

    code: str
    role: str = "commercial"
    score: Decimal = ZERO
    tie: int = 0
    free: Decimal = ZERO
    rigid: Decimal = ZERO
    moved: Decimal = ZERO
    deposits: Decimal | None = None
    added: tuple[Decimal, ...] = ()
    reduction: Decimal | None = None
    decreed: Decimal = ZERO
    capital: Decimal = ZERO
    passed: bool = False


@dataclass(frozen=True)
class Case:
    """A county when all is scored; `support` is how its policy banks are judged apart, None where they keep all."""

    scheme: allocation.Scheme
    banks: tuple[Holder, ...]
    support: str | None = None
    quota: allocation.Quota = STOCK

    def ranks(self) -> dict[str, int]:
        """N18 over the banks that take part: by score, then by what decides between equal ones."""
        order = {bank.code: (bank.score, bank.tie) for bank in self.banks if bank.role == "commercial"}
        return {code: 1 + sum(other > mine for other in order.values()) for code, mine in order.items()}


@dataclass(frozen=True)
class Outcome:
    """What came of a case: the question that stops it, or its amounts with P and each policy bank's reason."""

    asked: str
    message: str
    result: Result
    support: dict[str, Decimal] = field(default_factory=dict)
    reason: dict[str, str] = field(default_factory=dict)
    noted: list[str] = field(default_factory=list)


def amounts(connection: Connection, cases: Sequence[Case]) -> list[Outcome]:
    """The amounts of `cases` in one batch; one that a question stops is set aside, and the others go on."""
    runs = _load(connection, cases)
    connection.execute(text("CREATE TEMPORARY TABLE batch (run_id bigint PRIMARY KEY) ON COMMIT DROP"))
    copy_rows(connection, "batch", ("run_id",), ((run_id,) for run_id in runs))
    stopped: dict[int, tuple[str, str]] = {}
    noted: dict[int, list[str]] = {}
    for step in ALLOCATION:
        if "_ask_" not in step:
            run(connection, f"eval/{step}.sql")
            continue
        said = rows(connection, f"eval/{step}.sql")
        for row in said:
            if row["class"] == "validity":
                stopped.setdefault(row["run_id"], (row["check_id"], row["message"]))
            else:
                noted.setdefault(row["run_id"], []).append(row["message"])
        for table in ("batch", "stock", "controlled", "bound", "pot", "policy_bank"):
            connection.execute(text(f"DELETE FROM {table} WHERE run_id = ANY(:runs)"), {"runs": list(stopped)})
    support: dict[int, dict[str, Any]] = {}
    for row in connection.execute(text("SELECT run_id, institution, support_cap, reason FROM eval.policy_support")):
        support.setdefault(row.run_id, {})[row.institution] = row
    return [
        Outcome(
            *stopped.get(run_id, ("", "")),
            result,
            {code: row.support_cap for code, row in support.get(run_id, {}).items()},
            {code: row.reason for code, row in support.get(run_id, {}).items()},
            noted.get(run_id, []),
        )
        for run_id, result in zip(runs, results(connection, runs), strict=True)
    ]


def breaches(connection: Connection, runs: Iterable[int]) -> list[str]:
    """What the verification finds wrong with stored runs."""
    return [row["breach"] for run_id in runs for row in rows(connection, "eval/95_verify.sql", {"run_id": run_id})]


def run_ids(connection: Connection) -> list[int]:
    """The runs that got amounts."""
    return list(connection.execute(text("SELECT DISTINCT run_id FROM eval.allocation ORDER BY run_id")).scalars())


def _load(connection: Connection, cases: Sequence[Case]) -> list[int]:
    """Rule books, runs, banks, scores and stock; ids are those of the cases, from one on."""
    runs = list(range(1, len(cases) + 1))
    numbered = list(zip(runs, cases, strict=True))
    _policy_rulebook(connection)
    copy_rows(
        connection, "eval.rulebook", tuple(_rulebook(1, cases[0])), (tuple(_rulebook(*c).values()) for c in numbered)
    )
    copy_rows(
        connection,
        "eval.band",
        ("rulebook_id", "indicator", "band_no", "lower", "lower_included", "upper", "upper_included", "points"),
        (
            (i, "", n, _text(t.lower), t.lower_in, _text(t.upper), t.upper_in, _text(t.coefficient))
            for i, case in numbered
            for n, t in enumerate(case.scheme.tiers, 1)
        ),
    )
    copy_rows(
        connection,
        "eval.rank_amount",
        ("rulebook_id", "rank", "amount"),
        ((i, n, _text(x)) for i, case in numbered for n, x in enumerate(case.scheme.rank_amounts, 1)),
    )
    columns = ("run_id", "region", "period", "as_of", "year_start", "rulebook_id", "input_hash")
    copy_rows(
        connection,
        "eval.run",
        columns,
        ((i, f"{100000 + i}", "2025-Q4", AS_OF, date(2025, 1, 1), i, f"{i}") for i in runs),
    )
    _deliver(connection, numbered)
    _score(connection, numbered)
    return runs


def _policy_rulebook(connection: Connection) -> None:
    """The one that policy banks are judged by: a single test."""
    head = _rulebook(POLICY, Case(allocation.Scheme(), ())) | {"scheme": "policy"}
    copy_rows(connection, "eval.rulebook", tuple(head), [tuple(head.values())])
    columns = (
        *("rulebook_id", "indicator", "ordinal", "name", "full_points", "leaf", "family", "measure", "basis", "method"),
        *("missing", "clause", "operator", "reference", "reference_value"),
    )
    row = (POLICY, "test", 1, "新增贷款", 100, True, "x", "x", "stock", "pass_fail", "zero", "测试", ">=", "value", 1)
    copy_rows(connection, "eval.indicator", columns, [row])


POLICY = 1_000_000


def _rulebook(number: int, case: Case) -> dict[str, object]:
    told = case.scheme
    return {
        "rulebook_id": number,
        "code": "test",
        "content_hash": f"{number}",
        "name": "测试",
        "document": "测试",
        "effective_from": date(2009, 1, 1),
        "full_scale": 100,
        "quota_mode": case.quota.mode,
        "reserve_amount": _text(case.quota.reserve_amount),
        "reserve_share": _text(case.quota.reserve_share),
        "rounding_unit": _text(told.unit),
        "min_leg": 0,
        "disqualification_years": 3,
        "content": {},
        "scheme": "commercial",
        "allocation": told.kind,
        "base_amount": _text(told.base_amount),
        "base_score": _text(told.base_score),
        "top": told.top or None,
        "leftover": "by_score" if told.leftover_by_score else None,
        "concentration_cap": _text(told.concentration),
        "deposits_cap": _text(told.deposits),
        "deposits_family": "pboc_credit" if told.deposits is not None else None,
        "deposits_measure": "deposits" if told.deposits is not None else None,
        "minimum_amount": _text(told.minimum),
        "maximum_amount": _text(told.maximum),
        "remainder": "top_score" if told.rest_to_the_top else "largest_remainder",
        "policy_banks": "separate" if case.support else "held",
        "policy_rulebook_id": POLICY if case.support else None,
        "policy_support": case.support,
    }


def _text(value: Fraction | None) -> Decimal | None:
    """A finite decimal, as a rule book states it."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(exact) == value
    return exact


def _deliver(connection: Connection, numbered: Sequence[tuple[int, Case]]) -> None:
    """Deposits, credit projects and decisions as three files per county; stock as two accounts per bank."""
    columns = ("submission_id", "region", "period", "feed", "sequence", "provider", "sha256", "file_name", "file_size")
    files = [(3 * r + i, r, feed) for r, _ in numbered for i, feed in enumerate(FILES)]
    registered = ((i, f"{100000 + r}", "2025-Q4", feed, 1, "示例", "0" * 64, "示例.csv", 1) for i, r, feed in files)
    copy_rows(connection, "raw.submission", columns, registered)
    pinned = ((r, i, feed, feed, "2025-Q4", "-") for i, r, feed in files)
    copy_rows(connection, "eval.run_input", ("run_id", "submission_id", "feed", "family", "period", "sha256"), pinned)
    banks = [(r, bank) for r, case in numbered for bank in case.banks]
    credit = ((3 * r, 1, "100000", b.code, AS_OF, b.deposits, ZERO) for r, b in banks if b.deposits is not None)
    columns = ("submission_id", "record_no", "region", "institution", "as_of", "deposits", "loans")
    copy_rows(connection, "core.credit", columns, credit)
    columns = ("submission_id", "record_no", "region", "project", "institution", "capital_account", "capital_amount")
    projects = ((3 * r + 1, 1, "100000", b.code, b.code, "资本金", b.capital, ZERO) for r, b in banks if b.capital)
    copy_rows(connection, "core.credit_project", (*columns, "loan_amount"), projects)
    decreed = [(3 * r + 2, 1, "100000", f"决〔{r}〕号", "quota", _text(c.quota.decreed)) for r, c in numbered]
    columns = (
        "submission_id",
        "record_no",
        "region",
        "decision",
        "kind",
        "amount",
        "valid_from",
        "decided_on",
        "approver",
    )
    decisions = ((*row, AS_OF, AS_OF, "县政府") for row in decreed if row[-1] is not None)
    copy_rows(connection, "core.decision", columns, decisions)
    columns = ("run_id", "account", "institution", "owner", "fund_category", "balance", "adjustable", "available")
    stock = (
        (r, f"{b.code}-{kind}", b.code, "财政局", "special", balance, kind == "free", kind == "free", moved, "", 1, 1)
        for r, b in banks
        for kind, balance, moved in (("free", b.free, b.moved), ("rigid", b.rigid, ZERO))
    )
    copy_rows(connection, "eval.holding", (*columns, "moved", "basis", "submission_id", "record_no"), stock)


FILES = ("pboc_credit", "credit_projects", "decisions")


def _score(connection: Connection, numbered: Sequence[tuple[int, Case]]) -> None:
    banks = [(r, bank) for r, case in numbered for bank in case.banks]
    columns = ("run_id", "institution", "name", "short_name", "type", "sort_no", "role", "carve_out_amount")
    copy_rows(
        connection,
        "eval.participant",
        columns,
        ((r, b.code, f"{b.code}行", b.code, "国有大行", 1, b.role, b.decreed) for r, b in banks),
    )
    scores = []
    for r, case in numbered:
        total = sum((Fraction(b.score) for b in case.banks if b.role == "commercial"), Fraction(0))
        for b in case.banks:
            share = Fraction(b.score) / total if total and b.role == "commercial" else Fraction(0)
            scores.append((r, b.code, b.score, Decimal(floor(share * 10**26)).scaleb(-26), case.ranks().get(b.code)))
    copy_rows(connection, "eval.score", ("run_id", "institution", "score", "share", "rank"), scores)
    columns = ("run_id", "institution", "indicator", "amount")
    added = ((r, b.code, f"加减{n}", x) for r, b in banks for n, x in enumerate(b.added))
    copy_rows(connection, "eval.supplement", columns, added)
    columns = ("run_id", "institution", "year", "falling", "rate")
    falling = ((r, b.code, 2024, True, b.reduction) for r, b in banks if b.reduction)
    copy_rows(connection, "eval.four_falling", columns, falling)
    tested = [(r, b.code, "test", int(b.passed), 1) for r, b in banks if b.role == "policy"]
    columns = ("run_id", "institution", "indicator", "value")
    copy_rows(connection, "eval.indicator_value", columns, (row[:4] for row in tested))
    columns = ("run_id", "institution", "indicator", "points", "reference")
    copy_rows(connection, "eval.points", columns, ((*row[:3], row[3] * 100, 1) for row in tested))
