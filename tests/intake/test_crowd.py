"""Many files at once, files on their way, and names, links and devices that mean harm."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg2.errors import RaiseException
from sqlalchemy import event, text

from cunfang import intake
from cunfang.intake import landing
from cunfang.intake.inbox import deliveries, new_deliveries
from intake.county import FILES, Q4, REGION, County

FEED = "institutions"


def put(county: County, region: int, content: str = FILES[FEED], feed: str = FEED, name: str = "x.csv") -> Path:
    """A file of another county."""
    path = county.settings.inbox / f"{region:06d}" / str(Q4) / feed / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    county.clock += 1
    os.utime(path, (county.clock, county.clock))
    return path


@contextmanager
def statements(county: County) -> Iterator[list[str]]:
    """The statements that the warehouse is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(county.db, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(county.db, "before_cursor_execute", note)


def test_of_many_files_at_once_the_bad_ones_stay_out_and_all_others_land(county: County) -> None:
    bad = {
        "没有表头": "x",
        "缺列": "institution\nICBC\n",
        "空": "",
        "重复": FILES[FEED] + FILES[FEED].splitlines()[1] + "\n",
    }
    for region in range(510_000, 510_060):
        put(county, region)
    for region, content in enumerate(bad.values(), start=520_000):
        put(county, region, content)
    decided = list(county.walk(FEED).values())
    assert (decided.count("accepted"), decided.count("rejected")) == (60, len(bad))
    assert county.rows("SELECT count(DISTINCT region), count(*) FROM core.institution") == [(60, 120)]
    assert county.land(FEED) == []


def test_a_failure_in_the_middle_leaves_no_half_and_touches_no_other(county: County) -> None:
    for region in (510_001, 510_002, 510_003):
        put(county, region)
    with county.db.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION raw.fail() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN IF new.region = '510002' AND new.institution = 'ABC' THEN RAISE 'disk full'; END IF;"
                " RETURN new; END $$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER fail BEFORE INSERT ON core.institution FOR EACH ROW EXECUTE FUNCTION raw.fail()")
        )
    first, second, third = county.land(FEED)
    assert county.step(first) == "accepted"
    with pytest.raises(RaiseException, match="disk full"):
        county.step(second)
    assert county.step(third) == "accepted"
    regions = "SELECT DISTINCT region FROM core.institution ORDER BY region"
    assert county.rows(regions) == [("510001",), ("510003",)]
    assert county.rows("SELECT count(*) FROM core.region WHERE region = '510002'") == [(0,)]
    with county.db.begin() as connection:
        connection.execute(text("DROP TRIGGER fail ON core.institution"))
    assert county.walk(FEED) == {second: "accepted"}


def test_looking_for_new_files_is_one_question_however_many_lie_there(county: County) -> None:
    for region in range(510_000, 510_300):
        put(county, region)
    with county.db.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO raw.submission (region, period, feed, reporter, sequence, provider, sha256, file_name,"
                " file_size) VALUES ('510000', '2020-Q1', 'tax', '', 1, 'x', repeat('0', 64), 'x', 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO raw.arrival (path, file_size, modified_ns, submission_id)"
                " SELECT 'old/' || n, 1, 1, 1 FROM generate_series(1, 10000) AS n"
            )
        )
    with statements(county) as asked:
        assert len(intake.pending(county.db, county.settings.inbox, FEED)) == 300
    assert len(asked) == 1
    with statements(county) as asked:
        assert intake.pending(county.db, county.settings.inbox, "tax") == []
    assert asked == []


def test_waiting_for_registers_looks_into_the_inbox_once_for_all_submissions(county: County) -> None:
    for region in range(510_000, 510_012):
        put(county, region)
    county.walk(FEED)
    for region in range(510_000, 510_012):
        put(county, region, FILES["pboc_credit"], "pboc_credit")
    landed = county.land("pboc_credit")
    for number in landed:
        intake.read(county.db, county.settings, number)
    with statements(county) as asked:
        assert intake.waiting_for(county.db, landed, county.settings.inbox) == []
    assert sum("raw.arrival" in statement for statement in asked) == 1


def test_a_file_that_is_written_to_while_it_is_copied_waits_for_the_next_time(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = county.deliver(FEED)
    copy = landing.store

    def slow(source: Path, archive: Path) -> tuple[str, int]:
        """As many bytes in the end as in the beginning, but others."""
        done = copy(source, archive)
        source.write_text(FILES[FEED].replace("工行", "农行"), encoding="utf-8")
        return done

    monkeypatch.setattr(landing, "store", slow)
    assert county.land(FEED) == []
    monkeypatch.undo()
    os.utime(path, (county.clock, county.clock))
    assert len(county.land(FEED)) == 1


def test_a_file_that_grows_is_landed_when_it_has_come_to_rest(county: County) -> None:
    path = county.deliver(FEED, FILES[FEED][:40])
    seen = deliveries(county.settings.inbox, FEED)
    with path.open("a", encoding="utf-8") as file:
        file.write(FILES[FEED][40:])
    landing.register(county.db, county.settings, seen)
    assert county.rows("SELECT count(*) FROM raw.submission") == [(0,)]
    assert county.land(FEED) == []
    os.utime(path, (county.clock + 1, county.clock + 1))
    assert list(county.walk(FEED).values()) == ["accepted"]


def test_a_file_dated_in_the_future_is_at_rest_some_time_after_it_came(county: County) -> None:
    path = county.deliver(FEED)
    ahead = time.time() + 86_400
    os.utime(path, (ahead, ahead))
    assert deliveries(county.settings.inbox, FEED, settle=60) == []
    time.sleep(0.05)
    assert [one.path for one in deliveries(county.settings.inbox, FEED, settle=0.02)] == [path]


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' calc'!A1.csv",
        "-rf.csv",
        "两\n行.csv",
        "a" * 251 + ".csv",
        "a'; DROP TABLE raw.submission;--.csv",
        "%s.csv",
    ],
)
def test_odd_names_are_kept_as_they_are_and_mean_nothing(county: County, name: str) -> None:
    county.deliver(FEED, name=name)
    assert list(county.walk(FEED).values()) == ["accepted"]
    assert county.rows("SELECT file_name FROM raw.submission") == [(name,)]
    assert [path.name for path in county.settings.archive.rglob("*") if path.is_file()] == [
        county.rows("SELECT sha256 FROM raw.submission")[0][0]
    ]


def test_pipes_sockets_devices_and_folders_are_no_files(county: County) -> None:
    folder = county.deliver(FEED).parent
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    (folder / "device.csv").symlink_to("/dev/zero")
    (folder / "nowhere.csv").symlink_to(folder / "gone")
    there = Path.cwd()
    os.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listening:
        try:
            listening.bind("socket.csv")
        finally:
            os.chdir(there)
        assert [path.name for path in intake.pending(county.db, county.settings.inbox, FEED)] == [f"{FEED}.csv"]


@pytest.mark.parametrize("trick", ["pipe", "folder", "link"])
def test_what_takes_the_place_of_a_file_is_neither_waited_for_nor_followed(
    county: County, tmp_path: Path, trick: str
) -> None:
    path = county.deliver(FEED)
    seen = new_deliveries(county.db, county.settings.inbox, FEED)
    path.unlink()
    if trick == "pipe":
        os.mkfifo(path)
    elif trick == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "secret")
    landing.register(county.db, county.settings, seen)
    assert county.rows("SELECT check_id FROM ops.finding") == [("INB-S001",)]
    assert county.rows("SELECT count(*) FROM raw.submission") == [(0,)]


def test_paths_that_climb_out_lead_nowhere(county: County, tmp_path: Path) -> None:
    outside = tmp_path / "outside" / str(Q4) / FEED
    outside.mkdir(parents=True)
    (outside / "x.csv").write_text(FILES[FEED], encoding="utf-8")
    inbox = county.settings.inbox
    inbox.mkdir()
    (inbox / REGION).symlink_to(tmp_path / "outside")
    assert intake.pending(county.db, inbox, FEED) == []
    assert intake.pending(county.db, inbox, f"../outside/{FEED}") == []


def test_a_file_in_the_folder_of_another_feed_is_refused_and_nothing_of_it_is_taken(registered: County) -> None:
    registered.deliver("balances", FILES["pboc_credit"], name="存贷款.csv")
    assert list(registered.walk("balances").values()) == ["rejected"]
    findings = registered.rows("SELECT class, file_name FROM ops.finding")
    assert ("syntactical", "存贷款.csv") in findings
    assert registered.counts()["core.balance"] == 0
    assert registered.counts()["core.credit"] == 0
