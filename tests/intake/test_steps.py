"""The steps one by one: repeated, interrupted, raced by a second worker; a correction, a twin, a nil return."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cunfang import intake
from cunfang.intake import checking, deciding, landing, reading
from intake.county import CREDIT_COLUMNS, FILES, Q3, REGION, County

SMALLER = FILES["pboc_credit"].replace("2000000000.00", "1900000000.00")
TOO_MANY = FILES["pboc_credit"].replace("500000000.00,1,1", "500000000.00,600000000.00,1")


def test_a_good_file_goes_in_to_the_fen_with_a_receipt(registered: County) -> None:
    registered.deliver("pboc_credit")
    [number] = registered.land("pboc_credit")
    assert registered.step(number) == "accepted"
    rows = registered.rows("SELECT record_no, institution, as_of, deposits, npl, region FROM core.credit ORDER BY 1")
    assert rows == [
        (1, "ICBC", date(2025, 12, 31), Decimal("1000000000.00"), Decimal("1.00"), REGION),
        (2, "ABC", date(2025, 12, 31), Decimal("2000000000.00"), None, REGION),
    ]
    sha = hashlib.sha256(FILES["pboc_credit"].encode()).hexdigest()
    with registered.db.connect() as connection:
        submission = intake.load(connection, number)
    assert submission.sha256 == sha
    assert intake.receipt(submission) == f"{REGION}-2025-Q4-pboc_credit-01-{sha[:8]}"
    assert intake.receipt(submission) in submission.detail
    assert landing.archived(registered.settings.archive, sha).read_bytes() == FILES["pboc_credit"].encode()
    assert (registered.settings.var / "data-docs" / f"{number}.html").is_file()
    assert registered.rows("SELECT region FROM core.region") == [(REGION,)]


def test_every_step_may_be_repeated_and_adds_nothing(registered: County) -> None:
    registered.deliver("pboc_credit")
    registered.walk("pboc_credit")
    before = registered.counts()
    number = registered.standing("pboc_credit")
    assert number is not None
    assert registered.land("pboc_credit") == []
    for _ in range(2):
        assert registered.step(number) == "accepted"
    assert registered.counts() == before
    assert intake.pending(registered.db, registered.settings.inbox, "pboc_credit") == []


def test_the_same_bytes_under_another_name_are_the_same_submission(registered: County) -> None:
    registered.deliver("pboc_credit")
    registered.walk("pboc_credit")
    registered.deliver("pboc_credit", name="又一份.csv")
    assert registered.walk("pboc_credit") == {}
    assert registered.rows("SELECT count(*) FROM raw.submission WHERE feed = 'pboc_credit'") == [(1,)]
    assert registered.rows("SELECT count(*) FROM raw.arrival WHERE path LIKE '%pboc_credit%'") == [(2,)]


def test_a_correction_supersedes_once_accepted_and_only_then(registered: County) -> None:
    registered.deliver("pboc_credit")
    [first] = registered.walk("pboc_credit")
    registered.deliver("pboc_credit", SMALLER, "更正.csv")
    [second] = registered.land("pboc_credit")
    intake.read(registered.db, registered.settings, second)
    intake.check(registered.db, registered.settings, second)
    assert registered.standing("pboc_credit") == first
    assert intake.decide(registered.db, second) == "accepted"
    assert registered.standing("pboc_credit") == second
    assert registered.rows("SELECT sequence FROM raw.submission WHERE submission_id = :id", id=second) == [(2,)]
    assert registered.rows("SELECT count(*) FROM core.credit") == [(4,)]


def test_a_refused_correction_leaves_the_accepted_version_standing_and_says_so(registered: County) -> None:
    registered.deliver("pboc_credit")
    [first] = registered.walk("pboc_credit")
    registered.deliver("pboc_credit", TOO_MANY)
    assert list(registered.walk("pboc_credit").values()) == ["rejected"]
    assert registered.standing("pboc_credit") == first
    assert registered.rows("SELECT DISTINCT submission_id FROM core.credit") == [(first,)]
    [(detail,)] = registered.rows("SELECT detail FROM raw.submission_state WHERE status = 'rejected'")
    assert detail.startswith("第 2 次报送未被接受：1 处必须更正（PBC-V010）")
    assert detail.endswith("第 1 次报送仍然有效。")
    assert registered.rows("SELECT record_no, check_id FROM ops.quarantine") == [(1, "PBC-V010")]


def test_versions_are_numbered_in_the_order_they_were_written(registered: County) -> None:
    late = registered.deliver("pboc_credit", SMALLER, "a.csv")
    early = registered.deliver("pboc_credit", name="b.csv")
    for path, moment in ((early, 1_600_000_000), (late, 1_600_000_001)):
        os.utime(path, (moment, moment))
    assert len(registered.land("pboc_credit")) == 2
    names = registered.rows("SELECT file_name FROM raw.submission WHERE feed = 'pboc_credit' ORDER BY sequence")
    assert names == [("b.csv",), ("a.csv",)]


def test_a_nil_return_is_accepted_where_the_contract_allows_one_and_nowhere_else(registered: County) -> None:
    registered.deliver("supervisory_events", "event,institution,kind,severity,found_on,decided_on,decision,note\n")
    assert list(registered.walk("supervisory_events").values()) == ["accepted"]
    registered.deliver("pboc_credit", f"{CREDIT_COLUMNS}\n")
    assert list(registered.walk("pboc_credit").values()) == ["rejected"]


@pytest.mark.parametrize("step", ["land", "read", "check", "decide"])
def test_a_crash_in_any_step_leaves_no_half_and_the_next_try_goes_on(
    registered: County, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    registered.deliver("pboc_credit")
    before = registered.counts()

    def crash(*args: object, **options: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        places = {
            "land": (landing, "event"),
            "read": (reading, "keep_findings"),
            "check": (checking, "copy_rows"),
            "decide": (deciding, "event"),
        }
        patch.setattr(*places[step], crash)
        with pytest.raises(OSError, match="power cut"):
            registered.walk("pboc_credit")
    during = registered.counts()
    if step == "land":
        assert during == before
    assert during["core.credit"] == 0
    assert list(registered.walk("pboc_credit").values()) == ["accepted"]
    after = registered.counts()
    assert after["raw.submission"] == before["raw.submission"] + 1
    assert after["raw.record"] == before["raw.record"] + 2
    assert after["core.credit"] == 2
    assert after["raw.submission_event"] == before["raw.submission_event"] + 4


def test_two_workers_at_once_do_everything_once(registered: County) -> None:
    registered.deliver("pboc_credit")
    db, settings = registered.db, registered.settings

    def twice(step: Callable[[], object]) -> list[object]:
        with ThreadPoolExecutor(2) as workers:
            return [done.result() for done in [workers.submit(step), workers.submit(step)]]

    first, second = twice(lambda: tuple(registered.land("pboc_credit")))
    assert first == second
    [number] = registered.land("pboc_credit")
    twice(lambda: intake.read(db, settings, number))
    intake.check(db, settings, number)
    assert twice(lambda: intake.decide(db, number)) == ["accepted", "accepted"]
    events = registered.rows("SELECT status FROM raw.submission_event WHERE submission_id = :n ORDER BY 1", n=number)
    assert [status for (status,) in events] == ["accepted", "checked", "read", "registered"]
    assert registered.rows("SELECT count(*) FROM core.credit") == [(2,)]


def test_steps_out_of_turn_are_refused(registered: County) -> None:
    registered.deliver("pboc_credit")
    [number] = registered.land("pboc_credit")
    with pytest.raises(intake.OutOfTurnError, match="尚未读取"):
        intake.check(registered.db, registered.settings, number)
    with pytest.raises(intake.OutOfTurnError, match="尚未校验"):
        intake.decide(registered.db, number)
    with pytest.raises(LookupError):
        intake.decide(registered.db, 10_000)


def test_a_rejected_file_passes_after_the_register_is_corrected(registered: County) -> None:
    rows = FILES["pboc_credit"] + "湖北银行,2025-12-31,100.00,50.00,,,,,,,,,\n"
    registered.deliver("pboc_credit", rows)
    [(number, status)] = registered.walk("pboc_credit").items()
    assert status == "rejected"
    registered.deliver("institutions", FILES["institutions"] + "HBB,湖北银行,湖行,,城商行,branch,2025-10-16,,,3\n")
    [register] = registered.walk("institutions")
    assert intake.to_check_again(registered.db, register) == [number]
    assert intake.waiting_for(registered.db, [number]) == []
    assert registered.step(number) == "accepted"
    assert registered.standing("pboc_credit") == number
    assert [entry.finding.check for entry in intake.reported(registered.db, submission_id=number)] == []
    kept = registered.rows("SELECT check_id FROM ops.finding WHERE submission_id = :n", n=number)
    assert kept == [("PBC-V003",)]


def test_rejected_bytes_that_come_in_again_are_taken_up_again(registered: County) -> None:
    registered.deliver("pboc_credit", TOO_MANY)
    [number] = registered.walk("pboc_credit")
    assert registered.land("pboc_credit") == []
    registered.deliver("pboc_credit", TOO_MANY, "再报一次.csv")
    assert registered.walk("pboc_credit") == {number: "rejected"}
    assert registered.rows("SELECT count(*) FROM raw.record WHERE submission_id = :n", n=number) == [(2,)]
    assert len(intake.reported(registered.db, submission_id=number)) == 1


def test_a_decision_is_taken_on_the_register_that_was_checked_with(registered: County) -> None:
    registered.deliver("pboc_credit")
    [number] = registered.land("pboc_credit")
    intake.read(registered.db, registered.settings, number)
    intake.check(registered.db, registered.settings, number)
    registered.deliver("institutions", FILES["institutions"].replace("工行,", "工商行,"))
    assert list(registered.walk("institutions").values()) == ["accepted"]
    assert intake.decide(registered.db, number) == "accepted"
    assert registered.rows("SELECT institution FROM core.credit WHERE record_no = 1") == [("ICBC",)]


def test_checks_wait_for_registers_and_for_a_newer_one_under_way(county: County) -> None:
    county.deliver("balances")
    [number] = county.land("balances")
    intake.read(county.db, county.settings, number)
    assert intake.waiting_for(county.db, [number]) == ["accounts", "institutions"]
    for feed in ("institutions", "accounts"):
        county.deliver(feed, period=Q3)
        county.walk(feed)
    assert intake.waiting_for(county.db, [number]) == []
    county.deliver("accounts", FILES["accounts"] + "900300,农行,水利局,unit,,,2025-11-01,\n")
    assert intake.waiting_for(county.db, [number], county.settings.inbox) == ["accounts"]
    [newer] = county.land("accounts")
    assert intake.waiting_for(county.db, [number]) == ["accounts"]
    assert county.step(newer) == "accepted"
    assert intake.waiting_for(county.db, [number]) == []


def test_the_database_keeps_no_path_of_a_provider_in_the_archive(registered: County) -> None:
    registered.deliver("pboc_credit", name="%2f..%2fetc; rm -rf ~ '\"\t.csv")
    assert list(registered.walk("pboc_credit").values()) == ["accepted"]
    names = [path.name for path in registered.settings.archive.rglob("*") if path.is_file()]
    assert all(len(name) == 64 and set(name) <= set("0123456789abcdef") for name in names)
    assert len(names) == 3


def test_an_archive_that_cannot_be_written_registers_nothing(registered: County) -> None:
    registered.deliver("pboc_credit")
    before = registered.counts()
    broken = Path("/proc/no-such-place")
    settings = type(registered.settings)(**{**vars(registered.settings), "var": broken})
    with pytest.raises(OSError, match="no-such-place"):
        intake.land(registered.db, settings, "pboc_credit")
    assert registered.counts() == before
