"""What a bound eats of a true-up: carried to the next quarter, once, until it is used up (结转下季)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from cunfang.documents.loading import load_result
from cunfang.orders import correction
from cunfang.orders.audit import verify
from cunfang.period import Period
from cunfang.simulation.lay import Delivered
from cunfang.warehouse.sql import rows
from evaluation.settings import PROPERTY
from orders.corrected import MARKS, Q1, Q2, Q3, Q4, Office, book

POINT = Decimal(40_000)
"""One point of a hundred, of four million yuan."""
SMALL = {**MARKS, "A": Decimal(41), "B": Decimal(29)}
CAPPED = {"maximum_amount": 40 * POINT}
"""A holds as much as it may; what it is owed finds no room."""
EATEN = {"A": POINT, "B": -POINT / 2, "C": Decimal("-13333.33"), "D": Decimal("-6666.67")}
"""What is left of a true-up of a point from B to A: the others got it back by their marks 30 : 20 : 10."""


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with engine.connect() as opened:
        yield opened


def _office(connection: Connection) -> tuple[Office, str]:
    """A county that owes A a point of 2025-Q4, which B got too much; and the paper's number."""
    office = Office(connection, book(POINT))
    office.settled(office.quarter(Q4))
    return office, office.settled(office.marked(Q4, SMALL))


def _capped(connection: Connection) -> tuple[Office, str, int]:
    """And its first quarter of 2026, in which A may not hold more; settled."""
    office, paper = _office(connection)
    office.rulebook = book(POINT, **CAPPED)
    run = office.quarter(Q1)
    office.settled(run)
    office.rulebook = book(POINT)
    return office, paper, run


def _outcome(connection: Connection, run_id: int, column: str) -> dict[str, Decimal]:
    found = connection.execute(text("SELECT * FROM eval.true_up_outcome WHERE run_id = :run"), {"run": run_id})
    added: dict[str, Decimal] = {}
    for row in found.mappings():
        added[row["institution"]] = added.get(row["institution"], Decimal(0)) + row[column]
    return {bank: amount for bank, amount in added.items() if amount}


def _carried(connection: Connection, run_id: int) -> dict[str, Decimal]:
    query = text("SELECT institution, sum(amount) FROM eval.true_up_carried WHERE run_id = :run GROUP BY institution")
    return dict(connection.execute(query, {"run": run_id}).tuples().all())


def _open(office: Office) -> dict[str, Decimal]:
    query = text("SELECT institution, sum(amount) FROM eval.open_remainder WHERE region = :r GROUP BY institution")
    return dict(office.connection.execute(query, {"r": office.region}).tuples().all())


def _less(office: Office, run_id: int, marks: Mapping[str, Decimal] = MARKS) -> dict[str, Decimal]:
    """Amounts less what the marks alone come to, where they differ."""
    return {b: a - marks[b] * POINT for b, a in office.targets(run_id).items() if a != marks[b] * POINT}


def test_given_no_bound_then_all_of_a_true_up_is_applied(connection: Connection) -> None:
    office, _ = _office(connection)

    run = office.quarter(Q1)

    assert _outcome(connection, run, "applied") == {"A": POINT, "B": -POINT}
    assert _outcome(connection, run, "remainder") == {} == _outcome(connection, run, "spread")


def test_what_a_cap_eats_is_applied_in_the_next_quarter_and_in_no_other(connection: Connection) -> None:
    office, paper, run = _capped(connection)
    assert office.targets(run)["A"] == 40 * POINT
    assert _outcome(connection, run, "remainder") == EATEN
    assert rows(connection, "eval/95_verify.sql", {"run_id": run}) == []

    second = office.quarter(Q2)
    assert _carried(connection, second) == EATEN and office.counted(second) == {}
    assert _less(office, second) == EATEN
    assert _outcome(connection, second, "applied") == EATEN
    assert rows(connection, "eval/95_verify.sql", {"run_id": second}) == []
    # Both quarters together: what B got too much is with A, and nobody else gave or got any.
    first = _less(office, run)
    assert {b: first.get(b, 0) + EATEN[b] for b in EATEN} == {"A": POINT, "B": -POINT, "C": 0, "D": 0}

    office.settled(second)
    assert _open(office) == {}
    again = office.marked(Q2, {**MARKS, "C": Decimal(21), "D": Decimal(9)})
    assert _carried(connection, again) == EATEN
    assert _carried(connection, office.quarter(Q3)) == {}
    assert paper == office.scalar("SELECT DISTINCT order_no FROM eval.true_up_carried WHERE run_id = :r", r=second)


@pytest.mark.parametrize("table", ["true_up_carried", "true_up_outcome"])
@pytest.mark.parametrize("change", ["UPDATE eval.{} SET amount = amount + 0.01", "DELETE FROM eval.{}"])
def test_what_was_carried_on_and_is_tampered_with_is_found(connection: Connection, table: str, change: str) -> None:
    office, _, _ = _capped(connection)
    office.quarter(Q2)
    assert verify(connection).breaks == ()
    connection.execute(text(f"ALTER TABLE eval.{table} DISABLE TRIGGER USER"))
    connection.execute(text(change.format(table)))
    assert {broken.what.split(" ")[0] for broken in verify(connection).breaks} == {table}


def test_while_the_bound_stays_it_is_carried_on_and_on(connection: Connection) -> None:
    office, _, _ = _capped(connection)
    office.rulebook = book(POINT, **CAPPED)
    second = office.quarter(Q2)

    assert _outcome(connection, second, "remainder") == EATEN
    office.settled(second)
    assert _open(office) == EATEN

    office.rulebook = book(POINT)
    assert _less(office, office.quarter(Q3)) == EATEN


def test_a_quarter_that_is_left_out_loses_nothing(connection: Connection) -> None:
    office, _, _ = _capped(connection)

    assert _less(office, office.quarter(Q3)) == EATEN


def test_what_another_quarter_took_over_is_refused(connection: Connection) -> None:
    office, paper, _ = _capped(connection)
    second, beside = office.quarter(Q2), office.quarter(Q3)
    assert _carried(connection, beside) == EATEN
    office.settled(second)

    with pytest.raises(IntegrityError, match=f"{paper}（结转自 2026-Q1）；请重新考核"), connection.begin_nested():
        office.settled(beside)

    fresh = office.evaluated(Q3)
    assert fresh != beside and _carried(connection, fresh) == {}
    office.settled(fresh)


def test_given_the_quarter_is_corrected_after_its_rest_was_carried_on_then_what_was_paid_twice_is_taken_back(
    connection: Connection,
) -> None:
    office, _, run = _capped(connection)
    office.settled(office.quarter(Q2))
    # The cap was a mistake: by the corrected run of 2026-Q1 nothing was left to carry on.
    corrected = office.evaluated(Q1)
    assert office.counted(corrected) == office.counted(run)
    assert _outcome(connection, corrected, "remainder") == {}
    office.settled(corrected)
    assert _open(office) == {bank: -amount for bank, amount in EATEN.items()}

    last = office.quarter(Q3)

    assert {b: sum(a for (_, bank), a in office.counted(last).items() if bank == b) for b in EATEN} == EATEN
    assert office.targets(last) == {bank: mark * POINT for bank, mark in MARKS.items()}
    office.settled(last)
    assert _open(office) == {}


def test_given_an_order_supersedes_the_quarter_then_the_rest_is_that_of_the_new_run(connection: Connection) -> None:
    office, _, run = _capped(connection)
    office.rulebook = book()
    second = office.evaluated(Q1)
    assert second != run
    office.settled(second)

    assert office.targets(second)["A"] == 41 * POINT and _open(office) == {}
    assert _carried(connection, office.quarter(Q2)) == {}


def test_what_is_owed_to_a_bank_that_is_set_aside_waits_for_it(connection: Connection) -> None:
    office, _ = _office(connection)
    office.quarter(Q1)
    ruling = {
        "decision": "悟政〔2026〕1号", "kind": "carve_out", "institution": "B", "amount": Decimal(1_000_000),
        "valid_from": Q1.start, "valid_to": Q1.end, "decided_on": Q1.start, "approver": "领导小组",
    }  # fmt: skip
    office.deliver(Delivered(Q1, "decisions", (ruling,)))
    run = office.evaluated(Q1)
    left = _outcome(connection, run, "remainder")
    assert left["B"] == -POINT and sum(left.values()) == 0
    office.settled(run)
    remarks = {item.institution: item.remark for item in load_result(connection, run).participants}
    assert "没有计入" in remarks["B"] and "补差结转下季 -40,000.00 元" in remarks["B"]

    assert _less(office, office.quarter(Q2)) == left


def test_an_heir_takes_over_what_is_carried_on(connection: Connection) -> None:
    office, _, _ = _capped(connection)
    office.quarter(Q2)
    gone = {"B": {"closed_on": date(2026, 5, 1), "successor": "C"}}
    register = [
        {"institution": b, "name": f"{b}行", "aliases": [], "type": "国有大行", **gone.get(b, {})} for b in office.banks
    ]
    office.deliver(Delivered(Q2, "institutions", tuple(register)))

    run = office.marked(Q2, {"A": Decimal(40), "C": Decimal(50), "D": Decimal(10)})

    heir = {"A": EATEN["A"], "C": EATEN["B"] + EATEN["C"], "D": EATEN["D"]}
    assert _outcome(connection, run, "applied") == heir
    assert _less(office, run, {"A": Decimal(40), "C": Decimal(50), "D": Decimal(10)}) == heir


def test_a_rest_below_the_rounding_unit_is_used_up_with_the_amount_it_is_part_of(connection: Connection) -> None:
    office, _, _ = _capped(connection)
    office.rulebook = book(POINT, unit=Decimal(100_000))

    run = office.quarter(Q2)

    assert _outcome(connection, run, "applied") == EATEN and _outcome(connection, run, "remainder") == {}
    assert sum(office.targets(run).values()) == 100 * POINT


def test_each_of_several_corrections_of_a_quarter_has_its_own_rest(connection: Connection) -> None:
    office, one = _office(connection)
    two = office.settled(office.marked(Q4, {**SMALL, "B": Decimal(30), "C": Decimal(19)}))
    office.rulebook = book(POINT, **CAPPED)

    run = office.quarter(Q1)

    query = text("SELECT order_no, institution, remainder FROM eval.true_up_outcome WHERE run_id = :run")
    left: dict[str, dict[str, Decimal]] = {one: {}, two: {}}
    for order_no, bank, amount in connection.execute(query, {"run": run}):
        left[order_no] |= {bank: amount} if amount else {}
    # The second moves a point from C to B, and finds room.
    assert left == {one: EATEN, two: {}}


def test_given_the_correction_changed_t_then_what_that_leaves_is_spread_and_not_carried_on(
    connection: Connection,
) -> None:
    office = Office(connection, book(2 * POINT))
    office.settled(office.quarter(Q4))
    office.balances(Q4, {"A": Decimal(1_100_000)})
    office.settled(office.evaluated(Q4))

    run = office.quarter(Q1)

    assert _outcome(connection, run, "spread") == {b: m * 1000 for b, m in MARKS.items()}
    assert _outcome(connection, run, "remainder") == {} == _less(office, run)


def test_what_came_of_a_true_up_is_held_by_the_database(connection: Connection) -> None:
    _, paper, run = _capped(connection)
    for statement in ("UPDATE eval.true_up_outcome SET applied = 1", "DELETE FROM eval.true_up_carried"):
        with pytest.raises(IntegrityError, match="append-only"), connection.begin_nested():
            connection.execute(text(statement))
    more = text("INSERT INTO eval.true_up_outcome VALUES (:run, :paper, 'E', 0, 0, 1)")
    with pytest.raises(IntegrityError, match=f"没有如数落实或结转：{paper}"), connection.begin_nested():
        connection.execute(more, {"run": run, "paper": paper})
    assert verify(connection).breaks == ()

    connection.execute(text("ALTER TABLE eval.true_up_outcome DISABLE TRIGGER USER"))
    connection.execute(text("UPDATE eval.true_up_outcome SET applied = applied + 1 WHERE institution = 'A'"))
    assert "true_up_outcome" in verify(connection).breaks[0].what
    (breach,) = rows(connection, "eval/95_verify.sql", {"run_id": run})
    assert breach["breach"].startswith("补差没有如数落实或结转")


def test_a_run_that_says_nothing_of_a_true_up_is_not_signed(connection: Connection) -> None:
    office, paper = _office(connection)
    run = office.quarter(Q1)
    connection.execute(text("ALTER TABLE eval.true_up_outcome DISABLE TRIGGER USER"))
    connection.execute(text("DELETE FROM eval.true_up_outcome WHERE run_id = :run"), {"run": run})
    correction.paper_of(connection, run)

    with pytest.raises(IntegrityError, match=f"没有如数落实或结转：{paper}；请重新考核"), connection.begin_nested():
        office.settled(run)


@dataclass(frozen=True)
class Step:
    """A quarter: how many points a bank may hold (None: all), and the quarter that is corrected after it.

    The correction moves `points` from one bank to another, `further` places on.
    """

    most: int | None
    corrected: int
    bank: int
    further: int
    points: int


STEPS = st.lists(
    st.builds(
        Step,
        st.none() | st.integers(30, 41),
        *(st.integers(*ends) for ends in ((0, 2), (0, 3), (1, 3), (1, 3))),
    ),
    min_size=2,
    max_size=3,
)


def _plain(marks: Mapping[str, Decimal], most: int | None) -> dict[str, Fraction]:
    """What marks alone come to, no bank above `most` points, in yuan: the rest goes to the others by mark."""
    left, free, held = Fraction(100), dict(marks), {}
    while over := {
        b for b in free if most is not None and left * Fraction(free[b]) > most * Fraction(sum(free.values()))
    }:
        held |= dict.fromkeys(over, Fraction(most or 0))
        free = {b: mark for b, mark in free.items() if b not in over}
        left = 100 - sum(held.values(), Fraction(0))
    held |= {b: left * Fraction(mark) / Fraction(sum(free.values())) for b, mark in free.items()}
    return {b: points * Fraction(POINT) for b, points in held.items()}


@settings(PROPERTY, max_examples=2)
@given(STEPS, st.booleans())
def test_over_any_quarters_each_bank_got_what_the_corrected_figures_give_it(
    engine: Engine, steps: list[Step], superseding: bool
) -> None:
    with engine.connect() as connection:
        office = Office(connection, book())
        done: list[Period] = []
        caps: dict[Period, int | None] = {}
        marks: dict[int, Mapping[str, Decimal]] = {}
        delivered: list[tuple[Period, Mapping[str, Decimal]]] = []

        def choose(period: Period) -> None:
            limit = {} if caps[period] is None else {"maximum_amount": caps[period] * POINT}
            office.rulebook = book(None if superseding else 100 * POINT, **limit)

        for period, step in zip((Q4, Q1, Q2), steps, strict=False):
            caps[period] = step.most
            choose(period)
            run = office.quarter(period)
            marks[run] = MARKS
            office.settled(run)
            done.append(period)
            late = done[min(step.corrected, len(done) - 1)]
            choose(late)
            changed = dict(MARKS)
            changed[office.banks[step.bank]] -= step.points
            changed[office.banks[(step.bank + step.further) % 4]] += step.points
            if (late, changed) in delivered:
                continue
            delivered.append((late, changed))
            run = office.marked(late, changed)
            marks[run] = changed
            if correction.paper_of(connection, run) is not None:
                office.settled(run)
        caps[Q3] = None
        choose(Q3)
        run = office.quarter(Q3)
        marks[run] = MARKS
        office.settled(run)

        assert _open(office) == {}
        place = {"r": office.region}
        standing = text("SELECT period, run_id FROM ops.standing_run WHERE region = :r")
        official = text("SELECT run_id FROM eval.official_run WHERE region = :r")
        owed = dict.fromkeys(office.banks, Fraction(0))
        for period, run in connection.execute(standing, place):
            for bank, amount in _plain(marks[run], caps[Period.parse(period)]).items():
                owed[bank] += amount
        for run in connection.execute(official, place).scalars():
            for bank, amount in office.targets(run).items():
                owed[bank] -= Fraction(amount)
        assert all(abs(amount) <= Fraction(1, 20) for amount in owed.values()), (owed, steps)


def test_bi_reads_what_is_left_and_where_it_went(connection: Connection) -> None:
    office, paper, _ = _capped(connection)
    office.settled(office.quarter(Q2))
    page = text("""
        SELECT "考核期", "金融机构", "上季结转", "应补", "已落实", "结转下季" FROM mart.v_cn_true_up
        WHERE "补差文书编号" = :paper AND "更正的考核期" = '2025-Q4' AND "机构排序" IS NOT NULL ORDER BY 1, 2
    """)
    shown = [tuple(row) for row in connection.execute(page, {"paper": paper})]

    assert [row[:2] for row in shown] == [(str(q), f"{b}行") for q in (Q1, Q2) for b in office.banks]
    assert [row[5] for row in shown] == [*EATEN.values(), 0, 0, 0, 0]
    assert [row[2] for row in shown] == [0, 0, 0, 0, *EATEN.values()]
    assert [row[4] for row in shown[4:]] == [*EATEN.values()]
    assert all(row[3] == row[4] + row[5] for row in shown)


def test_a_bank_is_told_what_is_carried_on_and_from_where(connection: Connection) -> None:
    office, paper, run = _capped(connection)
    told = {item.institution: item for item in load_result(connection, run).participants}
    assert f"补差结转下季 +40,000.00 元（{paper}）" in told["A"].remark
    assert (told["A"].true_up, told["A"].true_up_left) == (POINT, POINT)
    # C was owed nothing; the cap of A gave it money that it gives back.
    assert told["C"].remark == f"补差结转下季 -13,333.33 元（{paper}）"

    later = {item.institution: item for item in load_result(connection, office.quarter(Q2)).participants}
    assert f"补差 +40,000.00 元（更正 2025-Q4，{paper}；结转自 2026-Q1）" in later["A"].remark
    assert (later["A"].true_up, later["A"].true_up_left) == (POINT, 0)
