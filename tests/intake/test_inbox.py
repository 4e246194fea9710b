"""What counts as a delivery: the shape of the path, names, links, and files still on their way."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cunfang import intake
from cunfang.intake import landing
from cunfang.intake.inbox import new_deliveries
from intake.county import FILES, Q4, REGION, County


def names(county: County, feed: str = "pboc_credit") -> list[str]:
    return [path.name for path in intake.pending(county.db, county.settings.inbox, feed)]


@pytest.mark.parametrize("name", [".hidden.csv", "~$打开着.xlsx", "上传中.csv.part", "a.TMP", "b.crdownload"])
def test_hidden_and_temporary_files_are_not_deliveries(county: County, name: str) -> None:
    county.deliver("pboc_credit", name=name)
    assert names(county) == []


@pytest.mark.parametrize(
    "folder",
    [
        "pboc_credit",
        f"{REGION}/pboc_credit",
        f"{REGION}/2025-Q5/pboc_credit",
        f"{REGION}/2025/pboc_credit",
        "12345/2025-Q4/pboc_credit",
        f"{REGION}/2025-Q4/.hidden/pboc_credit",
        f"{REGION}/2025-Q4/pboc_credit/ICBC/deeper",
    ],
)
def test_only_region_period_feed_is_the_way_in(county: County, folder: str) -> None:
    path = county.settings.inbox / folder / "x.csv"
    path.parent.mkdir(parents=True)
    path.write_text(FILES["pboc_credit"], encoding="utf-8")
    os.utime(path, (1, 1))
    assert names(county) == []


def test_links_are_not_followed(county: County, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "x.csv").write_text("secret", encoding="utf-8")
    good = county.deliver("pboc_credit")
    (good.parent / "link.csv").symlink_to(secret / "x.csv")
    (good.parent / "ICBC").symlink_to(secret)
    (good.parent.parent / "balances").symlink_to(secret)
    assert names(county) == ["pboc_credit.csv"]
    assert names(county, "balances") == []


def test_a_file_that_was_just_touched_may_still_be_on_its_way(county: County) -> None:
    path = county.deliver("pboc_credit")
    now = time.time()
    os.utime(path, (now, now))
    assert names(county) == []
    assert intake.pending(county.db, county.settings.inbox, "pboc_credit", settle=0) == [path]
    os.utime(path, (now - 3, now - 3))
    assert names(county) == ["pboc_credit.csv"]


def test_a_file_of_a_reporting_bank_carries_the_bank(county: County) -> None:
    county.deliver("pboc_credit", name="ICBC/x.csv")
    assert len(county.land("pboc_credit")) == 1
    assert county.rows("SELECT reporter, sequence FROM raw.submission") == [("ICBC", 1)]


def test_an_inbox_that_is_not_there_holds_nothing(county: County) -> None:
    assert names(county) == []


def test_a_file_whose_bytes_cannot_be_had_is_named_once_and_registers_nothing(county: County, tmp_path: Path) -> None:
    path = county.deliver("pboc_credit")
    seen = new_deliveries(county.db, county.settings.inbox, "pboc_credit")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    for _ in range(2):
        landing.register(county.db, county.settings, seen)
    assert county.rows("SELECT check_id, file_name FROM ops.finding") == [("INB-S001", "pboc_credit.csv")]
    assert county.rows("SELECT count(*) FROM raw.submission") == [(0,)]


def test_names_that_are_not_unicode_and_texts_that_no_database_takes_are_kept_cleaned(county: County) -> None:
    county.deliver("institutions", FILES["institutions"].replace("工行,", "工\x00行,"))
    raw = os.fsencode(county.settings.inbox / REGION / str(Q4) / "institutions") + b"/\xff\xfe.csv"
    Path(os.fsdecode(raw)).write_text(FILES["institutions"], encoding="utf-8")
    os.utime(raw, (2_000_000_000 - 1_000_000_000, 1_000_000_000))
    assert len(county.land("institutions")) == 2
    for number in county.land("institutions"):
        intake.read(county.db, county.settings, number)
    assert county.rows("SELECT count(*) FROM raw.record") == [(4,)]
