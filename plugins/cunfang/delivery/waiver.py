"""The letter about a waived quarter (暂停考核): by which decision, what stays in force, what was withdrawn (S14)."""

from __future__ import annotations

from sqlalchemy import Connection

from cunfang.delivery.letter import Letter, level_of, post, told
from cunfang.documents import words
from cunfang.evaluation.waiver import Waiver
from cunfang.orders.waiver import withdrawn
from cunfang.region import Topic, load_region


def announce_waiver(connection: Connection, waiver: Waiver) -> int:
    """Tell those who hear of results that there is none, once per decision; the number of new messages."""
    region = load_region(waiver.region)
    quarter = words.quarter(waiver.period)
    letter = Letter(
        kind="waiver",
        key=f"waiver|{waiver.region}|{waiver.period}|{waiver.decision}",
        subject=f"【暂停考核】{quarter} {region.name} 政府性资金存放",
        title=f"{region.name} {quarter}暂停考核",
        template="waiver",
        values={"waiver": waiver, "quarter": quarter, "withdrawn": withdrawn(connection, waiver)},
    )
    return sum(
        post(connection, region, letter, recipient.address, level_of(region, recipient))
        for recipient in told(region.recipients, Topic.RESULT)
    )
