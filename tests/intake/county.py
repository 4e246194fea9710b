"""A small county on a real warehouse: files are dropped into its inbox and walk the real steps."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from cunfang import intake
from cunfang.period import Period
from cunfang.settings import Settings

REGION, Q3, Q4 = "999999", Period.parse("2025-Q3"), Period.parse("2025-Q4")
CREDIT_COLUMNS = (
    "institution,as_of,deposits,loans,loans_enterprise,loans_consumer,loans_agri,loans_sme,loans_micro,loans_farmer,"
    "loans_green,loans_medium_long,npl"
)
FILES = {
    "institutions": "institution,name,short_name,aliases,type,legal_person,opened_on,closed_on,successor,sort_no\n"
    "ICBC,中国工商银行,工行,,国有大行,branch,1985-01-01,,,1\nABC,中国农业银行,农行,,国有大行,branch,1980-01-01,,,2\n",
    "accounts": "account,institution,owner,fund_category,adjustable,basis,opened_on,closed_on\n"
    "900100,工行,教育局,special,,,2018-01-01,\n900200,农行,社保中心,fiscal_social,,,2018-01-01,\n",
    "pboc_credit": f"{CREDIT_COLUMNS}\n"
    "工行,2025-12-31,1000000000.00,500000000.00,1,1,1,1,1,1,1,1,1\n"
    "农行,2025-12-31,2000000000.00,700000000.00,,,,,,,,,\n",
    "balances": "account,as_of,balance,matures_on\n900100,2025-12-31,1000000.01,\n900200,2025-12-31,2000000.02,\n",
}


@dataclass
class County:
    """The inbox, the archive and the warehouse of one test."""

    db: Engine
    settings: Settings
    clock: int = 1_700_000_000

    def deliver(self, feed: str, content: str | bytes | None = None, name: str = "", period: Period = Q4) -> Path:
        """Put a file into the inbox; without `content` the good one. Each is younger than the one before."""
        data = FILES[feed] if content is None else content
        path = self.settings.inbox / REGION / str(period) / feed / (name or f"{feed}.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        self.clock += 10
        os.utime(path, (self.clock, self.clock))
        return path

    def land(self, feed: str) -> list[int]:
        return intake.land(self.db, self.settings, feed)

    def walk(self, feed: str) -> dict[int, str]:
        """Land, read, check and decide all that waits; what became of each."""
        return {number: self.step(number) for number in self.land(feed)}

    def step(self, number: int) -> str:
        intake.read(self.db, self.settings, number)
        intake.check(self.db, self.settings, number)
        return intake.decide(self.db, number)

    def rows(self, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
        with self.db.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), parameters)]

    def standing(self, feed: str) -> int | None:
        """The submission of `feed` that stands for the fourth quarter."""
        found = self.rows("SELECT submission_id FROM raw.standing_submission WHERE feed = :feed", feed=feed)
        return found[0][0] if found else None

    def counts(self) -> Mapping[str, int]:
        """Rows of every table that the way in writes."""
        tables = [
            *("raw.submission", "raw.arrival", "raw.submission_event", "raw.record", "ops.finding", "ops.check_result"),
            *("ops.quarantine", "core.institution", "core.account", "core.credit", "core.balance"),
        ]
        return {table: self.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables}
