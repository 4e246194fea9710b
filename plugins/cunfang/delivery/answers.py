"""Answers to a provider: what must be corrected before a delivery is accepted, or explained although it was (S25).

Each carries the provider's own table with the faults marked in it, and a sheet to answer in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from cunfang.delivery.letter import AMBER, SHOWN_FINDINGS, Letter, level_of, post, told
from cunfang.delivery.mail import Attachment
from cunfang.documents import words
from cunfang.documents.filename import safe_stem
from cunfang.documents.returned import LIST, returned_copy
from cunfang.finding import Finding
from cunfang.intake import load, receipt
from cunfang.intake.grounds import standing_register
from cunfang.intake.landing import archived
from cunfang.intake.submissions import kept_finding
from cunfang.period import Period
from cunfang.quality.suite import suite
from cunfang.quality.suspension import NOTE
from cunfang.region import Level, Recipient, Region, Topic, load_region
from cunfang.settings import settings
from cunfang.warehouse import sql

NAME_LENGTH = 8
"""Characters of a feed's name in an attachment's: with 退回件 still less than the twelve that Outlook takes."""


def announce_rejection(connection: Connection, submission_id: int, recipients: Sequence[Recipient]) -> int:
    """Tell the provider, and those who follow up, what is wrong with a delivery, where, and what to do (S25)."""
    case = _Case(connection, submission_id)
    findings = [item for item in case.findings if item.blocking] or case.findings
    letter = Letter(
        kind="rejection",
        key=f"rejection|{submission_id}",
        subject=f"【退回更正】{case.quarter} {case.feed_name} {len(findings)} 处须更正",
        title=f"{case.region.name} {case.quarter}“{case.feed_name}”退回更正",
        template="rejection",
        values={**case.values(findings), "explainable": len(case.findings) - len(findings)},
        colour=AMBER,
    )
    return case.send(letter, "退回件", case.findings, recipients)


def announce_receipt(connection: Connection, submission_id: int, recipients: Sequence[Recipient]) -> int:
    """Tell the provider that a delivery is accepted and what in it waits for a reason; nothing waits, nothing is sent.

    The receipt number of a delivery without findings stands in its event and in what the commands print: a mail that
    asks for nothing would only teach people to leave mail unread.
    """
    case = _Case(connection, submission_id)
    waiting = {row["finding_id"] for row in sql.rows(connection, "documents/to_explain.sql", case.one)}
    findings = [item for number, item in case.numbered if number in waiting]
    if not findings:
        return 0
    letter = Letter(
        kind="receipt",
        key=f"receipt|{submission_id}",
        subject=f"【请说明】{case.quarter} {case.feed_name} 已接受，{len(findings)} 处须更正或说明",
        title=f"{case.region.name} {case.quarter}“{case.feed_name}”已接受，请说明",
        template="receipt",
        values={**case.values(findings), "receipt": receipt(load(connection, submission_id)), **case.place},
        colour=AMBER,
    )
    return case.send(letter, "待说明", findings, recipients)


class _Case:
    """One delivery with what its last reading and check found."""

    def __init__(self, connection: Connection, submission_id: int) -> None:
        self._connection = connection
        self.one = {"submission_id": submission_id}
        self._row: Mapping[str, Any] = sql.rows(connection, "documents/submission.sql", self.one)[0]
        rows = sql.rows(connection, "documents/last_findings.sql", self.one)
        # That a check is suspended asks for nothing.
        self.numbered = [(row["finding_id"], kept_finding(row)) for row in rows if row["check_id"] != NOTE]
        self.findings = [item for _, item in self.numbered]
        self._institutions = {row["record_no"]: row["institution"] for row in rows if row["record_no"] is not None}
        self.region: Region = load_region(self._row["region"])
        self.quarter = words.quarter(Period.parse(self._row["period"]))
        self.feed_name = words.feed_name(self._row["feed"])
        self._provider = self.region.provider(self._row["feed"])
        self._reporter = self._bank(submission_id) if self._row["reporter"] else ""

    def _bank(self, submission_id: int) -> str:
        """The institution in whose folder the file lay, by the register that the check used; "" where none is known."""
        register = standing_register(self._connection, load(self._connection, submission_id))
        return (register.resolve(self._row["reporter"]) if register else None) or ""

    @property
    def _of_another(self) -> frozenset[str]:
        """Checks that say a file may be another bank's: those that look at whose folder it lay in."""
        return frozenset(
            rule.meta.check for rule in suite(self._row["feed"]).expectations if "reporter" in rule.meta.needs
        )

    @property
    def place(self) -> dict[str, object]:
        """Where an answer is to be laid."""
        return {"folder": f"{self._row['region']}/{self._row['period']}/explanations/"}

    def values(self, findings: Sequence[Finding]) -> dict[str, object]:
        """What both letters say of the delivery and its findings."""
        return {
            "provider": self._reporter or (self._provider.office if self._provider else self._row["provider"]),
            "feed_name": self.feed_name,
            "sequence": self._row["sequence"],
            "file": self._row["file"],
            "registered": f"{self._row['registered_at']:%Y-%m-%d %H:%M}",
            "findings": findings[:SHOWN_FINDINGS],
            "more": max(len(findings) - SHOWN_FINDINGS, 0),
            "list_sheet": LIST,
        }

    def send(self, letter: Letter, word: str, findings: Sequence[Finding], recipients: Sequence[Recipient]) -> int:
        """To the provider with the marked copy, and to those who follow up as much as their level allows."""
        bare = replace(letter, values={**letter.values, "attached": ""})
        attached = self._with_copy(bare, word, findings)
        sent = 0
        if self._answered_to is not None:
            # The provider reads of its own file, so it is told everything; what holds another bank's rows it is not.
            own = bare if any(item.check in self._of_another for item in findings) else attached
            sent += post(self._connection, self.region, own, self._answered_to, Level.FULL)
        for recipient in told(recipients, Topic.REJECTION):
            level = level_of(self.region, recipient)
            told_all = attached if level is Level.FULL else bare
            sent += post(self._connection, self.region, told_all, recipient.address, level)
        return sent

    @property
    def _answered_to(self) -> str | None:
        """The mailbox of who delivered: the bank for its own return, else the office that the region names."""
        if self._reporter:
            return self.region.banks.address(self._reporter)
        return self._provider.address if self._provider else None

    def _with_copy(self, letter: Letter, word: str, findings: Sequence[Finding]) -> Letter:
        """The letter with the marked copy, if the delivered bytes are still in the archive."""
        kept = archived(settings().archive, self._row["sha256"])
        if not kept.is_file():
            return letter
        copy, _ = returned_copy(
            kept.read_bytes(),
            self._row["file"],
            findings,
            feed=self._row["feed"],
            institutions=self._institutions,
        )
        name = f"{safe_stem(self.feed_name)[:NAME_LENGTH]}{word}.xlsx"
        return replace(letter, values={**letter.values, "attached": name}, attachments=(Attachment(name, copy),))
