"""`cunfang answer`: a reason for a finding, as a canonical file in the inbox like any other delivery."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cunfang.feeds.contract import contract, contracts, feed_named
from cunfang.intake.explaining import EXPLANATIONS
from cunfang.period import Period

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
_OWN = ("EVA-", "REC-")
"""Checks of the evaluation itself, across the feeds."""
_EXPLAINABLE = re.compile(r"[A-Z]{3,4}-[QM]\d{3}")


class AnswerError(Exception):
    """The answer cannot count; the message says what to write instead."""


@dataclass(frozen=True)
class Answer:
    """A reason as it is given on the command line. `feed` is empty for a finding of the evaluation itself."""

    region: str
    period: Period
    check: str
    reason: str
    by: str
    feed: str = ""
    institution: str = ""
    cell: str = ""
    until: Period | None = None
    attachment: str = ""


def write_answer(inbox: Path, answer: Answer) -> Path:
    """Put the answer into the inbox, whole or not at all; the file. The same answer again is the same file."""
    content = _canonical(answer)
    folder = inbox / answer.region / str(answer.period) / EXPLANATIONS
    folder.mkdir(parents=True, exist_ok=True)
    mark = hashlib.sha256(content).hexdigest()[:8]
    path = folder / ("-".join(part for part in ("说明", answer.check, answer.feed, mark) if part) + ".csv")
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)
    return path


def _canonical(answer: Answer) -> bytes:
    """The answer as the contract's canonical CSV; an AnswerError where it would be refused."""
    feed = feed_named(answer.feed) if answer.feed else ""
    if feed is None:
        raise AnswerError(f"没有报送 {answer.feed!r}；现有：{'、'.join(contracts())}")
    if not _EXPLAINABLE.fullmatch(answer.check):
        raise AnswerError(
            f"{answer.check!r} 不能以说明答复：只有质量（Q）、宏观（M）发现可以，如 TXL-Q010；其余须更正后重报"
        )
    if not feed and not answer.check.startswith(_OWN):
        raise AnswerError(f"{answer.check} 是报送的校验，请用 --feed 写明是哪项报送")
    if answer.until and answer.until < answer.period:
        raise AnswerError(f"--until {answer.until} 早于考核期 {answer.period}")
    values = {
        "check_id": answer.check,
        "feed": feed,
        "institution": answer.institution,
        "cell": answer.cell,
        "period": str(answer.period),
        "reason": _said(answer.reason, "--reason 理由"),
        "explained_by": _said(answer.by, "--by 说明人的岗位"),
        "explained_on": str(datetime.now(OFFICE_TIME).date()),
        "valid_until": str(answer.until or ""),
        "attachment": answer.attachment,
    }
    columns = [column.name for column in contract(EXPLANATIONS).columns]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow(values)
    return text.getvalue().encode()


def _said(text: str, what: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise AnswerError(f"{what} 不能为空")
    return said
