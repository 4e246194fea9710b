"""Who is written to about a waived quarter, once, and in how much detail (S14)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, create_engine

from cunfang.delivery.letter import level_of, told
from cunfang.delivery.waiver import announce_waiver
from cunfang.evaluation.waiver import Waiver
from cunfang.period import Period
from cunfang.region import Level, Topic, load_region
from delivery.received import outbox
from documents.sample_run import REGION

WAIVER = Waiver(REGION, Period(2026, 2), "县政〔2026〕2号", "<换届>", date(2026, 6, 25), 1, 1, 7, "2026-Q1")


@pytest.fixture
def connection(warehouse: str) -> Iterator[Connection]:
    with create_engine(warehouse).connect() as opened:
        yield opened


def test_those_who_hear_of_results_are_told_once_that_there_is_none(connection: Connection) -> None:
    region = load_region(REGION)
    hearing = told(region.recipients, Topic.RESULT)
    assert announce_waiver(connection, WAIVER) == len(hearing) > 0
    assert announce_waiver(connection, WAIVER) == 0

    mails = outbox(connection)
    assert mails.keys() == {recipient.address for recipient in hearing}
    for recipient in hearing:
        mail, brief = mails[recipient.address], level_of(region, recipient) is Level.NOTICE
        assert mail.subject == "【暂停考核】2026年二季度 大悟县 政府性资金存放"
        assert "按决定 县政〔2026〕2号（2026-06-25）暂停考核" in mail.text
        assert ("沿用 2026-Q1 公布的分配（批次 7）" in mail.text) is not brief
        assert ("理由：&lt;换届&gt;" in mail.html) is not brief
        assert "撤回" not in mail.text
