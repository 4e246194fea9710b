"""The loop: promptness in carrying out an order is scored in the quarter in which it falls due (S08, S12, S31, N12)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from cunfang.evaluation import evaluate_within
from cunfang.orders.draft import draft_adjustment
from cunfang.orders.issue import issue_within
from cunfang.orders.life import move_leg
from cunfang.orders.track import track
from cunfang.period import Period
from cunfang.simulation.lay import free_region
from cunfang.warehouse.sql import rows
from evaluation.county import Q4, Account, Bank, County, Errand, Value
from evaluation.load import deliver
from evaluation.policy import leaf, parameter, policy
from evaluation.settings import PROPERTY
from orders.laid import Move, Receipt, issued, reported
from signed import sign_all

Q1 = Period(2026, 1)
BANKS = ("A", "B", "C", "D")
PROMPT = leaf("及时", "40", "adjustment", method="rate", missing="mean") | {
    "measure": ["nontax_transfer", "dispatch", "adjustment"],
    "family": "timeliness_events",
    "basis": "on_time_rate",
    "due_workdays": parameter(2),
}
RULEBOOK = policy({"size": leaf("规模", "60", "size"), "prompt": PROMPT})
WITHOUT = policy({"size": leaf("规模", "60", "size"), "prompt": PROMPT | {"measure": ["nontax_transfer"]}})


def set_today(connection: Connection, day: str) -> None:
    connection.execute(text("SELECT set_config('cunfang.today', :day, TRUE)"), {"day": day})


def quarter(period: Period, held: dict[str, Decimal], *errands: Errand) -> County:
    """Four banks of one size, one account each; each was asked for one thing and did it."""
    usual = tuple(Errand(f"{b}{period}", b, str(period.start), str(period.start), str(period.end)) for b in BANKS)
    return County(
        RULEBOOK,
        tuple(Bank(bank) for bank in BANKS),
        tuple(Account(f"{bank}-1", bank, held[bank]) for bank in BANKS),
        tuple(Value(bank, "size", Decimal(1)) for bank in BANKS),
        errands=(*usual, *errands),
        period=period,
    )


@dataclass(frozen=True)
class Ordered:
    """A county whose order of the fourth quarter is issued: its transfers by paying bank, and what was held before."""

    connection: Connection
    region: str
    run_id: int
    held: dict[str, Decimal]

    @property
    def legs(self) -> list[tuple[str, str, str, Decimal]]:
        query = text("""
            SELECT leg_code, from_institution, to_institution, amount FROM ops.leg_state
            WHERE region = :region ORDER BY leg_code
        """)
        return [tuple(row) for row in self.connection.execute(query, {"region": self.region})]  # type: ignore[misc]

    def execute(self, late: str = "", day: str = "2026-01-23", last: str = "2026-02-03") -> None:
        """Every bank reports its transfers as made on `day`; those of bank `late` on a `last` day."""
        set_today(self.connection, "2026-02-10")
        for code, payer, _, amount in self.legs:
            made = Receipt(code, last if payer == late else day, amount)
            reported(self.connection, payer, made, region=self.region, period=str(Q1))
        track(self.connection, self.region)

    def next_quarter(self, *errands: Errand) -> int:
        """The run of the first quarter, when the money has moved."""
        set_today(self.connection, "2026-04-10")
        held = dict(self.held)
        for _, payer, taker, amount in self.legs:
            held[payer] -= amount
            held[taker] += amount
        deliver(self.connection, {self.region: quarter(Q1, held, *errands)})
        return self.evaluated(Q1)

    def evaluated(self, period: Period) -> int:
        return evaluate_within(self.connection, self.region, period, RULEBOOK).run_id

    def prompt(self, run_id: int) -> dict[str, tuple[Decimal, Decimal]]:
        """Value and points for promptness by bank."""
        query = text("""
            SELECT v.institution, v.value, p.points FROM eval.indicator_value AS v
            INNER JOIN eval.points AS p USING (run_id, institution, indicator)
            WHERE v.run_id = :run_id AND v.indicator = 'prompt'
        """)
        found = self.connection.execute(query, {"run_id": run_id})
        return {bank: (value.normalize(), points.normalize()) for bank, value, points in found}


@pytest.fixture
def ordered(connection: Connection) -> Ordered:
    """Issued on 20 January 2026, signed that day: due on the 27th."""
    return order(connection, "2026-01-20")


def order(connection: Connection, issued_on: str) -> Ordered:
    region = free_region(connection)
    held = {bank: Decimal(amount) for bank, amount in zip(BANKS, (100_000_000, 80_000_000, 20, 10), strict=True)}
    set_today(connection, "2026-01-20")
    deliver(connection, {region: quarter(Q4, held)})
    run_id = evaluate_within(connection, region, Q4, RULEBOOK).run_id
    order_no = draft_adjustment(connection, run_id)
    sign_all(connection, order_no)
    set_today(connection, issued_on)
    assert issue_within(connection, order_no).drifts == ()
    return Ordered(connection, region, run_id, held)


def test_given_all_in_time_then_nobody_loses_a_point(ordered: Ordered) -> None:
    ordered.execute()

    assert set(ordered.prompt(ordered.next_quarter()).values()) == {(Decimal(1), Decimal(40).normalize())}


def test_given_one_bank_late_then_exactly_its_points_are_lower_in_the_next_quarter(ordered: Ordered) -> None:
    ordered.execute(late="B")
    late = sum(1 for _, payer, _, _ in ordered.legs if payer == "B")
    assert late

    points = ordered.prompt(ordered.next_quarter())
    share = Decimal(1) / (1 + late)
    assert points.pop("B") == (share, (share * 40).normalize())
    assert set(points.values()) == {(Decimal(1), Decimal(40).normalize())}


def test_given_the_office_issued_late_then_no_bank_is_late_and_it_says_so(connection: Connection) -> None:
    late = order(connection, "2026-01-28")
    late.execute(late="B", last="2026-02-09")

    run_id = late.next_quarter()
    assert {value for value, _ in late.prompt(run_id).values()} == {1}
    flag = text(
        "SELECT flag FROM eval.indicator_value WHERE run_id = :r AND indicator = 'prompt' AND institution = 'B'"
    )
    assert "笔划转下达迟延，不计（" in str(connection.scalar(flag, {"r": run_id}))
    office = text("SELECT days_late FROM ops.office_timeliness WHERE region = :region")
    assert connection.scalar(office, {"region": late.region}) == 1


def test_given_nobody_reported_then_the_payer_is_late_and_the_order_is_its_evidence(ordered: Ordered) -> None:
    run_id = ordered.next_quarter()

    points = ordered.prompt(run_id)
    assert points["A"][0] < 1 and points["B"][0] < 1 and points["C"][0] == points["D"][0] == 1
    events = text(
        "SELECT order_no, submission_id, done_on FROM eval.run_timeliness WHERE run_id = :r AND order_no <> ''"
    )
    found = ordered.connection.execute(events, {"r": run_id}).all()
    assert {(row.submission_id, row.done_on) for row in found} == {(None, None)}
    assert all(row.order_no.startswith(ordered.region) for row in found)


def test_what_is_published_has_our_transfers_among_the_events(ordered: Ordered) -> None:
    ordered.execute(late="B")
    legs = ordered.legs
    code, payer, *_ = legs[0]
    said = Errand("SJ-9", payer, "2026-01-20", None, "2026-01-27", "adjustment", code)
    run_id = ordered.next_quarter(said)
    order_no = draft_adjustment(ordered.connection, run_id)
    sign_all(ordered.connection, order_no)
    assert issue_within(ordered.connection, order_no).drifts == ()

    query = text("""
        SELECT e.event_code, i.institution_code, e.is_done, e.is_on_time, e.days_late, e.due_on, e.event_amount
        FROM mart.v_current_timeliness_event AS e
        INNER JOIN mart.dim_institution AS i ON e.institution_key = i.institution_key
        INNER JOIN mart.dim_region AS g ON e.region_key = g.region_key
        WHERE g.region_code = :region AND e.event_kind_code = 'adjustment'
    """)
    found = {row[0]: tuple(row)[1:] for row in ordered.connection.execute(query, {"region": ordered.region})}
    due = date(2026, 1, 27)
    assert found == {
        code: (payer, True, payer != "B", 5 if payer == "B" else 0, due, amount) for code, payer, _, amount in legs
    }


def test_the_evidence_of_the_rate_names_each_transfer_with_its_days_and_its_order_or_receipt(
    connection: Connection, ordered: Ordered
) -> None:
    ordered.execute()
    for code, *_ in ordered.legs[:1]:
        move_leg(connection, code, "returned", actor="finance_bureau", reason="户名不符")
    run_id = ordered.next_quarter()
    due = date(2026, 1, 27)

    found = {
        row["part"]: (row["window_from"], row["as_of"], row["value"], row["file"], row["submission_id"] is None)
        for row in rows(connection, "documents/sources.sql", {"run_id": run_id})
        if row["part"].startswith(ordered.region)
    }
    (first, *_), *others = ordered.legs
    assert found.pop(first) == (due, None, 0, f"调整指令 {first[:-5]}", True)
    assert found == {code: (due, date(2026, 1, 23), 1, "bank_return.csv", False) for code, *_ in others}


def test_given_the_feed_names_a_transfer_of_ours_then_it_counts_once_and_as_we_know_it(ordered: Ordered) -> None:
    ordered.execute()
    code, payer, *_ = ordered.legs[0]
    said = Errand("SJ-9", payer, "2026-01-20", None, "2026-01-27", "adjustment", code)

    assert {value for value, _ in ordered.prompt(ordered.next_quarter(said)).values()} == {1}


def test_a_receipt_that_says_in_time_makes_another_run_and_one_of_a_later_day_none(ordered: Ordered) -> None:
    first = ordered.next_quarter()
    assert ordered.evaluated(Q1) == first
    (code, payer, _, amount), *_ = ordered.legs
    after = Receipt(code, "2026-04-02", amount)
    reported(ordered.connection, payer, after, region=ordered.region, period="2026-Q2")
    track(ordered.connection, ordered.region)
    assert ordered.evaluated(Q1) == first

    code, payer, _, amount = ordered.legs[-1]
    reported(ordered.connection, payer, Receipt(code, "2026-01-26", amount), region=ordered.region, period="2026-Q2")
    track(ordered.connection, ordered.region)
    second = ordered.evaluated(Q1)
    assert second != first
    assert ordered.prompt(second)[payer][0] > ordered.prompt(first)[payer][0]


def test_a_trigger_that_comes_again_after_the_receipts_finds_the_run_that_was_signed(ordered: Ordered) -> None:
    ordered.execute(late="B")

    assert ordered.evaluated(Q4) == ordered.run_id


def test_a_run_of_the_same_quarter_made_later_knows_what_has_moved_since(ordered: Ordered) -> None:
    ordered.execute()
    later = evaluate_within(ordered.connection, ordered.region, Q4, RULEBOOK, purpose="trial").run_id

    query = text("SELECT institution, balance, moved FROM eval.holding WHERE run_id = :run_id")
    found = {row.institution: row for row in ordered.connection.execute(query, {"run_id": later})}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for _, payer, taker, amount in ordered.legs:
        paid[payer] -= amount
        paid[taker] += amount
    assert {bank: row.balance for bank, row in found.items()} == ordered.held
    assert {bank: row.moved for bank, row in found.items()} == {bank: paid[bank] for bank in BANKS}
    assert sum(row.moved for row in found.values()) == 0
    earlier = text("SELECT sum(abs(moved)) FROM eval.holding WHERE run_id = :run_id")
    assert ordered.connection.scalar(earlier, {"run_id": ordered.run_id}) == 0


@pytest.mark.parametrize(("day", "moved"), [("2026-03-31", False), ("2026-04-01", True)], ids=["in it", "since"])
def test_what_was_made_on_the_day_of_the_balances_is_in_them(ordered: Ordered, day: str, moved: bool) -> None:
    set_today(ordered.connection, "2026-04-10")
    held = dict(ordered.held)
    for code, payer, taker, amount in ordered.legs:
        reported(ordered.connection, payer, Receipt(code, day, amount), region=ordered.region, period=str(Q1))
        held[payer] -= 0 if moved else amount
        held[taker] += 0 if moved else amount
    track(ordered.connection, ordered.region)
    deliver(ordered.connection, {ordered.region: quarter(Q1, held)})
    run_id = ordered.evaluated(Q1)

    known = text("SELECT DISTINCT moved FROM eval.run_leg WHERE run_id = :run_id")
    assert list(ordered.connection.scalars(known, {"run_id": run_id})) == [moved]
    made = 2 * sum(leg[3] for leg in ordered.legs) if moved else 0
    added = text("SELECT sum(abs(moved)) FROM eval.holding WHERE run_id = :run_id")
    assert ordered.connection.scalar(added, {"run_id": run_id}) == made


def test_what_went_to_an_account_that_the_register_no_longer_knows_is_left_where_the_balances_have_it(
    ordered: Ordered,
) -> None:
    set_today(ordered.connection, "2026-04-10")
    for code, payer, _, amount in ordered.legs:
        reported(ordered.connection, payer, Receipt(code, "2026-04-01", amount), region=ordered.region, period=str(Q1))
    track(ordered.connection, ordered.region)
    county, gone = quarter(Q1, ordered.held), ordered.legs[0][2]
    known = tuple(account for account in county.accounts if account.bank != gone)
    deliver(ordered.connection, {ordered.region: replace(county, accounts=known)})
    run_id = ordered.evaluated(Q1)

    query = text("SELECT sum(moved), sum(abs(moved)) FROM eval.holding WHERE run_id = :run_id")
    kept = sum(amount for _, _, taker, amount in ordered.legs if taker != gone)
    assert tuple(ordered.connection.execute(query, {"run_id": run_id}).one()) == (0, 2 * kept)


@pytest.mark.parametrize(("day", "due"), [("2026-01-27", None), ("2026-01-28", True)], ids=["last day", "after it"])
def test_a_transfer_that_is_called_off_by_its_last_day_was_never_due(
    ordered: Ordered, day: str, due: bool | None
) -> None:
    code = ordered.legs[0][0]
    set_today(ordered.connection, day)
    move_leg(ordered.connection, code, "cancelled", actor="finance_bureau", reason="账户冻结")
    run_id = ordered.next_quarter()

    timed = text("SELECT bool_or(timed) FROM eval.run_leg WHERE run_id = :run_id AND leg_code = :code")
    assert ordered.connection.scalar(timed, {"run_id": run_id, "code": code}) is due


def test_a_transfer_that_came_back_moved_nothing(ordered: Ordered) -> None:
    ordered.execute()
    code, *_, amount = ordered.legs[0]
    move_leg(ordered.connection, code, "returned", actor="finance_bureau", reason="户名不符")
    later = evaluate_within(ordered.connection, ordered.region, Q4, RULEBOOK, purpose="trial").run_id

    query = text("SELECT sum(abs(moved)) FROM eval.holding WHERE run_id = :run_id")
    moved = sum((leg[3] for leg in ordered.legs), Decimal(0)) - amount
    assert ordered.connection.scalar(query, {"run_id": later}) == 2 * moved


def test_a_rule_book_that_does_not_judge_transfers_is_not_run_again_for_their_receipts(ordered: Ordered) -> None:
    ordered.next_quarter()
    first = evaluate_within(ordered.connection, ordered.region, Q1, WITHOUT).run_id
    ordered.execute()

    assert evaluate_within(ordered.connection, ordered.region, Q1, WITHOUT).run_id == first


DAYS = [date(2025, 12, 8) + timedelta(days=n) for n in range(115)]
TODAY = date(2026, 4, 10)


@dataclass(frozen=True)
class Fate:
    """A transfer of `bank`, issued on a day, and what became of it so many days later."""

    bank: str
    issued_on: date
    end: str
    after: int
    excused: bool
    named: bool


FATES = st.builds(
    Fate,
    bank=st.sampled_from(BANKS),
    issued_on=st.sampled_from(DAYS),
    end=st.sampled_from(("executed", "executed", "executed", "returned", "cancelled", "open")),
    after=st.integers(0, 20),
    excused=st.sampled_from((False, False, False, True)),
    named=st.booleans(),
)


def counted(fates: list[Fate], due: list[date]) -> dict[str, Fraction]:
    """The rate by bank, in plain Python: one errand in time each, and the transfers due in the first quarter."""
    kept: dict[str, list[bool]] = {bank: [True] for bank in BANKS}
    for fate, last in zip(fates, due, strict=True):
        ended = fate.issued_on + timedelta(days=fate.after)
        end = fate.end if ended <= TODAY else "open"
        if not date(2026, 1, 1) <= last <= date(2026, 3, 31) or fate.excused:
            continue
        if end == "cancelled" and ended <= last:
            continue
        kept[fate.bank].append(end == "executed" and ended <= last)
    return {bank: Fraction(sum(done), len(done)) for bank, done in kept.items()}


@PROPERTY
@given(fates=st.lists(FATES, min_size=1, max_size=12))
def test_rates_are_those_of_a_count_by_hand(ground: Engine, fates: list[Fate]) -> None:
    with ground.connect() as connection:
        region = free_region(connection)
        codes = []
        for number, fate in enumerate(fates):
            set_today(connection, str(fate.issued_on))
            other = BANKS[(BANKS.index(fate.bank) + 1) % 4]
            move = Move(f"{fate.bank}-1", f"{other}-1", Decimal(1000))
            codes += issued(connection, move, region=region, cause=f"{number}", excused=fate.excused)
        for code, fate in zip(codes, fates, strict=True):
            ended = fate.issued_on + timedelta(days=fate.after)
            if fate.end == "open" or ended > TODAY:
                continue
            set_today(connection, str(ended))
            at = datetime.fromisoformat(str(ended)) if fate.end == "executed" else None
            move_leg(connection, code, fate.end, actor="finance_bureau", reason="测试", executed_at=at)
        set_today(connection, str(TODAY))
        named = [
            Errand(f"SJ{n}", fate.bank, "2026-02-02", None, "2026-02-03", "adjustment", code)
            for n, (code, fate) in enumerate(zip(codes, fates, strict=True))
            if fate.named
        ]
        deliver(connection, {region: quarter(Q1, dict.fromkeys(BANKS, Decimal(1_000_000)), *named)})
        run_id = evaluate_within(connection, region, Q1, RULEBOOK).run_id
        due = text("SELECT due_on FROM ops.leg_state WHERE region = :region ORDER BY order_id")
        expected = counted(fates, list(connection.scalars(due, {"region": region})))

        query = text("""
            SELECT institution, numerator, denominator FROM eval.indicator_value
            WHERE run_id = :run_id AND indicator = 'prompt'
        """)
        found = connection.execute(query, {"run_id": run_id}).all()
        assert {row[0]: Fraction(row[1]) / Fraction(row[2]) for row in found} == expected


def test_without_orders_a_run_knows_none(connection: Connection) -> None:
    region = free_region(connection)
    deliver(connection, {region: replace(quarter(Q4, dict.fromkeys(BANKS, Decimal(1_000_000))))})
    run_id = evaluate_within(connection, region, Q4, RULEBOOK).run_id
    count = text("SELECT count(*) FROM eval.run_leg WHERE run_id = :run_id")
    assert connection.scalar(count, {"run_id": run_id}) == 0
