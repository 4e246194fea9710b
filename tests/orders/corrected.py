"""A county of one indicator, delivered, evaluated, signed and issued quarter by quarter, with corrections."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection, text

from cunfang.evaluation import evaluate_within
from cunfang.feeds.contract import contract
from cunfang.orders import correction
from cunfang.orders.issue import issue_within
from cunfang.period import Period
from cunfang.rulebook import Rulebook, read_rulebook
from cunfang.simulation.lay import Delivered, free_region
from cunfang.warehouse.calendar import load_calendar
from cunfang.warehouse.copy import copy_rows
from orders.conftest import set_today
from signed import sign_all

Q4, Q1, Q2, Q3 = Period(2025, 4), Period(2026, 1), Period(2026, 2), Period(2026, 3)
DAYS = {Q4: "2026-01-20", Q1: "2026-04-20", Q2: "2026-07-20", Q3: "2026-10-20"}
BANKS = ("A", "B", "C", "D")
MARKS = {"A": Decimal(40), "B": Decimal(30), "C": Decimal(20), "D": Decimal(10)}


def book(threshold: Decimal | None = None, unit: Decimal = Decimal("0.01"), **allocation: object) -> Rulebook:
    """A rule book that shares by one mark as delivered; `threshold` in yuan, `unit` what amounts are rounded to."""
    content = read_rulebook("jingzheng-200").model_dump(by_alias=True, exclude_unset=True)
    mark = {
        "name": "评分",
        "points": {"value": 100, "clause": "评分"},
        "measure": "mark",
        "family": "indicators",
        "basis": "stock",
        "method": "score",
        "out_of": {"value": 100, "clause": "百分制"},
    }
    stated = {**allocation, "rounding_unit": unit}
    content |= {"full_scale": {"value": 100, "clause": "百分制"}, "indicators": {"mark": mark}}
    content["allocation"] |= {key: {"value": value, "clause": "测试"} for key, value in stated.items()}
    if threshold is not None:
        content["orders"] = {**content.get("orders", {}), "true_up_threshold": {"value": threshold, "clause": "测试"}}
    return Rulebook.model_validate(content)


@dataclass
class Office:
    """The county's office at work in one transaction."""

    connection: Connection
    rulebook: Rulebook
    region: str = ""
    banks: tuple[str, ...] = BANKS
    stock: Mapping[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.region = self.region or free_region(self.connection)
        load_calendar(self.connection)

    def quarter(self, period: Period, marks: Mapping[str, Decimal] = MARKS) -> int:
        """All files of a quarter, and its run."""
        set_today(self.connection, DAYS[period])
        named = [{"institution": b, "name": f"{b}行", "aliases": [], "type": "国有大行"} for b in self.banks]
        usual = {"owner": "财政局", "fund_category": "special"}
        accounts = [{"account": f"{b}-1", "institution": b, **usual} for b in self.banks]
        self.deliver(Delivered(period, "institutions", tuple(named)))
        self.deliver(Delivered(period, "accounts", tuple(accounts)))
        self.balances(period, self.stock)
        for feed in ("decisions", "supervisory_events"):
            self.deliver(Delivered(period, feed))
        return self.marked(period, marks)

    def marked(self, period: Period, marks: Mapping[str, Decimal]) -> int:
        """A file with these marks, later than what came before, and the run that reads it."""
        usual = {"measure": "mark", "as_of": period.end}
        rows = tuple({"institution": bank, "value": mark, **usual} for bank, mark in marks.items())
        self.deliver(Delivered(period, "indicators", rows))
        return self.evaluated(period)

    def balances(self, period: Period, stock: Mapping[str, Decimal]) -> None:
        """A file of balances, a million yuan where nothing is said."""
        rows = [
            {"account": f"{b}-1", "as_of": period.end, "balance": stock.get(b, Decimal(1_000_000))} for b in self.banks
        ]
        self.deliver(Delivered(period, "balances", tuple(rows)))

    def deliver(self, file: Delivered) -> None:
        """One accepted file; the next version where there was one."""
        head = text("""
            INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
            SELECT :region, :period, :feed, count(*) + 1, '测试', :sha256, :feed || '.csv', 1
            FROM raw.submission WHERE region = :region AND period = :period AND feed = :feed
            RETURNING submission_id
        """)
        digest = hashlib.sha256(f"{file}".encode()).hexdigest()
        place = {"region": self.region, "period": str(file.period), "feed": file.feed}
        submission = self.connection.execute(head, {**place, "sha256": digest}).scalar_one()
        accepted = text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'accepted')")
        self.connection.execute(accepted, {"id": submission})
        names = [c.name for c in contract(file.feed).loaded_columns if any(c.name in row for row in file.rows)]
        copy_rows(
            self.connection,
            contract(file.feed).table,
            ("submission_id", "record_no", "region", *names),
            ((submission, n, self.region, *(row.get(name) for name in names)) for n, row in enumerate(file.rows, 1)),
        )

    def evaluated(self, period: Period) -> int:
        """The run of what stands."""
        return evaluate_within(self.connection, self.region, period, self.rulebook).run_id

    def settled(self, run_id: int) -> str:
        """The run's paper, signed by everybody and issued; its number."""
        order_no = correction.paper_of(self.connection, run_id)
        assert order_no is not None
        sign_all(self.connection, order_no)
        assert issue_within(self.connection, order_no).drifts == ()
        return order_no

    def targets(self, run_id: int) -> dict[str, Decimal]:
        """Amounts by bank."""
        query = text("SELECT institution, target FROM eval.allocation WHERE run_id = :run_id")
        return dict(self.connection.execute(query, {"run_id": run_id}).tuples().all())

    def counted(self, run_id: int) -> dict[tuple[str, str], Decimal]:
        """True-ups of a run by paper and bank."""
        query = text("SELECT order_no, institution, amount FROM eval.true_up WHERE run_id = :run_id")
        return {
            (order_no, bank): amount for order_no, bank, amount in self.connection.execute(query, {"run_id": run_id})
        }

    def scalar(self, query: str, **values: object) -> object:
        """One value of the warehouse."""
        return self.connection.execute(text(query), values).scalar_one()
