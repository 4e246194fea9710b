"""A small county written straight into raw, core and eval: what publishing finds when a run has been computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from cunfang.orders.draft import draft_adjustment
from cunfang.orders.issue import issue_within
from cunfang.orders.signing import sign

REGION = "420922"
BANKS = (
    ("ADBC", "中国农业发展银行大悟县支行", "农发行", "政策性", 10, "policy"),
    ("ICBC", "中国工商银行大悟县支行", "工行", "国有大行", 20, "commercial"),
    ("ABC", "中国农业银行大悟县支行", "农行", "国有大行", 30, "commercial"),
)
ACCOUNTS = (
    ("9900000000000001", "ADBC", "县水利局", "special", 100),
    ("9900000000000002", "ICBC", "县财政局", "fiscal_fund", 600),
    ("9900000000000003", "ICBC", "县社保局", "fiscal_social", 50),
    ("9900000000000004", "ABC", "县财政局", "fiscal_fund", 250),
)
QUARTER_ENDS = {"2025-Q1": "2025-03-31", "2025-Q2": "2025-06-30", "2025-Q3": "2025-09-30", "2025-Q4": "2025-12-31"}


@dataclass
class County:
    """Writes by hand what ingest and evaluation would write. Amounts are in yuan."""

    connection: Connection
    rulebook_id: int = 0

    def do(self, statement: str, **values: Any) -> Any:
        """Run one statement; what it returns first, if anything."""
        result = self.connection.execute(text(statement), values)
        return result.scalar() if result.returns_rows else None

    def all(self, query: str, **values: Any) -> list[Any]:
        """The rows of `query`."""
        return list(self.connection.execute(text(query), values).all())

    def submission(self, feed: str, period: str = "2025-Q4", status: str = "accepted") -> int:
        """One more delivery of `feed`."""
        submission_id = self.do(
            """
            INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
            SELECT :region, :period, :feed, n, '县财政局', encode(sha256(convert_to(:period || :feed || n,
                'UTF8')), 'hex'),
                :feed || n || '.xlsx', 1
            FROM (SELECT count(*) + 1 AS n FROM raw.submission
                WHERE region = :region AND period = :period AND feed = :feed) AS earlier
            RETURNING submission_id
            """,
            region=REGION, period=period, feed=feed,
        )  # fmt: skip
        for state in ("registered", status):
            self.do(
                "INSERT INTO raw.submission_event (submission_id, status) VALUES (:s, :t)", s=submission_id, t=state
            )
        return int(submission_id)

    def institutions(self, period: str = "2025-Q4", renamed: str = "") -> int:
        """The register; `renamed` is the new name of ABC."""
        submission = self.submission("institutions", period)
        for no, (code, name, short, kind, sort_no, _) in enumerate(BANKS, start=1):
            self.do(
                """
                INSERT INTO core.institution (submission_id, record_no, region, institution, name, short_name,
                    type, sort_no)
                VALUES (:s, :no, :region, :code, :name, :short, :kind, :sort_no)
                """,
                s=submission, no=no, region=REGION, code=code, short=short, kind=kind, sort_no=sort_no,
                name=renamed if renamed and code == "ABC" else name,
            )  # fmt: skip
        return submission

    def accounts(self, period: str = "2025-Q4") -> int:
        """The account register."""
        submission = self.submission("accounts", period)
        for no, (account, bank, owner, category, _) in enumerate(ACCOUNTS, start=1):
            self.do(
                """
                INSERT INTO core.account (submission_id, record_no, region, account, institution, owner, fund_category)
                VALUES (:s, :no, :region, :account, :bank, :owner, :category)
                """,
                s=submission, no=no, region=REGION, account=account, bank=bank, owner=owner, category=category,
            )  # fmt: skip
        return submission

    def balances(self, period: str = "2025-Q4", more: int = 0, without: str = "") -> int:
        """Balances at the quarter's end, `more` yuan each than the register's example."""
        submission = self.submission("balances", period)
        for no, (account, *_, amount) in enumerate(ACCOUNTS, start=1):
            if account != without:
                self.do(
                    """
                    INSERT INTO core.balance (submission_id, record_no, region, account, as_of, balance)
                    VALUES (:s, :no, :region, :account, :day, :amount)
                    """,
                    s=submission, no=no, region=REGION, account=account, day=QUARTER_ENDS[period], amount=amount + more,
                )  # fmt: skip
        return submission

    def credit(self, period: str = "2025-Q4") -> int:
        """Loans and deposits of the banks."""
        submission = self.submission("pboc_credit", period)
        for no, (code, *_) in enumerate(BANKS, start=1):
            self.do(
                """
                INSERT INTO core.credit (submission_id, record_no, region, institution, as_of, deposits, loans,
                    loans_agri)
                VALUES (:s, :no, :region, :code, :day, 1000 * :no, 400 * :no, 300 * :no)
                """,
                s=submission, no=no, region=REGION, code=code, day=QUARTER_ENDS[period],
            )  # fmt: skip
        return submission

    def tax(self, period: str = "2025-Q4") -> int:
        """Tax, year to date."""
        submission = self.submission("tax", period)
        for no, (code, *_) in enumerate(BANKS, start=1):
            self.do(
                """
                INSERT INTO core.tax
                    (submission_id, record_no, region, institution, tax_type, window_from, window_to, paid, local_part)
                VALUES (:s, :no, :region, :code, '增值税', '2025-01-01', :day, 20 * :no, 10 * :no)
                """,
                s=submission, no=no, region=REGION, code=code, day=QUARTER_ENDS[period],
            )  # fmt: skip
        return submission

    def event(self, submission: int, no: int, issued: str, done: str | None, kind: str = "nontax_transfer") -> None:
        """One timeliness event of ABC."""
        self.do(
            """
            INSERT INTO core.timeliness_event (submission_id, record_no, region, event, kind, institution,
                issued_at, done_at)
            VALUES (:s, :no, :region, 'SJ-' || :no, :kind, 'ABC', :issued, :done)
            """,
            s=submission, no=no, region=REGION, kind=kind, issued=issued, done=done,
        )  # fmt: skip

    def policy(self, code: str = "sample") -> int:
        """A rule book of two leaves under one group, and one limit; banks have no days to object."""
        self.rulebook_id = self.do(
            """
            INSERT INTO eval.rulebook (code, content_hash, name, document, effective_from, full_scale, quota_mode,
                rounding_unit, min_leg, disqualification_years, objection_workdays, content)
            VALUES (:code, encode(sha256(convert_to(:code, 'UTF8')), 'hex'), '示例办法', '示例文件', '2025-01-01',
                100, 'stock',
                0.01, 10, 3, 0, '{}')
            RETURNING rulebook_id
            """,
            code=code,
        )
        self.do(
            """
            INSERT INTO eval.indicator (rulebook_id, indicator, parent, ordinal, name, full_points, leaf, family,
                measure,
                over, basis, method, due_workdays, clause)
            VALUES
            (:b, 'lending', NULL, 1, '贷款规模', 90, FALSE, NULL, NULL, NULL, NULL, NULL, NULL, '示例一'),
            (:b, 'loans', 'lending', 2, '贷款余额', 60, TRUE, 'pboc_credit', 'loans', NULL, 'stock',
                'share_of_total', NULL,
                '示例一'),
            (:b, 'ldr', 'lending', 3, '存贷比', 30, TRUE, 'pboc_credit', 'loans', 'deposits', 'stock',
                'share_of_total', NULL,
                '示例一'),
            (:b, 'transfer', NULL, 4, '及时性', 10, TRUE, 'timeliness_events', 'nontax_transfer', NULL,
                'on_time_rate', 'rate',
                1, '示例二')
            """,
            b=self.rulebook_id,
        )
        self.do(
            """
            INSERT INTO eval.warning_limit (rulebook_id, metric, name, operator, limit_value, yellow_margin,
                red_margin, clause)
            VALUES (:b, 'liquidity_ratio', '流动性比例', '>=', 0.25, 0.1, 0.2, '示例三')
            """,
            b=self.rulebook_id,
        )
        return self.rulebook_id

    def run(
        self, inputs: dict[str, int], *, icbc: int = 500, legs: bool = True, approve: bool = True, scored: bool = True
    ) -> int:
        """A computed run: T = 1000, `icbc` of it for ICBC, 100 for ADBC, the rest for ABC."""
        run_id = self.do(
            """
            INSERT INTO eval.run (region, period, as_of, year_start, rulebook_id, input_hash)
            VALUES (:region, '2025-Q4', '2025-12-31', '2025-01-01', :b, gen_random_uuid()::text)
            RETURNING run_id
            """,
            region=REGION, b=self.rulebook_id,
        )  # fmt: skip
        for feed, submission in inputs.items():
            self.do(
                """
                INSERT INTO eval.run_input (run_id, submission_id, feed, family, period, sha256)
                SELECT :r, submission_id, feed, feed, period, sha256 FROM raw.submission WHERE submission_id = :s
                """,
                r=run_id, s=submission, feed=feed,
            )  # fmt: skip
        self._participants(run_id, inputs)
        if scored:
            self._scores(run_id)
        self._amounts(run_id, icbc)
        if legs:
            self._legs(run_id)
        for status in ("draft", "approved") if approve else ("draft",):
            self.event_of(run_id, status)
        return int(run_id)

    def ordered(self, run_id: int, until: str = "issued") -> str:
        """The order of a draft run, moved on to `draft`, `reviewed`, `signed` or `issued`; its number."""
        order_no = draft_adjustment(self.connection, run_id)
        signers = {"draft": 0, "reviewed": 1, "signed": 2, "issued": 3}[until]
        for user in ("finance_office", "leading_group", "finance_bureau")[:signers]:
            sign(self.connection, order_no, approved=True, actor=user, comment="同意")
        if until == "issued":
            assert issue_within(self.connection, order_no, "finance_bureau").drifts == ()
        return order_no

    def correction(self, run_id: int, against: int, treatment: str = "true_up") -> None:
        """What `run_id` changes against the run that stands, as it was priced: 100 yuan from ICBC to ABC."""
        self.do(
            """
            WITH priced AS (
                INSERT INTO ops.run_correction (run_id, against_run_id, region, period, treatment, reason, largest,
                    gross, net)
                VALUES (:r, :a, :region, '2025-Q4', :treatment, '不超过补差限额', 100, 200, 0)
                RETURNING correction_id
            )
            INSERT INTO ops.run_correction_effect (correction_id, institution, name, short_name, sort_no,
                target_before, target_after, score_before, score_after, rank_before, rank_after)
            SELECT correction_id, bank, bank, bank, 1, before, after, 50.5, 49.5, 1, 2
            FROM priced
            CROSS JOIN (VALUES ('ICBC', 500, 400), ('ABC', 400, 500)) AS e (bank, before, after)
            """,
            r=run_id, a=against, treatment=treatment, region=REGION,
        )  # fmt: skip

    def at(self, day: str) -> None:
        """The office lives on `day` from here on."""
        self.do("SELECT set_config('cunfang.today', :day, FALSE)", day=day)

    def event_of(self, run_id: int, status: str) -> None:
        """Move the run to `status`."""
        self.do("INSERT INTO eval.run_event (run_id, status, actor) VALUES (:r, :t, '领导小组')", r=run_id, t=status)

    def _participants(self, run_id: int, inputs: dict[str, int]) -> None:
        for code, name, short, kind, sort_no, role in BANKS:
            self.do(
                """
                INSERT INTO eval.participant (run_id, institution, name, short_name, type, sort_no, role)
                VALUES (:r, :code, :name, :short, :kind, :sort_no, :role)
                """,
                r=run_id, code=code, name=name, short=short, kind=kind, sort_no=sort_no, role=role,
            )  # fmt: skip
        self.do(
            """
            INSERT INTO eval.holding (run_id, account, institution, owner, fund_category, balance, adjustable,
                available, matures_on, basis, submission_id, record_no)
            SELECT :r, a.account, a.institution, a.owner, a.fund_category, b.balance, c.adjustable,
                c.adjustable AND coalesce(b.matures_on, '-infinity') <= b.as_of, b.matures_on, 'S02',
                b.submission_id, b.record_no
            FROM core.balance AS b
            INNER JOIN core.account AS a ON b.account = a.account AND a.submission_id = :accounts
            INNER JOIN core.fund_category AS c ON a.fund_category = c.fund_category
            WHERE b.submission_id = :balances
            """,
            r=run_id, accounts=inputs["accounts"], balances=inputs["balances"],
        )  # fmt: skip

    def _scores(self, run_id: int) -> None:
        self.do(
            """
            INSERT INTO eval.indicator_value (run_id, institution, indicator, value, numerator, denominator, flag)
                VALUES
            (:r, 'ICBC', 'loans', 800, NULL, NULL, ''), (:r, 'ABC', 'loans', 1200, NULL, NULL, ''),
            (:r, 'ICBC', 'ldr', 0.4, 800, 2000, ''), (:r, 'ABC', 'ldr', 12345678, 1200, 0.01, ''),
            (:r, 'ICBC', 'transfer', 1, 1, 1, '本期无事项，取有事项机构的平均数'), (:r, 'ABC', 'transfer', 0.5, 1,
                2, '')
            """,
            r=run_id,
        )
        self.do(
            """
            INSERT INTO eval.points (run_id, institution, indicator, points) VALUES
            (:r, 'ICBC', 'loans', 24), (:r, 'ABC', 'loans', 36), (:r, 'ICBC', 'ldr', 15), (:r, 'ABC', 'ldr', 15),
            (:r, 'ICBC', 'transfer', 10.0 / 3), (:r, 'ABC', 'transfer', 20.0 / 3)
            """,
            r=run_id,
        )
        self.do(
            """
            INSERT INTO eval.score (run_id, institution, score, share, rank)
            SELECT run_id, institution, sum(points), sum(points) / 100, CASE institution WHEN 'ABC' THEN 1 ELSE 2 END
            FROM eval.points WHERE run_id = :r GROUP BY run_id, institution
            """,
            r=run_id,
        )

    def _amounts(self, run_id: int, icbc: int) -> None:
        self.do(
            "INSERT INTO eval.quota (run_id, total, set_aside, derivation) VALUES (:r, 1000, 100, '全部存量')", r=run_id
        )
        self.do(
            """
            INSERT INTO eval.bounded (run_id, institution, current_amount, rigid_amount, floor_amount, raw_target,
                bounded_target, binding)
            VALUES (:r, 'ADBC', 100, 0, 100, 100, 100, 'fixed'), (:r, 'ICBC', 650, 50, 50, :icbc, :icbc, 'none'),
            (:r, 'ABC', 250, 0, 0, 900 - :icbc, 900 - :icbc, 'none')
            """,
            r=run_id, icbc=icbc,
        )  # fmt: skip
        self.do(
            """
            INSERT INTO eval.allocation (run_id, institution, target, current_amount)
            SELECT run_id, institution, bounded_target, current_amount FROM eval.bounded WHERE run_id = :r
            """,
            r=run_id,
        )

    def _legs(self, run_id: int) -> None:
        self.do(
            """
            INSERT INTO eval.leg (run_id, leg_no, from_institution, to_institution, from_account, to_account, owner,
                fund_category, amount, status, reason)
            VALUES
            (:r, 1, 'ICBC', 'ABC', '9900000000000002', '9900000000000004', '县财政局', 'fiscal_fund', 140.50,
                'planned', ''),
            (:r, 2, 'ICBC', 'ABC', '9900000000000002', NULL, '县财政局', 'fiscal_fund', 9.50, 'blocked', '需开户')
            """,
            r=run_id,
        )
        self.do(
            """
            INSERT INTO eval.adjustment (run_id, institution, delta, planned, blocked)
            SELECT run_id, institution, delta, 140.50 * sign(delta), 9.50 * sign(delta) FROM eval.allocation
                WHERE run_id = :r
            """,
            r=run_id,
        )

    def everything(self, period: str = "2025-Q4") -> dict[str, int]:
        """All feeds of a period."""
        return {
            "institutions": self.institutions(period),
            "accounts": self.accounts(period),
            "balances": self.balances(period),
            "pboc_credit": self.credit(period),
            "tax": self.tax(period),
        }

    def warn(self, submission: int, institution: str = "ABC", value: str = "0.182") -> None:
        """A broken limit."""
        self.do(
            """
            INSERT INTO ops.warning (region, period, institution, metric, as_of, level, value, limit_value,
                operator, scope,
                reason, rulebook_code, submission_id, record_no)
            VALUES (:region, '2025-Q4', :bank, 'liquidity_ratio', '2025-12-31', '橙', :value, 0.25, '>=',
                'legal_person',
                '低于限值', 'sample', :s, 1)
            """,
            region=REGION, bank=institution, value=value, s=submission,
        )  # fmt: skip


@pytest.fixture
def engine(warehouse: str) -> Iterator[Engine]:
    made = create_engine(warehouse, poolclass=NullPool)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as made:
        yield made


@pytest.fixture
def county(connection: Connection) -> County:
    made = County(connection)
    made.policy()
    return made


def snapshot(connection: Connection) -> dict[str, list[str]]:
    """Every row of every mart table with the transaction that wrote it: a rewritten row shows as well as a new one."""
    tables = connection.scalars(
        text("SELECT relname FROM pg_class WHERE relnamespace = 'mart'::regnamespace AND relkind = 'r'")
    )
    return {
        name: list(connection.scalars(text(f"SELECT t.ctid::text || t::text FROM mart.{name} AS t ORDER BY t.ctid")))
        for name in sorted(tables)
    }


@pytest.fixture
def mart_rows(connection: Connection) -> Any:
    """Takes a snapshot of all of `mart`."""
    return lambda: snapshot(connection)
