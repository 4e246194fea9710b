"""A life of orders that nobody wrote down: banks, and an office of which anything is asked, rightly or not.

Every step is the library, so that a seed is a whole life.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from cunfang.evaluation import RunStoppedError
from cunfang.evaluation.waiver import note, waived
from cunfang.orders import correction, recall, signing
from cunfang.orders.issue import Issued, issue_within
from cunfang.orders.life import move_leg
from cunfang.orders.objection import window
from cunfang.orders.track import track
from cunfang.orders.waiver import withdraw
from cunfang.period import Period
from cunfang.warehouse.calendar import due_date
from cunfang.warnings import watch
from orders.conftest import set_today
from orders.lived import Account, Banks
from orders.recalled import liquidity, policy

WAITING = ("draft", "reviewed", "signed", "returned")
LEG_STATES = ("issued", "acknowledged", "executed", "overdue", "returned", "cancelled", "confirmed")


class Life(Banks):
    """One county whose office does whatever is drawn."""

    # Quarters

    def evaluate(self) -> None:
        """The quarter that is over, or another correction of one that was evaluated before."""
        newest = Period.containing(self.day).previous()
        if self.quarter is None or newest > self.quarter:
            self.quarter = newest
            self.feeds(newest)
        else:
            self.mark(self.draw.choice([self.quarter, self.draw.choice(sorted(self.marks))]))
        self.run(self.quarter)

    def correct(self) -> None:
        """Other marks of a quarter that was evaluated."""
        if self.marks:
            period = self.draw.choice(sorted(self.marks))
            if self.draw.random() < 0.6:
                old = dict(self.marks[period])
                bank = self.draw.choice("ABCD")
                old[bank] += self.draw.choice([-1, 1]) if old[bank] > 1 else 1
                self.marks[period] = old
                usual = {"measure": "mark", "as_of": period.end}
                self.deliver(period, "indicators", [{"institution": b, "value": v, **usual} for b, v in old.items()])
            else:
                self.mark(period)
            self.run(period)

    def run(self, period: Period) -> None:
        skipped = waived(self.connection, self.region, period)
        if skipped is not None:
            note(self.connection, skipped)
            self.told.append(f"{self.day} {period} waived, withdrawn {withdraw(self.connection, skipped)}")
            return
        try:
            with self.connection.begin_nested():
                run_id = self.office.evaluated(period)
        except RunStoppedError as stopped:
            said = sorted({finding.check for finding in stopped.findings})
            self.told.append(f"{self.day} {period} stopped at {said}")
            return
        self.tried(f"{period} run {run_id} to paper", lambda: correction.paper_of(self.connection, run_id))

    def waive(self) -> None:
        period = Period.containing(self.day).previous()
        row: dict[str, object] = {"decision": f"停{period}", "kind": "waive_period", "approver": "领导小组"}
        row |= {"valid_from": period.end, "valid_to": period.end, "decided_on": self.day}
        self.decisions.setdefault(period, []).append(row)
        self.deliver(period, "decisions", self.decisions[period])
        self.run(period)

    # Papers

    def sign(self) -> None:
        """By somebody who may, or may not."""
        papers = self.papers("draft", "reviewed", "signed")
        if not papers:
            return
        paper = self.draw.choice(papers)
        step = signing.due_step(self.connection, paper.order_no)
        actor = self.draw.choice(["cunfang", "", paper.drafted_by, "一", "二", "三", "四"])
        before = self.rows("SELECT * FROM ops.approval WHERE order_id = :id AND round = :round",
                           id=paper.order_id, round=paper.round)  # fmt: skip
        made = self.rows("SELECT actor FROM ops.order_event WHERE order_id = :id AND status = 'draft'",
                         id=paper.order_id)  # fmt: skip
        wrong = actor in {"cunfang", "", *(a.approver for a in before), *(a.actor for a in made)} or step is None
        held = step is not None and step.brings == "signed" and not window(self.connection, paper.order_no).over
        approved = self.draw.random() < 0.9
        what = f"{actor or 'nobody'} signs {paper.order_no} {approved}"

        def sign() -> str:
            return signing.sign(self.connection, paper.order_no, approved=approved, actor=actor, comment="意见")

        if wrong or (held and approved):
            self.refused(what, sign)
            return
        with self.connection.begin_nested():
            status = sign()
        self.told.append(f"{self.day} {what}: {status}")
        assert status == ("returned" if not approved else step.brings if step else ""), what

    def sign_through(self) -> None:
        """All signatures of a paper that is waiting; the time to object passes."""
        papers = self.papers("draft", "reviewed", "signed")
        if not papers:
            return
        paper = self.draw.choice(papers)
        self.answer()
        for actor in ("甲", "乙"):
            step = signing.due_step(self.connection, paper.order_no)
            if step is None:
                return
            if step.brings == "signed" and (until := window(self.connection, paper.order_no).until) >= self.day:
                self.day = until + timedelta(days=1)
                set_today(self.connection, str(self.day))
            what = f"{actor} signs {paper.order_no}"
            self.tried(what, lambda a=actor: signing.sign(self.connection, paper.order_no, approved=True, actor=a))

    def office_moves(self) -> None:
        """A paper is put up again, taken back, or laid out anew; or that is refused."""
        papers = self.papers(*WAITING, "issued", "cancelled")
        if not papers:
            return
        paper = self.draw.choice(papers)
        match self.draw.choice(["submit", "cancel", "redraft"]):
            case "submit":
                step, able = self.submit, paper.status in ("draft", "reviewed", "signed", "returned")
            case "cancel":
                step, able = self.cancel, paper.status in (*WAITING, "cancelled")
            case _:
                step, able = self.redraft, paper.kind == "recall" and paper.status in WAITING
        what = f"{step.__name__} {paper.order_no}"
        if able:
            self.tried(what, lambda: step(str(paper.order_no)))
        else:
            self.refused(what, lambda: step(str(paper.order_no)))

    def submit(self, order_no: str) -> None:
        signing.submit(self.connection, order_no, self.draw.choice(["经办", "一"]), "再报")

    def cancel(self, order_no: str) -> None:
        signing.cancel(self.connection, order_no, "经办", "不办")

    def redraft(self, order_no: str) -> str | None:
        return recall.redraft(self.connection, order_no, "经办", rulebook=policy())

    def issue(self) -> None:
        """A paper is issued, or it is refused; what follows an issue follows."""
        papers = self.papers(*WAITING, "issued", "cancelled") if self.draw.random() < 0.2 else self.papers("signed")
        if not papers:
            return
        paper = self.draw.choice(papers)
        what = f"issue {paper.order_no}"
        if paper.status not in ("signed", "issued"):
            self.refused(what, lambda: issue_within(self.connection, paper.order_no))
            return
        done = self.tried(what, lambda: issue_within(self.connection, paper.order_no))
        if not isinstance(done, Issued):
            return
        if done.drifts and paper.kind == "recall":
            self.told.append(f"anew: {recall.redraft(self.connection, paper.order_no, 'cunfang', rulebook=policy())}")
        elif not done.drifts and paper.status == "signed":
            self.issued(str(paper.order_no))
            if paper.kind != "recall":
                self.told.append(f"taken up: {correction.take_up(self.connection, self.region)}")

    def issued(self, order_no: str) -> None:
        """For who looks on."""

    def object(self) -> None:
        if not self.marks:
            return
        number = f"Y{len(self.objections) + 1}"
        row: dict[str, object] = {"objection": number, "institution": "A", "matter": "不同意", "raised_on": self.day}
        self.objections.append({**row, "about_period": str(self.draw.choice(sorted(self.marks)))})
        self.deliver(Period.containing(self.day), "objections", self.objections)
        self.told.append(f"{self.day} objection {number}")

    def answer(self) -> None:
        if any("outcome" not in one for one in self.objections):
            self.objections = [{**one, "outcome": "rejected", "answered_on": self.day, "answer": "无误"} for one in
                               self.objections]  # fmt: skip
            self.deliver(Period.containing(self.day), "objections", self.objections)
            self.told.append(f"{self.day} objections answered")

    def by_hand(self) -> None:
        """The office moves a transfer by hand, to anywhere."""
        legs = self.rows("SELECT * FROM ops.leg_state WHERE region = :region ORDER BY order_id, leg_no")
        if not legs:
            return
        leg, status = self.draw.choice(legs), self.draw.choice(LEG_STATES)
        if status == "executed" and leg.leg_code not in self.executed:
            return
        if status in ("cancelled", "returned") and leg.leg_code in self.executed:
            return
        more: dict[str, Any] = {}
        if status == "executed":
            more = {"executed_at": datetime.combine(self.executed[leg.leg_code], time(9))}
        if status == "issued":
            more = {"due_on": due_date(self.connection, max(self.day, leg.available_from), 5)}
        what = f"by hand {leg.leg_code} {leg.status} to {status}"
        place = (self.connection, leg.leg_code, status)
        self.tried(what, partial(move_leg, *place, actor="经办", reason="核实", **more))

    def follow(self) -> None:
        done = track(self.connection, self.region)
        moved = {k: len(getattr(done, k)) for k in ("acknowledged", "executed", "returned", "overdue", "confirmed")}
        items = sorted({(item.check_id, item.leg_code[-8:]) for item in done.items})
        self.told.append(f"{self.day} tracked {moved} {items}")

    # Recalls

    def watched(self) -> None:
        """A bank becomes red, or better, or is banned; recalls are proposed."""
        bank = self.draw.choice("ABCD")
        period = Period.containing(self.day).previous()
        if self.draw.random() < 0.5:
            ratio = self.draw.choice(["0.10", "0.60"])
            self.deliver(period, "pboc_prudential", [dict(row) for row in liquidity(period, {bank: ratio}).rows])
            watch(self.connection, self.region, period, policy())
            self.told.append(f"{self.day} {bank} has {ratio}")
        elif self.draw.random() < 0.4:
            said = self.events.setdefault(period, [])
            row: dict[str, object] = {"event": f"E{period}{len(said)}", "institution": bank, "kind": "withhold"}
            said.append({**row, "severity": "disqualify", "decided_on": self.day, "decision": f"罚{period}{len(said)}"})
            self.deliver(period, "supervisory_events", said)
            self.told.append(f"{self.day} {bank} is banned")
        self.propose()

    def propose(self) -> None:
        made = recall.propose(self.connection, self.region, rulebook=policy())
        self.told.append(f"{self.day} proposed {made}")

    def morning(self) -> None:
        """What every morning does."""
        self.follow()
        self.propose()
        self.told.append(f"taken up: {correction.take_up(self.connection, self.region)}")

    def account_opens(self) -> None:
        bank, owner = self.draw.choice("ABCD"), self.draw.choice(["财政局", "教育局"])
        role = self.draw.choice([None, None, "pool"])
        category = self.draw.choice(["special", "unit"])
        made = Account(f"N{len(self.accounts):02}", bank, owner, category, role, opened_on=self.day)
        self.accounts.append(made)
        self.deliver(Period.containing(self.day), "accounts", [a.row() for a in self.accounts])
        self.told.append(f"{self.day} opened {made}")

    # A life

    def steps(self) -> Mapping[str, tuple[int, Callable[[], None]]]:
        """Every step with how often it is tried."""
        return {
            "days": (10, self.days_pass), "quarter": (2, self.quarter_ends), "evaluate": (4, self.evaluate),
            "correct": (3, self.correct), "sign": (6, self.sign), "through": (12, self.sign_through),
            "office": (2, self.office_moves), "issue": (14, self.issue), "object": (1, self.object),
            "answer": (2, self.answer), "makes": (8, self.bank_makes), "says": (4, self.bank_says),
            "report": (5, self.banks_report), "spent": (2, self.money_is_spent), "hand": (4, self.by_hand),
            "follow": (5, self.follow), "watched": (4, self.watched), "morning": (4, self.morning),
            "opens": (2, self.account_opens), "waive": (1 if self.quarter else 0, self.waive),
        }  # fmt: skip

    def step(self) -> str:
        """One step, drawn."""
        steps = self.steps()
        (name,) = self.draw.choices(list(steps), [often for often, _ in steps.values()])
        self.told.append(f"-- {name}")
        steps[name][1]()
        return name
