"""Letters about decisions that end: thirty days before, and when they have ended (S15)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from cunfang.delivery.letter import AMBER, Letter, level_of, post
from cunfang.region import Topic, load_region
from cunfang.warehouse.sql import rows

TOPICS = (Topic.ORDERS, Topic.QUESTION)


def expired_decisions(connection: Connection, region: str, today: date) -> int:
    """Tell those who hear of orders or questions of each override that ends within 30 days, and again once it has.

    Once per decision and either time; one that another decision carries on is not told of. The number of new messages.
    """
    place = load_region(region)
    hearing = [one for one in place.recipients if any(one.hears(topic) for topic in TOPICS)]
    sent = 0
    for row in rows(connection, "ops/ending_decisions.sql", {"region": region, "today": today}):
        letter = _letter(region, row, today)
        for recipient in hearing:
            sent += post(connection, place, letter, recipient.address, level_of(place, recipient))
    return sent


def _letter(region: str, row: dict[str, Any], today: date) -> Letter:
    ended = row["valid_to"] < today
    days = (row["valid_to"] - today).days
    about = "|".join(str(row[name] or "") for name in ("decision", "kind", "institution", "account", "valid_to"))
    thread = f"decision|{region}|{about}|"
    when = f"已于 {row['valid_to']} 失效" if ended else f"将于 {row['valid_to']} 失效（还有 {days} 天）"
    subject = f"【决定{'失效' if ended else '到期'}】{row['decision']} {row['kind_name']}{when}"
    return Letter(
        kind="decision_end",
        key=f"{thread}{'ended' if ended else 'soon'}",
        subject=subject,
        title=subject,
        template="decision_end",
        values={"row": row, "ended": ended, "when": when},
        colour=AMBER,
        thread=thread,
    )
