"""A county's banks: the money that they really have, kept in plain Python, and what they report of it.

The library sees only the files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import Connection, Row, text

from cunfang.evaluation.official import SignOffError
from cunfang.orders.paper import OrderError
from cunfang.period import Period
from cunfang.simulation.lay import Delivered
from orders.conftest import set_today
from orders.corrected import Office, book

LAST_DAY = date(2026, 11, 20)
FEN = Decimal("0.01")
MADE_FROM = ("issued", "acknowledged", "overdue")
REFUSALS = (OrderError, SignOffError)


@dataclass(frozen=True)
class Account:
    """One account of the county's register."""

    code: str
    bank: str
    owner: str
    category: str
    role: str | None = None
    matures_on: date | None = None
    opened_on: date | None = None

    def row(self) -> dict[str, object]:
        """It as the register has it."""
        named = {"account": self.code, "institution": self.bank, "owner": self.owner, "fund_category": self.category}
        return {**named, "role": self.role, "opened_on": self.opened_on}


@dataclass
class Truth:
    """What the accounts really hold, day by day, in yuan."""

    start: dict[str, Decimal]
    moves: list[tuple[date, str, Decimal]] = field(default_factory=list)

    def held(self, account: str, day: date) -> Decimal:
        """At the end of a day."""
        return self.start.get(account, Decimal(0)) + sum(
            (amount for on, code, amount in self.moves if code == account and on <= day), Decimal(0)
        )

    def least(self, account: str, since: date) -> Decimal:
        """The lowest it holds from that day on: what may be taken out with that day's date."""
        return min(self.held(account, day) for day in {since, *(on for on, *_ in self.moves if on >= since)})

    def move(self, day: date, giver: str, taker: str, amount: Decimal) -> None:
        """Money goes from one account to another."""
        self.moves += [(day, giver, -amount), (day, taker, amount)]


def register(draw: Random) -> list[Account]:
    """Four banks, two owners, three categories, one of them rigid; time deposits, and places for what is recalled."""
    found = []
    for bank in "ABCD":
        for owner in ("财政局", "教育局"):
            for category in ("special", "unit"):
                if bank == "A" or draw.random() < 0.6:
                    found.append(Account(f"{bank}{len(found):02}", bank, owner, category))
        if draw.random() < 0.5:
            day = draw.choice([date(2026, 2, 13), date(2026, 5, 15), date(2026, 9, 11)])
            found.append(Account(f"{bank}{len(found):02}", bank, "财政局", "special", matures_on=day))
        if draw.random() < 0.4:
            found.append(Account(f"{bank}{len(found):02}", bank, "财政局", "fiscal_social"))
    for owner, category in (("财政局", "special"), ("教育局", "special"), ("财政局", "unit")):
        if draw.random() < 0.7:
            found.append(Account(f"P{len(found):02}", draw.choice("CD"), owner, category, role="pool"))
    return found


class Banks:
    """One county from January 2026 on, drawn from a seed; every step leaves what it did in `told`."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self.draw = draw = Random(seed)  # noqa: S311
        self.connection = connection
        self.told: list[str] = []
        self.accounts = register(draw)
        self.truth = Truth(
            {a.code: Decimal(draw.randrange(0, 10**7)) * FEN * draw.choice([1, 100]) for a in self.accounts}
        )
        self.book = book(
            draw.choice([None, Decimal(10_000), Decimal(10**9)]),
            unit=draw.choice([FEN, Decimal(1000)]),
            min_leg=draw.choice([Decimal(0), Decimal(500)]),
            **draw.choice([{}, {"concentration_cap": Decimal("0.4")}]),
        )
        self.office = Office(connection, self.book, banks=tuple("ABCD"))
        self.region = self.office.region
        self.day = date(2026, 1, 8)
        self.quarter: Period | None = None
        self.marks: dict[Period, dict[str, Decimal]] = {}
        self.events: dict[Period, list[dict[str, object]]] = {}
        self.decisions: dict[Period, list[dict[str, object]]] = {}
        self.objections: list[dict[str, object]] = []
        self.reported: dict[str, tuple[date, Decimal]] = {}
        self.returns: dict[tuple[str, Period], list[dict[str, object]]] = {}
        self.executed: dict[str, date] = {}
        """Transfers that are really made, by code, with their day."""
        self.receipted: set[str] = set()
        self.files = 0
        self.nil: set[tuple[Period, str]] = set()
        set_today(connection, str(self.day))

    # What is asked of the warehouse

    def rows(self, query: str, **values: object) -> list[Row[tuple[object, ...]]]:
        return list(self.connection.execute(text(query), {"region": self.region, **values}).all())

    def papers(self, *states: str) -> list[Row[tuple[object, ...]]]:
        return self.rows(
            "SELECT * FROM ops.order_state WHERE region = :region AND status = ANY(:states) ORDER BY order_id",
            states=list(states),
        )

    def legs(self, *states: str) -> list[Row[tuple[object, ...]]]:
        return self.rows(
            "SELECT * FROM ops.leg_state WHERE region = :region AND status = ANY(:states) ORDER BY order_id, leg_no",
            states=list(states),
        )

    def refused(self, what: str, step: Callable[[], object]) -> None:
        """A step that must not be taken."""
        try:
            with self.connection.begin_nested():
                step()
        except REFUSALS as error:
            self.told.append(f"{self.day} refused {what}: {error}")
        else:
            raise AssertionError(f"{what} was not refused")

    def tried(self, what: str, step: Callable[[], object]) -> object:
        """A step that the rules may refuse, for a reason that is said."""
        try:
            with self.connection.begin_nested():
                done = step()
        except REFUSALS as error:
            self.told.append(f"{self.day} refused {what}: {error}")
            return None
        self.told.append(f"{self.day} {what}: {done}")
        return done

    # Days

    def days_pass(self) -> None:
        self.day += timedelta(days=self.draw.choice([1, 1, 2, 3, 5, 8, 13]))
        set_today(self.connection, str(self.day))
        self.told.append(f"{self.day} dawns")

    def quarter_ends(self) -> None:
        following = Period.containing(self.day)
        self.day = max(self.day, following.end + timedelta(days=self.draw.randrange(5, 20)))
        set_today(self.connection, str(self.day))
        self.told.append(f"{self.day} dawns, {following} is over")

    # Files

    def open_accounts(self, day: date) -> list[Account]:
        return [a for a in self.accounts if a.opened_on is None or a.opened_on <= day]

    def deliver(self, period: Period, feed: str, rows: list[dict[str, object]]) -> None:
        """The next version of a file; no two have the same bytes."""
        self.files += 1
        file = Delivered(period, feed, tuple({**row, "printed": self.files} for row in rows))
        if rows or (period, feed) not in self.nil:
            self.office.deliver(file)
        if not rows:
            self.nil.add((period, feed))

    def balances(self, period: Period) -> None:
        day = period.end
        rows: list[dict[str, object]] = []
        for a in self.open_accounts(day):
            held = self.truth.held(a.code, day)
            waits = a.matures_on if a.matures_on and a.matures_on > day else None
            rows.append({"account": a.code, "as_of": day, "balance": held, "matures_on": waits})
            self.knows(a.code, day, held)
        self.deliver(period, "balances", rows)

    def knows(self, account: str, day: date, held: Decimal) -> None:
        if account not in self.reported or self.reported[account][0] <= day:
            self.reported[account] = (day, held)

    def feeds(self, period: Period) -> None:
        """All that a quarter is evaluated on."""
        banks = [{"institution": b, "name": f"{b}行", "aliases": [], "type": "国有大行"} for b in "ABCD"]
        self.deliver(period, "institutions", list(banks))
        self.deliver(period, "accounts", [a.row() for a in self.accounts])
        self.balances(period)
        self.deliver(period, "decisions", self.decisions.setdefault(period, []))
        self.deliver(period, "supervisory_events", self.events.setdefault(period, []))
        self.mark(period)

    def mark(self, period: Period) -> None:
        self.marks[period] = {bank: Decimal(self.draw.randrange(1, 101)) for bank in "ABCD"}
        usual = {"measure": "mark", "as_of": period.end}
        self.deliver(
            period, "indicators", [{"institution": b, "value": v, **usual} for b, v in self.marks[period].items()]
        )

    # Banks

    def bank_makes(self) -> None:
        """A bank makes some transfers and reports them: rightly, with another amount, or not at all."""
        for leg in self.legs(*MADE_FROM):
            if self.draw.random() < 0.5 or leg.leg_code in self.executed:
                continue
            issued_on = self.rows("SELECT CAST(CAST(:at AS timestamptz) AT TIME ZONE 'Asia/Shanghai' AS date) AS day",
                                  at=leg.issued_at)[0].day  # fmt: skip
            day = self.day if self.draw.random() < 0.6 else issued_on
            day = max(day, leg.available_from)
            if self.made(leg, day) and self.draw.random() < 0.85:
                banks = [leg.from_institution, self.draw.choice([leg.from_institution, leg.to_institution])]
                for bank in dict.fromkeys(banks):
                    self.receipt(bank, leg, day, "executed")

    def made(self, leg: Row[tuple[object, ...]], day: date) -> bool:
        """A bank makes a transfer, if it can, and if what it reported stays true."""
        told = [self.reported[code][0] for code in (leg.from_account, leg.to_account) if code in self.reported]
        if day > self.day or day <= max(told) or self.truth.least(leg.from_account, day) < leg.amount:
            return False
        self.truth.move(day, leg.from_account, leg.to_account, leg.amount)
        self.executed[leg.leg_code] = day
        self.told.append(f"{day} made {leg.leg_code} {leg.from_account}>{leg.to_account} {leg.amount}")
        return True

    def unmade(self, leg: Row[tuple[object, ...]]) -> bool:
        """A bank gives back what it made, if what it reported stays true."""
        told = [self.reported[code][0] for code in (leg.from_account, leg.to_account) if code in self.reported]
        if self.day <= max(told) or self.truth.least(leg.to_account, self.day) < leg.amount:
            return False
        self.truth.move(self.day, leg.to_account, leg.from_account, leg.amount)
        del self.executed[leg.leg_code]
        return True

    def bank_says(self) -> None:
        """A bank takes note, gives a transfer back, or says what is not so."""
        for leg in self.legs(*MADE_FROM, "executed", "confirmed", "returned", "cancelled"):
            if self.draw.random() < 0.75:
                continue
            outcome = self.draw.choice(["acknowledged", "acknowledged", "returned", "wrong"])
            if outcome == "wrong":
                self.receipt(leg.from_institution, leg, self.day, "executed", leg.amount + FEN)
                continue
            kept = leg.status == "confirmed"
            if outcome == "returned" and leg.leg_code in self.executed and (kept or not self.unmade(leg)):
                continue
            self.receipt(leg.from_institution, leg, self.day, outcome)

    def receipt(
        self, bank: str, leg: Row[tuple[object, ...]], day: date, outcome: str, amount: Decimal | None = None
    ) -> None:
        at = datetime.combine(day, time(10))
        row: dict[str, object] = {"institution": bank, "leg": leg.leg_code, "executed_at": at, "reference": "S"}
        row |= {"amount": amount or leg.amount, "outcome": outcome}
        self.bank_return(bank, "receipts", [row])
        if outcome == "executed" and amount is None:
            self.receipted.add(leg.leg_code)
        self.told.append(f"{self.day} receipt of {bank}: {leg.leg_code} {outcome} on {day} {amount or leg.amount}")

    def bank_return(self, bank: str, part: str, rows: list[dict[str, object]]) -> None:
        period = str(Period.containing(self.day))
        head = text("""
            INSERT INTO raw.submission (
                region, period, feed, reporter, sequence, provider, sha256, file_name, file_size
            )
            SELECT :region, :period, 'bank_return', :bank, count(*) + 1, '银行',
                encode(sha256(convert_to(concat(:region, :period, :bank, count(*)), 'UTF8')), 'hex'), :part, 1
            FROM raw.submission
            WHERE region = :region AND period = :period AND feed = 'bank_return' AND reporter = :bank
            RETURNING submission_id
        """)
        place = {"region": self.region, "period": period, "bank": bank, "part": part}
        submission = self.connection.execute(head, place).scalar_one()
        self.connection.execute(
            text("INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'accepted')"),
            {"id": submission},
        )
        for number, row in enumerate(rows, 1):
            names = ["submission_id", "record_no", "region", *row]
            values = {"submission_id": submission, "record_no": number, "region": self.region, **row}
            statement = f"INSERT INTO core.bank_return ({', '.join(names)}) VALUES (:{', :'.join(names)})"
            self.connection.execute(text(statement), values)

    def banks_report(self, *, every: bool = False) -> None:
        """Balances of today, of most banks."""
        for bank in "ABCD":
            if not every and self.draw.random() < 0.2:
                continue
            held = {a.code: self.truth.held(a.code, self.day) for a in self.open_accounts(self.day) if a.bank == bank}
            rows: list[dict[str, object]] = []
            for code, amount in held.items():
                rows.append({"institution": bank, "account": code, "as_of": self.day, "balance": amount})
                self.knows(code, self.day, amount)
            if rows:
                self.bank_return(bank, "account", rows)
        self.told.append(f"{self.day} banks report balances")

    def money_is_spent(self) -> None:
        """Something that no order says, a lot or a little."""
        account = self.draw.choice(self.open_accounts(self.day))
        held = self.truth.held(account.code, self.day)
        amount = (held * self.draw.choice([Decimal("0.001"), Decimal("0.4")])).quantize(FEN)
        self.truth.moves.append((self.day, account.code, -amount))
        self.told.append(f"{self.day} spent {amount} of {account.code}")
