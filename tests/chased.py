"""Counties that are reminded, beside the sample that is not: their files, what stands for them, what they were sent."""

from __future__ import annotations

import hashlib
from itertools import count

from sqlalchemy import Connection, text

SAMPLE, COUNTY, MERGED = "420922", "999999", "999998"
NEEDED = ("institutions", "accounts", "balances", "pboc_credit", "indicators", "pboc_prudential")
CREDIT_DESK = "statistics@pboc.gov.example"
_NUMBERS = count(1)

PAGE = """
code: "{code}"
name: 测试县
rulebook: hefei-2012
internal_domains: [gov.example]
tax_arrangement:
  - {{since: 1994-09-01, feeds: [tax_national, tax_local]}}
{merger}
providers:
  - {{feed: pboc_credit, office: 人民银行县支行, address: statistics@pboc.gov.example}}
recipients:
  - {{role: 县金融办, address: office@gov.example, level: full, topics: [late, rejection, question]}}
  - {{role: 县财政局, address: treasury@gov.example, level: full, topics: [result]}}
"""


def accepted(connection: Connection, region: str, *feeds: str, period: str = "2025-Q4") -> None:
    """Submissions of `feeds` for a quarter that stand; of these tests only their being there matters."""
    for feed in feeds:
        number = next(_NUMBERS)
        submission = connection.execute(
            text("""
                INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
                VALUES (:region, :period, :feed, 1, '示例', :sha256, '示例.csv', 1)
                RETURNING submission_id
            """),
            {
                "region": region,
                "period": period,
                "feed": feed,
                "sha256": hashlib.sha256(f"{number}".encode()).hexdigest(),
            },
        ).scalar_one()
        event = "INSERT INTO raw.submission_event (submission_id, status) VALUES (:id, 'accepted')"
        connection.execute(text(event), {"id": submission})


def mails(connection: Connection, kind: str) -> list[tuple[str, str]]:
    """Recipient and subject of the messages that wait, in order."""
    rows = connection.execute(
        text("SELECT recipient, subject FROM ops.outbox WHERE kind = :kind ORDER BY message_id"), {"kind": kind}
    )
    return [(row.recipient, row.subject) for row in rows]
