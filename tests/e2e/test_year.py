"""A year in the life of the sample county, through the real DAGs: four quarters of orders, and all that goes wrong.

2025-Q4 is issued; a transfer is late, one comes back, one is blocked for want of an account, one nobody makes. A
correction after the issue supersedes what is not done yet. A bank loses its deposits for three years, and its money is
recalled. The first quarter of 2026 follows, the second is waived, the third ends with everything arrived.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from cunfang.airflow import demo
from cunfang.airflow.stack import Stack
from cunfang.orders.audit import verify
from cunfang.orders.load import Order, OrderLeg, load_order
from cunfang.orders.track import reconciliation
from cunfang.period import Period
from cunfang.settings import HOME, settings
from e2e.office import Office
from outside import REGION, County, Receipt, Row, rows_of

pytestmark = pytest.mark.e2e

Q4, Q1, Q2, Q3 = Period(2025, 4), Period(2026, 1), Period(2026, 2), Period(2026, 3)
FIRST, CORRECTED = "420922-2025Q4-T01", "420922-2025Q4-T02"
BANNED = "BOC"


@dataclass
class Year:
    """What was seen on the way."""

    office: Office
    county: County
    late: str = ""
    returned: str = ""
    undone: str = ""
    recall: str = ""
    refused: str = ""


def _order(office: Office, order_no: str) -> Order:
    with office.engine.connect() as connection:
        return load_order(connection, order_no)


def _open(office: Office, order_no: str, day: str) -> list[OrderLeg]:
    """Transfers that a bank may make on `day` and has not made."""
    states = ("issued", "acknowledged", "overdue")
    legs = _order(office, order_no).legs
    return [leg for leg in legs if leg.status in states and leg.available_from <= date.fromisoformat(day)]


def _made(legs: list[OrderLeg], day: str) -> list[Receipt]:
    at = datetime.fromisoformat(f"{day}T10:00")
    return [Receipt(leg.leg_code, leg.from_institution, leg.amount, at) for leg in legs]


def _sent_back(legs: list[OrderLeg], day: str, why: str) -> list[Receipt]:
    return [replace(receipt, returned=why) for receipt in _made(legs, day)]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """A running system with its own inbox, on 15 January 2026."""
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory(prefix="cunfang-year-") as folder:
        # Not under pytest's own folder: PostgreSQL runs as another user, whom pytest may lock out of it.
        var = Path(folder)
        var.chmod(0o755)
        patch.setenv("CUNFANG_VAR", str(var))
        patch.setenv("CUNFANG_INBOX", str(var / "inbox"))
        stack = Stack(var=var, dags=HOME / "dags", plugins=HOME / "plugins", inbox=var / "inbox")
        with stack.running() as live, Office(live) as people:
            people.today("2026-01-15")
            yield people


@pytest.fixture(scope="module")
def year(office: Office) -> Year:
    """The whole year, played once."""
    lived = Year(office, County(office.engine, settings().inbox))
    demo.play(office.live)
    _receipts_of_the_first_order(lived)
    _correction(lived)
    _recall(lived)
    _first_quarter(lived)
    _waived_quarter(lived)
    _third_quarter(lived)
    return lived


def _receipts_of_the_first_order(year: Year) -> None:
    office, county = year.office, year.county
    office.today("2026-02-10")
    legs = _open(office, FIRST, "2026-01-20")
    year.late, year.returned, year.undone = (leg.leg_code for leg in legs[-3:])
    county.receipts(Q1, [
        *_made(legs[:-3], "2026-01-26"),
        *_made(legs[-3:-2], "2026-02-09"),
        *_sent_back(legs[-2:-1], "2026-01-27", "收款账户户名不符"),
    ])  # fmt: skip
    office.take_in(county.delivered())


def _correction(year: Year) -> None:
    """The tax bureau had forgotten a payment of the construction bank."""

    def corrected(row: Row) -> Row:
        if row["institution"] != "CCB":
            return row
        return row | {name: str(Decimal(row[name]) + 150000) for name in ("paid", "local_part")}

    year.county.deliver(Q4, "tax_local", [corrected(row) for row in rows_of("tax_local")])
    year.office.take_in(year.county.delivered())
    year.office.sign(CORRECTED, days=["2026-02-25"])


def _recall(year: Year) -> None:
    office, county = year.office, year.county
    office.today("2026-02-27")
    county.accounts(Q1, _pool(BANNED, "DWRCB"))
    event = dict.fromkeys(rows_of("supervisory_events")[0], "") | {
        "event": "JG2026Q1-01", "institution": BANNED, "kind": "divert", "severity": "disqualify",
        "found_on": "2026-02-20", "decided_on": "2026-02-26", "decision": "悟政金〔2026〕1号（示例）",
        "note": "示例数据",
    }  # fmt: skip
    county.registers(Q1, [event])
    office.take_in(county.delivered())
    recalls = [order.order_no for order in office.orders() if order.kind == "recall" and order.status == "draft"]
    for order_no in recalls:
        if _order(office, order_no).head.institution == BANNED:
            year.recall = order_no
            office.sign(order_no)
        else:
            year.refused = order_no
            office.sign(order_no, approved=False)
    office.today("2026-03-05")
    legs = [*_open(office, CORRECTED, "2026-03-04"), *_open(office, year.recall, "2026-03-04")]
    county.receipts(Q1, _made(legs, "2026-03-04"))
    office.take_in(county.delivered())
    # The time deposit has matured.
    office.today("2026-03-24")
    county.receipts(Q1, _made(_open(office, CORRECTED, "2026-03-23"), "2026-03-23"))
    office.take_in(county.delivered())


def _pool(bank: str, keeper: str) -> list[Row]:
    """Accounts for money that waits for its next place, at another bank: one for each owner and category of `bank`."""
    wanted = {(row["owner"], row["fund_category"]): row for row in rows_of("accounts") if row["institution"] == bank}
    return [
        row | {"account": f"99004209229{number:05}", "institution": keeper, "basis": "示例数据：待分配专户",
               "opened_on": "2026-02-01", "closed_on": "", "role": "pool"}
        for number, row in enumerate(wanted.values(), start=1)
    ]  # fmt: skip


def _first_quarter(year: Year) -> None:
    """The office explains what the checks ask, the order is issued, and every bank is in time."""
    year.office.today("2026-04-13")
    year.county.quarter(Q1, _pool(BANNED, "DWRCB"))
    year.office.take_in(year.county.delivered())
    _explain(year, Q1)
    _signed_and_made(year, "420922-2026Q1-T01", ["2026-04-22"], "2026-04-24", Q2)


def _waived_quarter(year: Year) -> None:
    office, county = year.office, year.county
    office.today("2026-07-10")
    waiver = dict.fromkeys(rows_of("decisions")[0], "") | {
        "decision": "悟政金〔2026〕2号（示例）", "kind": "waive_period", "valid_from": "2026-06-30",
        "valid_to": "2026-06-30", "reason": "示例数据：本季度不考核", "decided_on": "2026-06-25",
        "approver": "大悟县政府性资金存放管理领导小组", "document_sha256": "0" * 64,
    }  # fmt: skip
    county.quarter(Q2, _pool(BANNED, "DWRCB"))
    county.registers(Q2, decisions=[waiver])
    office.take_in(county.delivered())


def _third_quarter(year: Year) -> None:
    office, county = year.office, year.county
    office.today("2026-10-15")
    county.quarter(Q3, _pool(BANNED, "DWRCB"))
    county.registers(Q3)
    office.take_in(county.delivered())
    _explain(year, Q3)
    _signed_and_made(year, "420922-2026Q3-T01", ["2026-10-26"], "2026-10-28", Period(2026, 4))
    office.today("2026-11-05")
    county.bank_balances(Period(2026, 4), date(2026, 10, 31), _pool(BANNED, "DWRCB"))
    office.take_in(county.delivered())


def _explain(year: Year, period: Period) -> None:
    """Give a reason for everything that the evaluation asks one for."""
    asked = text("""
        SELECT DISTINCT check_id, feed FROM ops.finding_state
        WHERE region = :region AND period = :period AND NOT is_explained
    """)
    with year.office.engine.connect() as connection:
        found = connection.execute(asked, {"region": REGION, "period": str(period)}).all()
    for one in found:
        year.county.explain(period, one.check_id, "示例数据：情况属实，已核对", one.feed)
    if found:
        year.office.take_in(year.county.delivered())


def _signed_and_made(year: Year, order_no: str, days: list[str], made_on: str, told_in: Period) -> None:
    year.office.sign(order_no, days=days)
    year.office.today(made_on)
    year.county.receipts(told_in, _made(_open(year.office, order_no, made_on), made_on))
    year.office.take_in(year.county.delivered())


def test_the_first_order_ended_as_it_was_lived(year: Year) -> None:
    legs = {leg.leg_code: leg for leg in _order(year.office, FIRST).legs}
    assert legs[year.late].status == "confirmed" and legs[year.late].executed_at is not None
    assert {legs[year.returned].status, legs[year.undone].status} == {"cancelled"}
    assert f"被 {CORRECTED} 取代" in str(legs[year.undone].status_reason)
    assert any(leg.status == "blocked" and leg.reason == "需开户" for leg in legs.values())


def test_the_correction_superseded_what_was_not_done_and_has_its_price(year: Year) -> None:
    assert _order(year.office, CORRECTED).head.supersedes == FIRST
    effects = year.office.rows("SELECT institution, effect FROM ops.run_correction_effect WHERE effect <> 0")
    assert dict(effects)["CCB"] > 0 and sum(amount for _, amount in effects) == 0


def test_the_late_transfer_cost_its_bank_points_in_the_next_quarter(year: Year) -> None:
    [(on_time,)] = year.office.rows(
        "SELECT bool_and(r.executed_on <= r.due_on) FROM eval.run_leg AS r "
        "INNER JOIN eval.official_run AS o ON r.run_id = o.run_id "
        "WHERE o.period = '2026-Q1' AND r.timed AND r.leg_code = :late",
        late=year.late,
    )
    assert on_time is False


def test_the_banned_bank_holds_nothing_that_may_move_and_no_share(year: Year) -> None:
    shares = year.office.rows(
        "SELECT s.share FROM eval.score AS s INNER JOIN eval.official_run AS o ON s.run_id = o.run_id "
        "WHERE s.institution = :bank AND o.period IN ('2026-Q1', '2026-Q3')",
        bank=BANNED,
    )
    assert shares == [(0,), (0,)]
    assert {leg.status for leg in _order(year.office, year.recall).legs} <= {"confirmed", "blocked"}


def test_a_refused_recall_moved_nothing(year: Year) -> None:
    order = _order(year.office, year.refused)
    assert order.head.status == "returned"
    assert {leg.status for leg in order.legs} <= {"planned", "blocked"}


def test_the_waived_quarter_is_a_row_and_has_no_run(year: Year) -> None:
    assert year.office.rows("SELECT decision FROM ops.waiver WHERE period = '2026-Q2'") == [
        ("悟政金〔2026〕2号（示例）",)
    ]
    assert year.office.rows("SELECT run_id FROM eval.run WHERE period = '2026-Q2'") == []
    told = year.office.rows("SELECT DISTINCT subject FROM ops.outbox WHERE kind = 'waiver' AND sent_at IS NOT NULL")
    assert told == [("【暂停考核】2026年二季度 大悟县 政府性资金存放",)]
    page = 'SELECT "状态", "决定文号", "沿用考核期" FROM mart.v_cn_period WHERE "考核期" = \'2026-Q2\''
    assert year.office.rows(page) == [("暂停考核", "悟政金〔2026〕2号（示例）", "2026-Q1")]


def test_the_year_ends_reconciled(year: Year) -> None:
    """Every transfer that was given out has arrived or was taken back, and nothing is open between the books."""
    standings = {order.order_no: order.standing for order in year.office.orders() if order.status == "issued"}
    assert set(standings.values()) <= {"confirmed", "cancelled"}, standings
    with year.office.engine.connect() as connection:
        assert reconciliation(connection, REGION) == ()


def test_what_every_bank_holds_is_its_target_but_for_what_is_named(year: Year) -> None:
    left = year.office.rows("""
        SELECT a.institution, a.target - a.current_amount - j.planned, j.scheduled + j.blocked + j.carried
        FROM eval.official_run AS o
        INNER JOIN eval.allocation AS a ON o.run_id = a.run_id
        INNER JOIN eval.adjustment AS j ON a.run_id = j.run_id AND a.institution = j.institution
        WHERE o.period = '2026-Q3'
    """)
    assert left and all(gap == named for _, gap, named in left)


def test_the_audit_chain_holds_and_a_tampered_row_is_found(year: Year) -> None:
    with year.office.engine.connect() as connection:
        assert verify(connection).breaks == ()
        connection.execute(text("ALTER TABLE ops.leg_event DISABLE TRIGGER USER"))
        change = "UPDATE ops.leg_event SET executed_at = executed_at - interval '9 days' WHERE status = 'executed'"
        assert connection.execute(text(change)).rowcount > 0
        assert verify(connection).breaks != ()
        connection.rollback()
        assert verify(connection).breaks == ()


def test_every_letter_went_out_once(year: Year) -> None:
    assert year.office.rows("SELECT count(*) FROM ops.outbox WHERE sent_at IS NULL") == [(0,)]
    [(count,)] = year.office.rows("SELECT count(*) FROM ops.outbox")
    assert len(list(Path(year.office.live.mail).glob("*.eml"))) == count
