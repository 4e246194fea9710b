"""A decision counts with its number, its validity and its paper (S15): real files beside a real register."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import text

from cunfang import intake
from cunfang.intake.inbox import deliveries
from intake.county import Q4, REGION, County

HEAD = "decision,kind,institution,account,amount,rate,valid_from,valid_to,reason,decided_on,approver,document\n"
SCAN = b"%PDF-1.4 decision no. 3"
GOOD = "县政金〔2025〕3号,carve_out,工行,,1000000.00,,2025-12-01,2025-12-31,新设,2025-11-28,领导小组,3号.pdf\n"


def scan(county: County, name: str = "3号.pdf", content: bytes = SCAN) -> Path:
    """Put a scanned decision beside the register of the fourth quarter."""
    path = county.settings.inbox / REGION / str(Q4) / "decisions" / "documents" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def deliver(county: County, rows: str, head: str = HEAD) -> str:
    """Deliver a register of decisions; what became of it."""
    county.deliver("decisions", head + rows)
    [status] = county.walk("decisions").values()
    return status


def faults(county: County) -> set[str]:
    """The blocking checks of the last delivery."""
    found = county.rows("SELECT check_id FROM ops.last_finding WHERE feed = 'decisions' AND class = 'validity'")
    return {check for (check,) in found}


def test_given_a_decision_with_its_scan_then_the_digest_is_kept_with_it_and_the_bytes_are_archived(
    registered: County,
) -> None:
    scan(registered)

    assert deliver(registered, GOOD) == "accepted"

    sha256 = hashlib.sha256(SCAN).hexdigest()
    assert registered.rows("SELECT document, document_sha256 FROM core.decision") == [("3号.pdf", sha256)]
    assert registered.rows("SELECT region, name, sha256, size FROM raw.document") == [
        (REGION, "3号.pdf", sha256, len(SCAN))
    ]
    assert (registered.settings.archive / sha256[:2] / sha256).read_bytes() == SCAN
    assert [one.path.name for one in deliveries(registered.settings.inbox, "decisions", settle=0)] == ["decisions.csv"]


def test_given_the_register_checked_twice_then_its_scan_is_registered_once(registered: County) -> None:
    scan(registered)
    registered.deliver("decisions", HEAD + GOOD)
    [number] = registered.land("decisions")
    intake.read(registered.db, registered.settings, number)
    for _ in range(2):
        intake.check(registered.db, registered.settings, number)
        registered.deliver("institutions", period=Q4)

    assert registered.rows("SELECT count(*) FROM raw.document") == [(1,)]


def test_given_the_scan_came_after_the_refusal_when_the_register_is_delivered_again_then_it_is_accepted(
    registered: County,
) -> None:
    assert deliver(registered, GOOD) == "rejected"
    assert faults(registered) == {"DEC-V018"}
    scan(registered)

    assert deliver(registered, GOOD) == "accepted"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("3号.pdf", None, "不在 documents 文件夹中"),
        ("3号.pdf", b"", "空文件"),
        ("3号.pdf", b"MZ not a paper", "内容不是 pdf"),
        ("3号.exe", SCAN, "格式不收"),
        ("../decisions.csv", None, "单纯的文件名"),
        ("/etc/passwd", None, "单纯的文件名"),
        (".hidden.pdf", SCAN, "单纯的文件名"),
        ("..\\3号.pdf", None, "单纯的文件名"),
    ],
)
def test_given_a_named_file_that_cannot_be_taken_then_it_is_refused_with_what_to_do(
    registered: County, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        scan(registered, name, content)

    assert deliver(registered, GOOD.replace("3号.pdf", name)) == "rejected"

    [(message, advice, cell)] = registered.rows(
        "SELECT message, advice, cell FROM ops.finding WHERE check_id = 'DEC-V018'"
    )
    assert said in message and "documents" in advice and cell == "L2"
    assert registered.rows("SELECT 1 FROM raw.document") == []


def test_given_a_link_or_a_folder_in_place_of_the_scan_then_it_is_not_followed(registered: County) -> None:
    secret = registered.settings.inbox.parent / "secret.pdf"
    secret.write_bytes(SCAN)
    path = scan(registered)
    path.unlink()
    path.symlink_to(secret)
    assert deliver(registered, GOOD) == "rejected"
    path.unlink()
    path.mkdir()
    assert deliver(registered, GOOD + "\n") == "rejected"

    said = registered.rows("SELECT DISTINCT message FROM ops.finding WHERE check_id = 'DEC-V018'")
    assert said == [("决定 县政金〔2025〕3号 的决定文件“3号.pdf”不是普通文件（链接、文件夹不收）。",)]


STATED = HEAD.replace("document\n", "document_sha256\n")


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (GOOD.replace(",3号.pdf", ","), {"DEC-V017"}),
        (GOOD.replace("县政金〔2025〕3号", ""), {"FILE-V001"}),
        (GOOD.replace("县政金〔2025〕3号", "口头同意"), {"DEC-V015"}),
        (GOOD.replace("2025-12-31", ""), {"DEC-V016"}),
        (GOOD.replace("2025-12-31", "2025-11-30"), {"DEC-V010"}),
        ("县政金〔2025〕5号,adjustable,,900999,,,2025-12-01,2025-12-31,,2025-11-28,组,3号.pdf\n", {"DEC-V014"}),
        ("县政金〔2025〕5号,break_deposit,,,,,2025-12-01,2025-12-31,,2025-11-28,组,3号.pdf\n", {"DEC-V013"}),
        ("县政金〔2025〕5号,waive_period,工行,,,,2025-12-31,2025-12-31,,2025-11-28,组,3号.pdf\n", {"DEC-V023"}),
        ("县政金〔2025〕5号,waive_period,,,,,2025-11-01,2025-12-30,,2025-10-28,组,3号.pdf\n", {"DEC-V022"}),
    ],
)
def test_given_a_decision_that_lacks_what_it_needs_then_it_is_refused(
    registered: County, row: str, wanted: set[str]
) -> None:
    scan(registered)

    assert deliver(registered, row) == "rejected"
    assert faults(registered) == wanted
    assert registered.rows("SELECT 1 FROM core.decision") == []


@pytest.mark.parametrize(
    ("digest", "wanted"), [("a" * 64, set()), ("A" * 64, {"DEC-V019"}), ("3号", {"DEC-V019"}), ("", {"DEC-V017"})]
)
def test_given_a_system_that_states_the_digest_then_no_file_is_needed(
    registered: County, digest: str, wanted: set[str]
) -> None:
    status = deliver(registered, GOOD.replace("3号.pdf", digest), STATED)

    assert (status, faults(registered)) == ("rejected" if wanted else "accepted", wanted)
    if not wanted:
        assert registered.rows("SELECT document, document_sha256 FROM core.decision") == [(None, digest)]


def test_given_a_stated_digest_that_is_not_the_files_then_it_is_refused(registered: County) -> None:
    scan(registered)

    assert deliver(registered, GOOD.replace("\n", f",{'a' * 64}\n"), HEAD[:-1] + ",document_sha256\n") == "rejected"
    assert faults(registered) == {"DEC-V020"}


def test_given_two_decisions_on_one_bank_at_once_then_a_reason_is_asked_for(registered: County) -> None:
    scan(registered)

    assert deliver(registered, GOOD + GOOD.replace("〕3号", "〕4号")) == "accepted"
    assert registered.rows("SELECT cell FROM ops.finding WHERE check_id = 'DEC-Q013'") == [("G3",)]


def test_given_a_kind_that_overrides_then_the_checks_and_the_register_know_the_same(county: County) -> None:
    from cunfang.quality.suite import suite

    rule = next(one for one in suite("decisions").expectations if one.meta.check == "DEC-V017")
    kinds = county.rows("SELECT kind FROM core.decision_kind WHERE overrides")
    assert set(rule.kwargs["row_condition"]["parameter"]) == {kind for (kind,) in kinds}
    known = next(one for one in suite("decisions").expectations if one.meta.check == "DEC-Q012").kwargs["value_set"]
    assert {kind for (kind,) in county.rows("SELECT kind FROM core.decision_kind")} == set(known)


def test_given_registered_decisions_then_the_register_shows_where_each_stands(registered: County) -> None:
    scan(registered)
    deliver(registered, GOOD)
    standing = []
    for day in ("2025-11-30", "2025-12-01", "2025-12-31", "2026-01-01"):
        with registered.db.begin() as connection:
            connection.execute(text("SELECT set_config('cunfang.today', :day, TRUE)"), {"day": day})
            standing += connection.scalars(text("SELECT state FROM ops.register_state")).all()

    assert standing == ["not_yet", "expiring", "expiring", "expired"]
