"""What must hold of a life of orders after every step, told from the rows of events and from the truth alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from cunfang.orders.audit import verify
from cunfang.orders.life import move_leg
from cunfang.period import Period
from cunfang.warehouse.publish import publish_orders
from orders.conftest import set_today
from orders.lived_office import Life
from orders.test_life import ALLOWED

PAPER_MOVES = {
    "": {"draft"},
    "draft": {"reviewed", "returned", "cancelled"},
    "reviewed": {"signed", "returned", "draft", "cancelled"},
    "signed": {"issued", "returned", "draft", "cancelled"},
    "returned": {"draft", "cancelled"},
    "issued": set(),
    "cancelled": set(),
}
LEG_MOVES = {"": {"issued"}, **ALLOWED}
OPEN = ("issued", "acknowledged", "overdue")
KEPT = ("ops.transfer_order", "ops.transfer_leg", "ops.sign_step", "ops.order_event", "ops.leg_event", "ops.approval",
        "ops.audit", "mart.fact_order", "mart.fact_order_leg", "mart.fact_order_event", "ops.warning",
        "ops.run_correction")  # fmt: skip


class Beheld(Life):
    """A life that is looked at."""

    frozen: dict[int, tuple[object, ...]]
    latest: tuple[Period, int, int, int] | None = None

    def check(self) -> None:
        try:
            self._check()
        except AssertionError as error:
            raise AssertionError("\n".join([*self.told[-60:], str(error)])) from error

    def _check(self) -> None:
        broken = verify(self.connection).breaks
        assert broken == (), broken
        self.papers_move()
        self.state = self.legs_move()
        self.groups_keep()
        self.issued_stays()

    def papers_move(self) -> None:
        stand: dict[int, str] = defaultdict(str)
        for event in self.rows("SELECT order_id, status FROM ops.order_event ORDER BY event_id"):
            assert event.status in PAPER_MOVES[stand[event.order_id]], event
            stand[event.order_id] = event.status
        said = {row.order_id: row.status for row in self.rows("SELECT order_id, status FROM ops.order_paper")}
        assert said == stand

    def legs_move(self) -> dict[tuple[int, int], tuple[str, object]]:
        stand: dict[tuple[int, int], tuple[str, object]] = defaultdict(lambda: ("", None))
        for event in self.rows("SELECT * FROM ops.leg_event ORDER BY event_id"):
            key = event.order_id, event.leg_no
            before, executed = stand[key]
            assert event.status in LEG_MOVES[before], event
            if event.status == "executed":
                assert executed is None, f"executed twice: {event}"
                executed = event.executed_at.date()
            elif event.status not in ("confirmed",):
                executed = None
            stand[key] = event.status, executed
        for leg in self.rows("SELECT * FROM ops.leg_state WHERE region = :region"):
            status, executed = stand.get((leg.order_id, leg.leg_no), ("blocked" if leg.blocked else "planned", None))
            assert leg.status == status and (leg.executed_at and leg.executed_at.date()) == executed, leg
        return stand

    def groups_keep(self) -> None:
        known = {a.code: a for a in self.accounts}
        for leg in self.rows("SELECT * FROM ops.leg_state WHERE region = :region"):
            for account in filter(None, (leg.from_account, leg.to_account)):
                assert (known[account].owner, known[account].category) == (leg.owner, leg.fund_category), leg

    def issued_stays(self) -> None:
        now = {
            row.order_id: tuple(row)
            for row in self.rows("""
                SELECT o.order_id, md5(string_agg(CAST(l AS text), '|' ORDER BY l.leg_no)), md5(CAST(o AS text))
                FROM ops.transfer_order AS o LEFT JOIN ops.transfer_leg AS l ON o.order_id = l.order_id
                GROUP BY o.order_id
            """)
        }
        before = getattr(self, "frozen", {})
        assert all(now[key] == value for key, value in before.items())
        self.frozen = now

    def issued(self, order_no: str) -> None:
        """At the issue no account is drawn upon for more than it is known to hold."""
        state = self.legs_move()
        needs: dict[str, Decimal] = defaultdict(Decimal)
        moved: dict[str, list[tuple[object, Decimal]]] = defaultdict(list)
        mine = set()
        for leg in self.rows("SELECT * FROM ops.leg_state WHERE region = :region"):
            status, executed = state.get((leg.order_id, leg.leg_no), ("", None))
            if status in OPEN:
                needs[leg.from_account] += leg.amount
                if leg.order_no == order_no:
                    mine.add(leg.from_account)
            if executed is not None:
                moved[leg.from_account].append((executed, -leg.amount))
                moved[leg.to_account].append((executed, leg.amount))
        waits = {a.code: a.matures_on for a in self.accounts if a.matures_on}
        for account in mine:
            day, held = self.reported[account]
            has = held + sum((amount for on, amount in moved[account] if on > day), Decimal(0))
            assert needs[account] <= has, f"{order_no}: {account} is to pay {needs[account]} of {has}"
        for leg in self.legs(*OPEN):
            until = waits.get(leg.from_account)
            if leg.order_no == order_no and until and until > self.day:
                assert leg.available_from >= until, leg
            account = next(a for a in self.accounts if a.code == leg.from_account)
            assert account.category != "fiscal_social", leg

    def print_of(self) -> list[object]:
        """A print of all that an order's life writes."""
        return [
            self.connection.exec_driver_sql(
                f"SELECT md5(string_agg(md5(CAST(t AS text)), '' ORDER BY md5(CAST(t AS text)))) FROM {table} AS t"
            ).scalar()
            for table in KEPT
        ]

    def follow(self) -> None:
        super().follow()
        self.twice(super().follow)
        self.mart_agrees()

    def morning(self) -> None:
        super().morning()
        publish_orders(self.connection, self.region)
        self.twice(super().morning)
        self.asked_again()

    def asked_again(self) -> None:
        """A trigger that comes again finds the run that is there: what follows an issue makes no other one."""
        if self.latest is None or self.latest[2:] != self.read():
            return
        period, run_id, *_ = self.latest
        assert self.office.evaluated(period) == run_id, f"{period} makes another run without another file"

    def read(self) -> tuple[int, int]:
        """How much of what a run reads has come: files, and true-ups that were issued."""
        query = "SELECT count(*) AS n FROM ops.order_paper WHERE kind = 'true_up' AND status = 'issued'"
        return self.files, self.rows(query)[0].n

    def twice(self, again: object) -> None:
        before = self.print_of()
        again()  # type: ignore[operator]
        after = self.print_of()
        assert before == after, [t for t, b, a in zip(KEPT, before, after, strict=True) if a != b]

    def mart_agrees(self) -> None:
        state = self.legs_move()
        facts = {
            row.leg_code: row
            for row in self.rows("""
                SELECT f.* FROM mart.fact_order_leg AS f
                INNER JOIN mart.dim_region AS r ON f.region_key = r.region_key AND r.region_code = :region
            """)
        }
        legs = self.rows("SELECT * FROM ops.leg_state WHERE region = :region")
        assert set(facts) == {leg.leg_code for leg in legs}
        for leg in legs:
            status, executed = state.get((leg.order_id, leg.leg_no), ("", None))
            fact = facts[leg.leg_code]
            assert fact.leg_amount == leg.amount
            live = status not in ("", "cancelled")
            assert fact.issued_amount == (leg.amount if live else 0), (fact, status)
            assert fact.executed_amount == (leg.amount if executed else 0), (fact, status)
            assert fact.confirmed_amount == (leg.amount if status == "confirmed" else 0), (fact, status)
            shown = "scheduled" if status == "issued" and leg.available_from > self.day else status
            assert not status or fact.status_code == shown, (fact, status)

    def run(self, period: Period) -> None:
        """What a run plans with is what the files say and what was carried out after them."""
        known = self.rows("SELECT coalesce(max(run_id), 0) AS run_id FROM eval.run")[0].run_id
        super().run(period)
        self.latest = None
        made = self.rows("SELECT max(run_id) AS run_id FROM eval.run WHERE period = :period", period=str(period))
        if made[0].run_id is not None and made[0].run_id > known:
            self.latest = period, made[0].run_id, *self.read()
        state = self.legs_move()
        moved: dict[str, Decimal] = defaultdict(Decimal)
        for leg in self.rows("SELECT * FROM ops.leg_state WHERE region = :region"):
            _, executed = state.get((leg.order_id, leg.leg_no), ("", None))
            if executed is not None and executed > period.end:
                moved[leg.from_account] -= leg.amount
                moved[leg.to_account] += leg.amount
        for row in self.rows(
            """
            SELECT h.* FROM eval.holding AS h WHERE h.run_id = (
                SELECT max(r.run_id) FROM eval.run AS r
                WHERE r.region = :region AND r.period = :period AND r.run_id > :known
            )
        """,
            period=str(period),
            known=known,
        ):
            assert row.moved == moved[row.account], (row, moved[row.account])
            assert row.balance == self.truth.held(row.account, period.end), row

    def settle(self) -> None:
        """Everything that was issued is made, reported and confirmed; then the accounts hold what the transfers say."""
        self.told.append("-- settle")
        self.banks_report(every=True)
        last = max((leg.available_from for leg in self.legs(*OPEN)), default=self.day)
        self.day = max(self.day, last) + timedelta(days=1)
        set_today(self.connection, str(self.day))
        for leg in self.legs(*OPEN, "executed"):
            if leg.leg_code in self.executed or self.made(leg, self.day):
                self.receipt(leg.from_institution, leg, self.executed[leg.leg_code], "executed")
            else:
                move_leg(self.connection, leg.leg_code, "returned", actor="经办", reason="不足")
        self.day += timedelta(days=1)
        set_today(self.connection, str(self.day))
        self.banks_report(every=True)
        self.follow()
        for leg in self.legs("executed"):
            move_leg(self.connection, leg.leg_code, "confirmed", actor="经办", reason="已核对")
        for leg in self.legs("returned"):
            move_leg(self.connection, leg.leg_code, "cancelled", actor="经办", reason="不再办理")
        self.follow()
        assert self.legs(*OPEN, "executed", "returned") == []
        self.accounts_agree()

    def accounts_agree(self) -> None:
        """Each account holds what it held, with the transfers; one that is made and not counted is asked about."""
        confirmed = {leg.leg_code: leg for leg in self.legs("confirmed")}
        assert set(confirmed) <= set(self.executed), set(confirmed) - set(self.executed)
        asked = {
            row.leg_code
            for row in self.rows("""
            SELECT leg_code FROM ops.reconciliation WHERE region = :region AND check_id = 'TRK-M006'
        """)
        }
        uncounted = (set(self.executed) & self.receipted) - set(confirmed)
        assert uncounted <= asked, (uncounted, asked)
