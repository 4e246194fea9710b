"""What `watch` is asked for: whenever a bank may be warned of, and whenever there is money to take back (S20, S21)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cunfang import intake
from cunfang.airflow.announce import after_decision, warnings_of
from cunfang.airflow.assets import FED, SUPERVISED
from cunfang.airflow.clock import set_today
from cunfang.airflow.follow import propose_recalls
from cunfang.orders.paper import paper_of
from cunfang.period import Period
from cunfang.settings import INCLUDE, Settings

REGION, PERIOD = "420922", "2025-Q4"
DEALT_OUT = INCLUDE / "sample" / "inbox" / REGION / PERIOD


@pytest.fixture
def place(tmp_path: Path, warehouse: str, engine: Engine) -> Iterator[Settings]:
    """The sample county in January 2026, before anything was delivered but its register of banks."""
    place = Settings(warehouse, tmp_path / "inbox", tmp_path / "var", "", "金融办 <office@gov.example>")
    set_today(engine, date(2026, 1, 15))
    assert watched(engine, place, "institutions") == []
    yield place


def watched(engine: Engine, place: Settings, feed: str) -> list[str]:
    """Deliver and accept a feed; the recalls that were proposed where `watch` runs for it."""
    shutil.copytree(DEALT_OUT / feed, place.inbox / REGION / PERIOD / feed)
    landed = intake.land(engine, place, feed)
    for number in landed:
        intake.read(engine, place, number)
        intake.check(engine, place, number)
    proposed = []
    for region, period in after_decision(engine, landed).fed(FED[SUPERVISED]):
        warnings_of(engine, region, Period.parse(period))
        proposed += propose_recalls(engine, region)
    return proposed


@pytest.mark.parametrize("place_of_warning", range(3))
def test_in_whatever_order_the_feeds_come_a_red_warning_proposes_its_recall_once(
    engine: Engine, place: Settings, place_of_warning: int
) -> None:
    order = ["accounts", "balances"]
    order.insert(place_of_warning, "pboc_prudential")
    proposed = [key for feed in order for key in watched(engine, place, feed)]
    with engine.connect() as connection:
        banks = [paper_of(connection, key.rsplit("|", 1)[1]).institution for key in proposed]
    assert banks == ["ABC"]
