"""Corrections with a price: what they change in yuan, which paper comes of them, each paid once (beyond 6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from cunfang.documents.correction import outcome
from cunfang.documents.loading import load_result
from cunfang.evaluation import evaluate_within
from cunfang.orders import correction
from cunfang.orders.audit import verify
from cunfang.orders.life import move_leg
from cunfang.orders.load import load_order
from cunfang.orders.priced import others_of
from cunfang.simulation.lay import Delivered
from cunfang.warehouse.sql import rows
from orders.corrected import MARKS, Q1, Q2, Q4, Office, book

# One point of a hundred is 40,000 yuan of the four million.
POINT = Decimal(40_000)
SMALL = {**MARKS, "A": Decimal(41), "B": Decimal(29)}


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back; nothing of the sample county is needed."""
    with engine.connect() as opened:
        yield opened


def test_given_no_published_result_when_priced_then_there_is_no_correction(connection: Connection) -> None:
    office = Office(connection, book())
    run = office.quarter(Q4)

    assert correction.price(connection, run) is None
    order_no = correction.paper_of(connection, run)
    assert order_no is not None and load_order(connection, order_no).head.kind == "adjustment"
    assert correction.paper_of(connection, run) == order_no


def test_given_a_published_result_when_a_file_is_corrected_then_each_bank_has_its_price(connection: Connection) -> None:
    office = Office(connection, book())
    first = office.quarter(Q4)
    office.settled(first)
    second = office.marked(Q4, SMALL)

    priced = correction.price(connection, second)

    assert priced is not None and priced.against_run_id == first
    assert {item.institution: item.effect for item in priced.effects} == {
        "A": POINT, "B": -POINT, "C": Decimal(0), "D": Decimal(0),
    }  # fmt: skip
    assert (priced.largest, priced.gross, priced.net) == (POINT, 2 * POINT, 0)
    (differing,) = priced.inputs
    assert (differing.feed, differing.version_before, differing.version_after) == ("indicators", 1, 2)
    assert {(f.institution, f.value_before, f.value_after) for f in differing.figures} == {
        ("A", "40", "41"), ("B", "30", "29"),
    }  # fmt: skip
    kept = text("SELECT institution, effect FROM ops.run_correction_effect INNER JOIN ops.run_correction "
                "USING (correction_id) WHERE run_id = :run AND effect <> 0")  # fmt: skip
    assert dict(connection.execute(kept, {"run": second}).tuples().all()) == {"A": POINT, "B": -POINT}
    assert correction.price(connection, second) == priced
    assert office.scalar("SELECT count(*) FROM ops.run_correction WHERE run_id = :run", run=second) == 1


@pytest.mark.parametrize("earlier", [False, True], ids=["carried out since", "sent back since"])
def test_a_transfer_that_only_one_of_the_runs_knows_is_said_to_differ(connection: Connection, earlier: bool) -> None:
    office = Office(connection, book())
    first, second = office.quarter(Q4), office.marked(Q4, SMALL)
    leg = text("""
        INSERT INTO eval.run_leg (
            run_id, leg_code, order_no, from_institution, to_institution, from_account, to_account, amount, issued_on,
            due_on, executed_on, excused, timed, moved
        )
        VALUES (
            :run, 'L001', 'T01', 'A', 'B', 'A-1', 'B-1', 1, '2026-01-20', '2026-01-27', '2026-01-21', FALSE, FALSE, TRUE
        )
    """)
    connection.execute(leg, {"run": first if earlier else second})

    assert others_of(connection, second, first, delivered=True) == ("已下达划转的执行情况有 1 笔不同",)


def test_given_no_threshold_then_an_order_supersedes_and_the_old_transfers_are_cancelled(
    connection: Connection,
) -> None:
    office = Office(connection, book())
    old = office.settled(office.quarter(Q4))
    back = load_order(connection, old).legs[0].leg_code
    move_leg(connection, back, "returned", actor="bank", reason="账号有误")
    second = office.marked(Q4, SMALL)

    new = office.settled(second)

    head = load_order(connection, new).head
    assert (head.kind, head.supersedes) == ("adjustment", old)
    before = load_order(connection, old)
    assert before.head.status == "issued"
    assert {leg.status for leg in before.legs} == {"cancelled"}
    assert {leg.status_reason for leg in before.legs} == {f"被 {new} 取代"}
    recorded = correction.recorded(connection, second)
    assert recorded is not None and recorded.superseded_order == old and recorded.order_status == "issued"


@pytest.mark.parametrize(
    ("threshold", "kind"), [(POINT, "true_up"), (POINT - Decimal("0.01"), "adjustment"), (POINT * 2, "true_up")]
)
def test_the_threshold_itself_is_still_made_good_later(connection: Connection, threshold: Decimal, kind: str) -> None:
    office = Office(connection, book(threshold))
    office.settled(office.quarter(Q4))

    order_no = correction.paper_of(connection, office.marked(Q4, SMALL))

    assert order_no is not None
    assert load_order(connection, order_no).head.kind == kind


def test_a_correction_that_moves_no_money_is_kept_and_nobody_signs(connection: Connection) -> None:
    office = Office(connection, book())
    office.settled(office.quarter(Q4))
    proposed = correction.paper_of(connection, office.marked(Q4, SMALL))
    assert proposed is not None
    third = office.marked(Q4, {bank: mark * 2 for bank, mark in MARKS.items()})

    assert correction.paper_of(connection, third) is None

    priced = correction.recorded(connection, third)
    assert priced is not None and priced.treatment == "none" and "得分或名次有变化" in priced.reason
    assert load_order(connection, proposed).head.status == "cancelled"
    assert office.scalar("SELECT status FROM eval.run_state WHERE run_id = :run", run=third) == "draft"


def test_a_true_up_is_added_to_the_next_quarter_and_to_no_other(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    first = office.quarter(Q4)
    office.settled(first)
    paper = office.settled(office.marked(Q4, SMALL))
    assert load_order(connection, paper).legs == ()
    assert office.scalar("SELECT run_id FROM eval.official_run WHERE region = :r", r=office.region) == first

    run = office.quarter(Q1)
    assert office.counted(run) == {(paper, "A"): POINT, (paper, "B"): -POINT}
    assert office.targets(run) == {
        "A": 41 * POINT, "B": 29 * POINT, "C": 20 * POINT, "D": 10 * POINT,
    }  # fmt: skip
    assert rows(connection, "eval/95_verify.sql", {"run_id": run}) == []
    office.settled(run)
    assert office.evaluated(Q1) == run

    again = office.marked(Q1, {**MARKS, "C": Decimal(21), "D": Decimal(9)})
    assert office.counted(again) == office.counted(run)
    assert office.counted(office.quarter(Q2)) == {}


def test_a_true_up_that_is_signed_after_the_next_quarter_is_counted_in_the_one_after(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    office.settled(office.quarter(Q4))
    second = office.marked(Q4, SMALL)
    paper = correction.paper_of(connection, second)
    assert paper is not None
    office.settled(office.quarter(Q1))
    assert load_order(connection, paper).head.status == "draft", "it rests on no balance of then"

    assert office.settled(second) == paper
    assert office.counted(office.marked(Q1, SMALL)) == {}, "a published quarter takes up no more"
    assert office.counted(office.quarter(Q2)) == {(paper, "A"): POINT, (paper, "B"): -POINT}


def test_a_true_up_that_is_counted_in_part_is_a_breach(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    office.settled(office.quarter(Q4))
    paper = office.settled(office.marked(Q4, SMALL))
    run = office.quarter(Q1)
    connection.execute(text("ALTER TABLE eval.true_up DISABLE TRIGGER USER"))
    connection.execute(text("DELETE FROM eval.true_up WHERE institution = 'B'"))

    breaches = {row["breach"] for row in rows(connection, "eval/95_verify.sql", {"run_id": run})}
    counted = f"补差 {paper} 中 B 计入 0 元，更正的影响是 -40000.00 元"
    assert breaches == {counted, f"补差没有如数落实或结转：{paper}"}


def test_a_run_evaluated_before_the_true_up_was_issued_is_another_one_after(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    office.settled(office.quarter(Q4))
    early = office.quarter(Q1)
    assert office.counted(early) == {}
    paper = office.settled(office.marked(Q4, SMALL))

    later = office.evaluated(Q1)

    assert later != early
    assert set(office.counted(later)) == {(paper, "A"), (paper, "B")}


def test_a_true_up_is_never_counted_twice(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    office.settled(office.quarter(Q4))
    paper = office.settled(office.marked(Q4, SMALL))
    first, beside = office.quarter(Q1), office.quarter(Q2)
    assert {order_no for order_no, _ in office.counted(beside)} == {paper}
    office.settled(first)

    order_no = correction.paper_of(connection, beside)
    assert order_no is not None
    with pytest.raises(IntegrityError, match=f"{paper}（已计入 2026-Q1）；请重新考核"), connection.begin_nested():
        office.settled(beside)

    fresh = office.evaluated(Q2)
    assert fresh != beside and office.counted(fresh) == {}
    office.settled(fresh)


def test_an_older_quarter_is_always_made_good_later(connection: Connection) -> None:
    office = Office(connection, book())
    office.settled(office.quarter(Q4))
    office.settled(office.quarter(Q1))

    second = office.marked(Q4, {**MARKS, "A": Decimal(70)})

    order_no = office.settled(second)
    assert load_order(connection, order_no).head.kind == "true_up"
    priced = correction.recorded(connection, second)
    assert priced is not None and "2026-Q1 已经公布" in priced.reason
    assert {bank for _, bank in office.counted(office.quarter(Q2))} == {"A", "B", "C", "D"}


def test_a_correction_of_a_correction_pays_only_what_is_not_paid_yet(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    first = office.quarter(Q4)
    office.settled(first)
    second = office.marked(Q4, SMALL)
    one = office.settled(second)
    third = office.marked(Q4, {**SMALL, "A": Decimal(40), "C": Decimal(21)})

    two = office.settled(third)

    priced = correction.recorded(connection, third)
    assert priced is not None and priced.against_run_id == second
    assert {item.institution: item.effect for item in priced.effects if item.effect} == {"A": -POINT, "C": POINT}
    run = office.quarter(Q1)
    assert {order_no for order_no, _ in office.counted(run)} == {one, two}
    assert office.targets(run) == {bank: mark * POINT for bank, mark in {**MARKS, "B": 29, "C": 21}.items()}


def test_an_order_of_a_quarter_that_is_not_the_last_is_refused_and_made_good_later(connection: Connection) -> None:
    office = Office(connection, book())
    office.settled(office.quarter(Q4))
    second = office.marked(Q4, SMALL)
    superseding = correction.paper_of(connection, second)
    assert superseding is not None
    office.settled(office.quarter(Q1))
    assert load_order(connection, superseding).head.status == "cancelled"
    assert correction.paper_of(connection, second) is not None

    priced = correction.recorded(connection, second)
    assert priced is not None and priced.treatment == "true_up"


def test_a_correction_whose_order_a_later_quarter_cancelled_is_taken_up_again(connection: Connection) -> None:
    office = Office(connection, book())
    office.settled(office.quarter(Q4))
    correction.paper_of(connection, office.marked(Q4, SMALL))
    assert correction.take_up(connection, office.region) == []
    office.settled(office.quarter(Q1))

    (order_no,) = correction.take_up(connection, office.region)

    assert load_order(connection, order_no).head.kind == "true_up"
    assert correction.take_up(connection, office.region) == []


def test_what_was_priced_is_never_edited_and_is_in_the_audit_chain(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    office.settled(office.quarter(Q4))
    second = office.marked(Q4, SMALL)
    correction.price(connection, second)
    links = "SELECT count(*) FROM ops.audit WHERE action IN ('run_correction.true_up', 'run_correction_effect')"

    assert office.scalar(links) == 5
    for statement in ("UPDATE ops.run_correction SET net = 1", "DELETE FROM ops.run_correction_effect"):
        with pytest.raises(IntegrityError, match="append-only"), connection.begin_nested():
            connection.execute(text(statement))


def test_what_is_owed_to_a_bank_that_no_longer_shares_is_said(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    office.settled(office.quarter(Q4))
    office.settled(office.marked(Q4, SMALL))
    office.quarter(Q1)
    usual = {"valid_from": Q1.start, "decided_on": Q1.start, "approver": "领导小组"}
    ruling = {
        "decision": "悟政〔2026〕1号",
        "kind": "carve_out",
        "institution": "B",
        "amount": Decimal(1_000_000),
        **usual,
    }
    office.deliver(Delivered(Q1, "decisions", (ruling,)))

    run = evaluate_within(connection, office.region, Q1, office.rulebook)

    assert [item.message for item in run.noted if item.check == "COR-M001"] == [
        "更正 2025-Q4 的补差（900000-2025Q4-B01）没有计入：B行 -40,000.00 元，本期不参加按得分分配，结转下季",
    ]  # fmt: skip
    remarks = {item.institution: item.remark for item in load_result(connection, run.run_id).participants}
    assert "补差 +40,000.00 元（更正 2025-Q4，900000-2025Q4-B01）" in remarks["A"]
    assert "没有计入" in remarks["B"]
    owed = {item.institution: item.true_up for item in load_result(connection, run.run_id).participants}
    assert (owed["A"], owed["B"]) == (POINT, 0)


def test_a_price_that_is_tampered_with_is_found(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    office.settled(office.quarter(Q4))
    correction.price(connection, office.marked(Q4, SMALL))
    assert verify(connection).breaks == ()

    connection.execute(text("ALTER TABLE ops.run_correction_effect DISABLE TRIGGER USER"))
    connection.execute(text("UPDATE ops.run_correction_effect SET target_after = 1 WHERE institution = 'A'"))

    (one, *_) = verify(connection).breaks
    assert "run_correction_effect" in one.what


def test_an_order_that_supersedes_takes_over_what_a_true_up_still_owed(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    old = office.settled(office.quarter(Q4))
    true_up = office.settled(office.marked(Q4, SMALL))
    early = office.quarter(Q1)
    assert {order_no for order_no, _ in office.counted(early)} == {true_up}
    third = office.marked(Q4, {**SMALL, "A": Decimal(45), "B": Decimal(25)})

    new = office.settled(third)

    priced = correction.recorded(connection, third)
    assert priced is not None and (priced.superseded_order, priced.lapsing) == (old, true_up)
    assert f"取代 {old}" in priced.reason and f"此前的补差 {true_up} 一并落实，不再另计" in outcome(priced)
    assert {item.institution: item.effect for item in priced.effects if item.effect} == {
        "A": 4 * POINT,
        "B": -4 * POINT,
    }
    assert load_order(connection, new).head.supersedes == old
    assert office.counted(office.evaluated(Q1)) == {}
    with pytest.raises(IntegrityError, match=f"{true_up}（已由 {new} 落实）；请重新考核"), connection.begin_nested():
        office.settled(early)


def test_an_heir_takes_over_what_is_owed(connection: Connection) -> None:
    office = Office(connection, book(POINT))
    office.settled(office.quarter(Q4))
    office.settled(office.marked(Q4, SMALL))
    office.quarter(Q1)
    gone = {"B": {"closed_on": date(2026, 2, 1), "successor": "C"}}
    register = [
        {"institution": b, "name": f"{b}行", "aliases": [], "type": "国有大行", **gone.get(b, {})} for b in office.banks
    ]
    office.deliver(Delivered(Q1, "institutions", tuple(register)))

    run = office.marked(Q1, {"A": Decimal(40), "C": Decimal(50), "D": Decimal(10)})

    query = text("SELECT institution, amount, counted FROM eval.run_true_up WHERE run_id = :run ORDER BY institution")
    assert connection.execute(query, {"run": run}).tuples().all() == [("A", POINT, True), ("C", -POINT, True)]
    assert office.targets(run) == {"A": 41 * POINT, "C": 49 * POINT, "D": 10 * POINT}
