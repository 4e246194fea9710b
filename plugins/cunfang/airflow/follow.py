"""What follows an issue, day by day: transfers moved along and chased, signatures reminded of, recalls proposed.

Each is one transaction per region and safe to repeat; who is told again is told once a day.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Engine, text

from cunfang.airflow.announce import office_day, on_duty, warnings_of
from cunfang.airflow.partition import order_key
from cunfang.delivery import following
from cunfang.delivery.orders import announce_due
from cunfang.delivery.recall import announce_proposal, ban_notices
from cunfang.delivery.registers import expired_decisions
from cunfang.evaluation.official import rulebook_of
from cunfang.orders import recall
from cunfang.orders.correction import take_up
from cunfang.orders.load import load_order
from cunfang.orders.objection import window
from cunfang.orders.paper import paper_of
from cunfang.orders.request import Alive, Waiting, lost, waiting
from cunfang.orders.track import Tracked, track
from cunfang.period import Period
from cunfang.region import load_region
from cunfang.warehouse.calendar import due_date


def track_region(engine: Engine, region: str) -> Tracked:
    """Move the region's transfers along; what came back and what does not agree goes to the office (S13)."""
    with engine.begin() as connection:
        tracked = track(connection, region)
        following.announce_returned_legs(connection, region, tracked.returned)
        following.announce_items(connection, region, tracked.items)
        return tracked


def catch_up(engine: Engine, region: str, period: Period) -> None:
    """Bring what an evaluation reads beside the feeds to where they are: transfers made, figures judged.

    One file can wake `track`, `watch` and `evaluate` at once. Whichever comes first, the transfers that it reports are
    made and a figure that it makes red is red before the quarter is evaluated (S08, S11).
    """
    track_region(engine, region)
    warnings_of(engine, region, period)


def propose_recalls(engine: Engine, region: str) -> list[str]:
    """Lay out the recalls that warnings and disqualifications ask for, to be signed or refused by persons (S21)."""
    with engine.begin() as connection:
        proposed = recall.propose(connection, region)
        for order_no in proposed:
            announce_proposal(connection, order_no)
        return [_key(connection, order_no) for order_no in proposed]


def lost_papers(engine: Engine, alive: Alive) -> tuple[list[str], list[str]]:
    """Partition keys of papers that nobody asks about: those whose signature is due, and those to be issued.

    Among the latter those that were issued and of which nobody was told: what follows an issue is repeated with it.
    """
    with engine.connect() as connection:
        found = lost(connection, alive)
        untold = [order_key(*row) for row in connection.execute(_UNTOLD).tuples()]
    keys = {paper.order_no: order_key(paper.region, paper.period, paper.order_no) for paper in found}
    unsigned = [keys[paper.order_no] for paper in found if paper.step is not None]
    return unsigned, [*(keys[paper.order_no] for paper in found if paper.step is None), *untold]


# The letters of an issue are written together: one is enough to know. The proposal of a recall, of another kind, is
# none of them. Who has nobody to tell is not asked for ever.
_UNTOLD = text("""
    SELECT p.region, p.period, p.order_no
    FROM ops.order_paper AS p
    WHERE
        p.status = 'issued' AND p.status_at > ops.moment() - interval '14 days'
        AND NOT EXISTS (
            SELECT FROM ops.outbox AS b
            WHERE
                starts_with(b.dedup_key, 'orders|' || p.order_no || '|')
                OR b.kind = 'recall' AND starts_with(b.dedup_key, 'recall|' || p.order_no || '|')
                OR starts_with(b.dedup_key, 'result|' || p.run_id || '|')
                OR starts_with(b.dedup_key, 'correction|' || p.run_id || '|') AND b.dedup_key LIKE '%|issued|%'
        )
    ORDER BY p.order_id
""")


def lay_out_due(engine: Engine, day: date | None = None) -> None:
    """Lay out what is due to be signed and was passed over or lost with its run: warnings, recalls, true-ups.

    Nothing has to come in for a recall to become due: an earlier one of the bank was done or refused, a deposit has
    matured, a ban begins. `day`: instead of today.
    """
    today = day or office_day(engine)
    for region in on_duty(engine, today):
        if rulebook_of(region, today) is None:
            continue
        warnings_of(engine, region, Period.containing(today).previous())
        propose_recalls(engine, region)
        with engine.begin() as connection:
            take_up(connection, region)


def follow_orders(engine: Engine, day: date | None = None) -> list[str]:
    """On a working day: overdue transfers, silent banks, late signatures, bans and decisions that end.

    Of the counties that deliver, so not of one of sample data.

    `day`: instead of today. Gives the regions that were looked at.
    """
    today = day or office_day(engine)
    regions = on_duty(engine, today)
    for region in regions:
        track_region(engine, region)
        with engine.begin() as connection:
            following.chase_overdue(connection, region, today)
            following.chase_unacknowledged(connection, region, today)
            remind_signers(connection, region, today)
            if rulebook_of(region, today) is not None:
                ban_notices(connection, region, today)
            expired_decisions(connection, region, today)
    return regions


def remind_signers(connection: Connection, region: str, today: date) -> int:
    """Remind those whose signature is due for longer than the region's `sign_workdays`; once a day (S26)."""
    patience = load_region(region).sign_workdays
    sent = 0
    for paper in waiting(connection):
        if paper.region != region or paper.step is None or paper.sent_back:
            continue
        since = _since(connection, paper)
        if today > due_date(connection, since, patience):
            head = load_order(connection, paper.order_no).head
            sent += announce_due(connection, head, paper.step, since, today)
    return sent


def _since(connection: Connection, paper: Waiting) -> date:
    """From when on the signature may be given: not before the time to object is over."""
    if paper.step is None or paper.step.brings != "signed":
        return paper.since
    return max(paper.since, window(connection, paper.order_no).until)


def _key(connection: Connection, order_no: str) -> str:
    paper = paper_of(connection, order_no)
    return order_key(str(paper.region), str(paper.period), order_no)
