"""What the tasks say outwards: decisions on submissions, results, questions, warnings and reminders, by the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, Engine, text

from cunfang import intake
from cunfang.delivery import announce
from cunfang.delivery.waiver import announce_waiver
from cunfang.evaluation import Substitute, apply_late_rules, missing_feeds, replaceable_feeds
from cunfang.evaluation.due import evaluated_since, is_due, rulebook_in_force
from cunfang.evaluation.official import rulebook_of
from cunfang.evaluation.waiver import waived
from cunfang.feeds.contract import contract
from cunfang.finding import Finding
from cunfang.intake.explaining import explained_periods
from cunfang.period import Period
from cunfang.region import load_region
from cunfang.settings import settings
from cunfang.warehouse import calendar
from cunfang.warehouse.calendar import due_date, works_on
from cunfang.warehouse.publish import publish_alerts
from cunfang.warnings import watch

# No score needs it, but warnings do (S20).
WATCHED = "pboc_prudential"


@dataclass
class Decided:
    """What became of a batch of submissions; keys are (region, period)."""

    statuses: dict[str, str] = field(default_factory=dict)
    accepted: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    ready: list[tuple[str, str]] = field(default_factory=list)
    tables: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def fed(self, tables: Iterable[str]) -> list[tuple[str, str]]:
        """Where what was accepted lies in one of `tables`."""
        return list(dict.fromkeys(key for table in sorted(tables) for key in self.tables.get(table, ())))


def after_decision(engine: Engine, submission_ids: list[int]) -> Decided:
    """Decide on each submission; refusals are mailed to the provider, accepted ones may complete their period."""
    decided = Decided()
    waiting = list(submission_ids)
    touched: list[tuple[str, str]] = []
    while waiting:
        submission_id = waiting.pop(0)
        status = _decided_on_what_stands(engine, submission_id)
        with engine.begin() as connection:
            key = connection.execute(
                text("SELECT region, period, feed FROM raw.submission WHERE submission_id = :id"), {"id": submission_id}
            ).one()
            decided.statuses[str(submission_id)] = status
            if status == "accepted":
                decided.accepted.append((key.region, key.period))
                decided.tables.setdefault(contract(key.feed).table, []).append((key.region, key.period))
                announce.announce_receipt(connection, submission_id, load_region(key.region).recipients)
                touched += explained_periods(engine, submission_id)
                waiting += _checked_again(engine, submission_id)
            else:
                decided.refused.append((key.region, key.period))
                announce.announce_rejection(connection, submission_id, load_region(key.region).recipients)
    # An answer may let the evaluation of another quarter go on than the one it was delivered in.
    periods = dict.fromkeys((*decided.accepted, *touched))
    ready = [key for key in periods if is_ready(engine, *key)]
    decided.ready = list(dict.fromkeys([*ready, *_read_again(engine, decided.accepted)]))
    return decided


def with_orders(engine: Engine, keys: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of these (region, period) those of counties in which an order was issued: elsewhere nothing moves."""
    with engine.connect() as connection:
        issued = set(connection.scalars(text("SELECT region FROM ops.order_paper WHERE status = 'issued'")))
    return [key for key in keys if key[0] in issued]


def _decided_on_what_stands(engine: Engine, submission_id: int) -> str:
    """Decide; what is refused on a register that was renewed meanwhile is checked anew.

    The task that accepted the register looked for what had been refused by then, and did not find this one yet.
    """
    while (status := intake.decide(engine, submission_id)) == "rejected":
        if not intake.checked_on_older(engine, submission_id):
            break
        intake.check(engine, settings(), submission_id)
    return status


def _read_again(engine: Engine, accepted: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Later quarters whose evaluation read what stood before: growth, flows of the year, earlier balances."""
    first: dict[str, str] = {}
    for region, period in accepted:
        first[region] = min(period, first.get(region, period))
    found = []
    with engine.connect() as connection:
        for region, period in first.items():
            for later in evaluated_since(connection, region, Period.parse(period).next()):
                if is_due(connection, region, later):
                    found.append((region, str(later)))
    return found


def _checked_again(engine: Engine, register_id: int) -> list[int]:
    """Submissions that were refused for what a newly accepted register may know: checked anew, to be decided."""
    again = intake.to_check_again(engine, register_id)
    for submission_id in again:
        intake.check(engine, settings(), submission_id)
    return again


def is_ready(engine: Engine, region: str, period: str) -> bool:
    """Whether the region's rule book is in force in `period` and every feed that it needs has been accepted."""
    quarter = Period.parse(period)
    rulebook = rulebook_in_force(region, quarter)
    if rulebook is None:
        return False
    with engine.connect() as connection:
        return not missing_feeds(connection, region, quarter, rulebook)


def questions_of(engine: Engine, region: str, period: Period, findings: Sequence[Finding]) -> int:
    """Put what an evaluation stopped at to those who answer; the number of new messages."""
    with engine.begin() as connection:
        return announce.announce_questions(connection, region, str(period), findings, load_region(region).recipients)


def waiver_of(engine: Engine, region: str, period: Period) -> int:
    """Tell that the quarter is waived, where it is; the number of new messages (S14)."""
    with engine.begin() as connection:
        waiver = waived(connection, region, period)
        return announce_waiver(connection, waiver) if waiver else 0


def warnings_of(engine: Engine, region: str, period: Period) -> int:
    """Judge, lay into the mart and announce; the number of new warnings.

    Where the quarter after was reported already, it is judged again: two quarters running is red (S20).
    """
    rulebook = rulebook_of(region, period.end)
    if rulebook is None:
        return 0
    after = period.next()
    with engine.begin() as connection:
        raised = watch(connection, region, period, rulebook)
        publish_alerts(connection, region, str(period))
        if intake.standing(connection, region, WATCHED, after, first=after) is not None:
            raised += watch(connection, region, after, rulebook)
            publish_alerts(connection, region, str(after))
        announce.announce_warnings(connection, raised, load_region(region).recipients)
        return len(raised)


def late_rules(engine: Engine, day: date | None = None) -> list[tuple[str, str]]:
    """Apply the late rules that are due and mail what was applied; the periods that can be evaluated and are not yet.

    A period stays in the answer until a run has followed, so that what broke off, be it this morning or the task that
    accepted the last feed, is made good by the next morning: the quarter that ended last, and those of a year before it
    that were evaluated once. `day`: instead of today.
    """
    today = day or office_day(engine)
    period = Period.containing(today).previous()
    ready = []
    for region in on_duty(engine, today):
        with engine.begin() as connection:
            rule_on(connection, region, period, today)
            looked_at = {*evaluated_since(connection, region, Period(period.year - 1, period.quarter)), period}
            due = [then for then in sorted(looked_at) if then <= period and is_due(connection, region, then)]
        ready += [(region, str(then)) for then in due]
    return ready


def rule_on(connection: Connection, region: str, period: Period, today: date) -> list[Substitute]:
    """Apply the late rules of `region` and `period` that are due, each with a letter; those newly applied."""
    rulebook = rulebook_of(region, period.end)
    if rulebook is None:
        return []
    overdue = replaceable_feeds(connection, region, period, rulebook)
    applied = apply_late_rules(connection, region, period, rulebook, overdue, today)
    for substitute in applied:
        announce.announce_late_rule(connection, region, str(period), substitute, today)
    return applied


def late_feeds(engine: Engine, day: date | None = None) -> list[tuple[str, str, str]]:
    """Remind of each feed of the quarter just ended that is past its due day, in counties that deliver."""
    today = day or office_day(engine)
    period = Period.containing(today).previous()
    regions = on_duty(engine, today)
    with engine.begin() as connection:
        return [(region, str(period), feed) for region in regions for feed in chase(connection, region, period, today)]


def office_day(engine: Engine) -> date:
    """The day as the office lives it."""
    with engine.connect() as connection:
        return calendar.today(connection)


def on_duty(engine: Engine, today: date) -> list[str]:
    """Counties that have delivered before, on a working day; one of sample data delivers no more, and is left alone."""
    with engine.connect() as connection:
        if not works_on(connection, today):
            return []
        delivered = connection.scalars(text("SELECT DISTINCT region FROM raw.submission ORDER BY region"))
        return [code for code in delivered if not load_region(code).sample]


def chase(connection: Connection, region: str, period: Period, today: date) -> list[str]:
    """Put a reminder into the outbox for each feed of `region` and `period` that is past its due day; those feeds."""
    rulebook = rulebook_of(region, period.end)
    missing = missing_feeds(connection, region, period, rulebook) if rulebook else []
    if rulebook and intake.standing(connection, region, WATCHED, period, first=period) is None:
        missing.append(WATCHED)
    chased = []
    for feed in missing:
        agreed = contract(feed)
        due = due_date(connection, period.end, agreed.due)
        if today <= due:
            continue
        # Nothing stands in for figures that are only watched.
        deadline = due_date(connection, period.end, agreed.deadline) if feed != WATCHED else None
        if announce.remind_late(connection, region, str(period), feed, due=due, today=today, deadline=deadline):
            chased.append(feed)
    return chased
