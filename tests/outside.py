"""The world outside the office, for tests that play through a year: what the sample county's offices and banks deliver.

Each later quarter is the sample's 2025-Q4 moved on: new dates, figures that grow, and balances that follow from the
transfers which the banks say they made.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine, text

from cunfang.cli.answer import Answer, write_answer
from cunfang.period import Period
from cunfang.settings import INCLUDE

REGION = "420922"
BASE = Period(2025, 4)
CANONICAL = INCLUDE / "sample" / "canonical" / REGION / str(BASE)
# Registers and events of their own quarter; the banks' returns are written when they have something to say.
_NOT_MOVED_ON = (
    "bank_return",
    "decisions",
    "supervisory_events",
    "targets",
    "peers",
    "credit_projects",
    "explanations",
)
_FEN = Decimal("0.01")
Row = dict[str, str]


@dataclass(frozen=True)
class Receipt:
    """What a bank says of a transfer: that it made it at that moment, or sent it back, and why."""

    leg_code: str
    institution: str
    amount: Decimal
    at: datetime
    returned: str = ""


class County:
    """Delivers into `inbox` as the offices and banks of the sample county would."""

    def __init__(self, engine: Engine, inbox: Path) -> None:
        self._engine, self._inbox, self._files = engine, inbox, 0
        self._feeds: set[str] = set()

    def deliver(self, period: Period, feed: str, rows: Iterable[Mapping[str, str]], folder: str = "") -> Path:
        """A canonical file of `feed`; it appears whole."""
        listed = list(rows)
        header = list(listed[0]) if listed else list(rows_of(feed)[0])
        place = self._inbox / REGION / str(period) / feed / folder
        place.mkdir(parents=True, exist_ok=True)
        self._files += 1
        self._feeds.add(feed)
        target = place / f"{feed}-{self._files:03}.csv"
        draft = target.with_name(f".{target.name}.part")
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(listed)
        draft.replace(target)
        return target

    def quarter(self, period: Period, opened: Sequence[Row] = ()) -> None:
        """Every feed of `period` that its evaluation needs, but for the registers; `opened`: accounts opened since."""
        for folder in sorted(CANONICAL.iterdir()):
            feed = folder.name
            if feed == "accounts":
                self.accounts(period, opened)
            elif feed == "balances":
                self.balances(period, period.end, opened)
            elif feed not in _NOT_MOVED_ON:
                self.deliver(period, feed, self._moved_on(feed, period))

    def registers(self, period: Period, events: Iterable[Row] = (), decisions: Iterable[Row] = ()) -> None:
        """The registers of supervisory events and of decisions; an empty one is a file with a header alone."""
        self.deliver(period, "supervisory_events", events)
        self.deliver(period, "decisions", decisions)

    def accounts(self, period: Period, more: Iterable[Row] = ()) -> None:
        """The register of accounts with `more` of them."""
        rows = rows_of("accounts")
        extra = [dict(row) for row in more]
        columns = dict.fromkeys([*rows[0], *(name for row in extra for name in row)], "")
        self.deliver(period, "accounts", [{**columns, **row} for row in (*rows, *extra)])

    def balances(self, period: Period, day: date, opened: Sequence[Row] = ()) -> None:
        """What every account holds on `day` by the transfers that the banks made; `opened`: accounts opened since."""
        self.deliver(period, "balances", self._balances(day, [row["account"] for row in opened]))

    def bank_balances(self, period: Period, day: date, opened: Sequence[Row] = ()) -> None:
        """What each bank says that its accounts hold on `day`, between the finance bureau's own files."""
        keeper = {row["account"]: row["institution"] for row in (*rows_of("accounts"), *opened)}
        held = self._balances(day, [row["account"] for row in opened])
        for bank in sorted(set(keeper.values())):
            mine = [row for row in held if keeper[row["account"]] == bank]
            self.deliver(
                period, "bank_return", [{"institution": bank, **_without(row, "matures_on")} for row in mine], bank
            )

    def receipts(self, period: Period, receipts: Iterable[Receipt]) -> None:
        """The banks' receipts, a file for each bank."""
        listed = list(receipts)
        for bank in sorted({one.institution for one in listed}):
            rows = [_receipt(one) for one in listed if one.institution == bank]
            self.deliver(period, "bank_return", rows, bank)

    def explain(self, period: Period, check: str, said: str, feed: str = "") -> None:
        """The office's reason for what a check found of a feed, or of the evaluation itself."""
        write_answer(self._inbox, Answer(REGION, period, check, said, "县金融办综合岗", feed))
        self._feeds.add("explanations")

    def delivered(self) -> list[str]:
        """The feeds of which something was delivered since this was asked last."""
        feeds, self._feeds = sorted(self._feeds), set()
        return feeds

    def _moved_on(self, feed: str, period: Period) -> list[Row]:
        quarters = (period.year - BASE.year) * 4 + period.quarter - BASE.quarter
        return [_moved(feed, row, period, quarters) for row in rows_of(feed) if _goes_on(row)]

    def _balances(self, day: date, more: Iterable[str]) -> list[Row]:
        moved = text("""
            SELECT e.account, sum(e.amount) AS amount
            FROM ops.leg_state AS s
            CROSS JOIN LATERAL (VALUES (s.from_account, -s.amount), (s.to_account, s.amount)) AS e (account, amount)
            WHERE s.status IN ('executed', 'confirmed') AND CAST(s.executed_at AS date) <= :day
            GROUP BY e.account
        """)
        with self._engine.connect() as connection:
            net = {row.account: row.amount for row in connection.execute(moved, {"day": day})}
        rows = [dict(row) for row in rows_of("balances")]
        rows += [{**rows[0], "account": account, "balance": "0.00", "matures_on": ""} for account in more]
        for row in rows:
            row["as_of"] = day.isoformat()
            row["balance"] = str((Decimal(row["balance"]) + net.get(row["account"], 0)).quantize(_FEN))
            if row["matures_on"] and row["matures_on"] <= row["as_of"]:
                row["matures_on"] = ""
        return rows


def rows_of(feed: str) -> list[Row]:
    """The sample's own rows of `feed` for the last quarter of 2025."""
    (path,) = sorted((CANONICAL / feed).rglob("*.csv"))[:1]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _without(row: Row, column: str) -> Row:
    return {name: value for name, value in row.items() if name != column}


def _goes_on(row: Row) -> bool:
    """Whether a row has a place in a later quarter: not a refund, nor a transfer that our own orders speak of now."""
    return row.get("kind") != "adjustment" and not row.get("paid", "").startswith("-")


def _receipt(receipt: Receipt) -> Row:
    columns = ("institution", "account", "as_of", "balance", "deposits", "loans", "leg", "executed_at", "amount",
               "reference", "outcome", "reason")  # fmt: skip
    return dict.fromkeys(columns, "") | {
        "institution": receipt.institution,
        "leg": receipt.leg_code,
        "executed_at": receipt.at.strftime("%Y-%m-%d %H:%M"),
        "amount": str(receipt.amount),
        "reference": f"LS-{receipt.leg_code}",
        "outcome": "returned" if receipt.returned else "executed",
        "reason": receipt.returned,
    }


def _moved(feed: str, row: Row, period: Period, quarters: int) -> Row:
    moved = dict(row)
    for column in ("as_of", "window_to"):
        if column in row:
            moved[column] = period.end.isoformat()
    if "window_from" in row:
        moved["window_from"] = f"{period.year}-01-01"
        for column in ("paid", "local_part"):
            moved[column] = str((Decimal(row[column]) * period.quarter / 4).quantize(_FEN))
    if feed == "pboc_credit":
        moved |= _grown(row, quarters)
    if feed == "timeliness_events":
        moved = _later(moved, period)
    return moved


def _grown(row: Row, quarters: int) -> Row:
    """Every figure one percent up a quarter; the year before last ended where the sample ends."""
    grown = {
        column: str((Decimal(value) * (100 + quarters) / 100).quantize(Decimal(1)))
        for column, value in row.items()
        if column not in ("institution", "as_of") and not column.endswith("_year_start")
    }
    return grown | {"deposits_year_start": row["deposits"], "loans_year_start": row["loans"]}


def _later(row: Row, period: Period) -> Row:
    """The event, on the same place of another quarter."""
    shift = period.start - BASE.start
    moved = {
        column: (date.fromisoformat(row[column]) + shift).isoformat()
        for column in ("issued_at", "due_at", "done_at")
        if row[column]
    }
    return row | moved | {"event": row["event"].replace("2025Q4", str(period).replace("-", ""))}
