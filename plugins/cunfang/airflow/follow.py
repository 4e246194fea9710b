"""What follows an issue, day by day: transfers moved along and chased, signatures reminded of, recalls proposed.

Each is one transaction per region and safe to repeat; who is told again is told once a day.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Engine

from cunfang.airflow.announce import office_day, on_duty
from cunfang.airflow.partition import order_key
from cunfang.delivery import following
from cunfang.delivery.orders import announce_due
from cunfang.delivery.recall import announce_proposal, ban_notices
from cunfang.delivery.registers import expired_decisions
from cunfang.orders import recall
from cunfang.orders.load import load_order
from cunfang.orders.objection import window
from cunfang.orders.paper import paper_of
from cunfang.orders.request import Alive, Waiting, lost, waiting
from cunfang.orders.track import Tracked, track
from cunfang.region import load_region
from cunfang.warehouse.calendar import due_date


def track_region(engine: Engine, region: str) -> Tracked:
    """Move the region's transfers along; what came back and what does not agree goes to the office (S13)."""
    with engine.begin() as connection:
        tracked = track(connection, region)
        following.announce_returned_legs(connection, region, tracked.returned)
        following.announce_items(connection, region, tracked.items)
        return tracked


def propose_recalls(engine: Engine, region: str) -> list[str]:
    """Lay out the recalls that warnings and disqualifications ask for, to be signed or refused by persons (S21)."""
    with engine.begin() as connection:
        proposed = recall.propose(connection, region)
        for order_no in proposed:
            announce_proposal(connection, order_no)
        return [_key(connection, order_no) for order_no in proposed]


def lost_papers(engine: Engine, alive: Alive) -> tuple[list[str], list[str]]:
    """Partition keys of papers that nobody asks about: those whose signature is due, and those to be issued."""
    with engine.connect() as connection:
        found = lost(connection, alive)
    keys = {paper.order_no: order_key(paper.region, paper.period, paper.order_no) for paper in found}
    unsigned = [keys[paper.order_no] for paper in found if paper.step is not None]
    return unsigned, [keys[paper.order_no] for paper in found if paper.step is None]


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
