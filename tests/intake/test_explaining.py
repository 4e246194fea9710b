"""Explain: a reason covers its own finding and no other, is carried while it holds, and asks again when facts move."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from cunfang import intake
from cunfang.intake.explaining import explained_periods, questions, unexplained
from cunfang.period import Period
from intake.county import FILES, Q4, REGION, County

NEXT = Period.parse("2026-Q1")
TAX = "institution,tax_type,window_from,window_to,paid,local_part\n"
REFUNDS = "工行,增值税,{year}-01-01,{end},90000.00,45000.00\n农行,城镇土地使用税,{year}-01-01,{end},{refund},0.00\n"
HEAD = "check_id,feed,institution,sheet,cell,finding,period,reason,explained_by,explained_on,valid_until,attachment\n"
ANSWER = "TXL-Q010,{feed},{bank},,{cell},{finding},{period},多缴退库，凭退库书核对,地税局征管股,2026-01-08,{until},\n"
SHEET = (
    "校验编号",
    "报送",
    "工作表",
    "单元格",
    "金融机构",
    "校验发现",
    "理由",
    "说明人",
    "说明日期",
    "有效期至",
    "依据文件",
)
SAID = "农行的城镇土地使用税为退库 -12,600.00 元。"


def refunds(refund: str = "-12600.00", period: Period = Q4) -> str:
    return TAX + REFUNDS.format(year=period.year, end=period.end, refund=refund)


def answer(**said: str) -> str:
    return HEAD + ANSWER.format_map(
        {"feed": "tax_local", "bank": "", "cell": "", "finding": "", "period": "", "until": ""} | said
    )


@pytest.fixture
def asked(registered: County) -> Iterator[County]:
    """A county whose local tax stands with one refund that nobody explained."""
    registered.deliver("tax_local", refunds())
    assert list(registered.walk("tax_local").values()) == ["accepted"]
    yield registered


def open_checks(county: County, period: Period = Q4) -> list[str]:
    with county.db.connect() as connection:
        return [item.check for item in unexplained(connection, REGION, period)]


def explain(county: County, content: str | bytes, name: str = "", period: Period = Q4) -> list[str]:
    county.deliver("explanations", content, name or f"说明{county.clock}.csv", period)
    return list(county.walk("explanations").values())


def test_a_refund_that_nobody_explained_is_asked_about_with_its_cell_and_how_to_answer(asked: County) -> None:
    with asked.db.connect() as connection:
        [question] = questions(REGION, Q4, unexplained(connection, REGION, Q4))
    assert (question.check, question.file) == ("EVA-Q001", "tax_local.csv")
    assert "TXL-Q010 E3 " in question.message and "-12,600.00" in question.message
    assert f"收件箱/{REGION}/2025-Q4/explanations/" in question.advice
    assert f"cunfang answer --region {REGION} --period 2025-Q4 --feed tax_local --check TXL-Q010" in question.advice


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"bank": "农行"},
        {"cell": "E3"},
        {"cell": "tax_local.csv › E3", "bank": "中国农业银行"},
        {"feed": "地税入库税收", "finding": f'"{SAID}"'},
        {"period": "2025年四季度", "until": "2026-Q2"},
    ],
)
def test_a_reason_that_names_the_finding_answers_it(asked: County, said: dict[str, str]) -> None:
    assert explain(asked, answer(**said)) == ["accepted"]
    assert open_checks(asked) == []
    [row] = asked.rows("SELECT is_explained, reason, explained_by, CAST(explained_on AS text) FROM ops.finding_state")
    assert row == (True, "多缴退库，凭退库书核对", "地税局征管股", "2026-01-08")


@pytest.mark.parametrize(
    "said",
    [{"feed": "tax_national"}, {"bank": "工行"}, {"cell": "E2"}, {"period": "2025-Q3", "until": "2025-Q3"}],
)
def test_a_reason_for_another_feed_bank_cell_or_quarter_answers_nothing(asked: County, said: dict[str, str]) -> None:
    assert explain(asked, answer(**said)) == ["accepted"]
    assert open_checks(asked) == ["TXL-Q010"]


@pytest.mark.parametrize(
    ("content", "check"),
    [
        (answer().replace("TXL-Q010", "TXL-V002"), "EXP-V010"),
        (answer(feed=""), "EXP-V011"),
        (answer().replace("地税局征管股", ""), "EXP-V012"),
        (answer().replace("2026-01-08", ""), "EXP-V013"),
        (answer(until="2025-Q3"), "EXP-V014"),
        (answer(period="2026-Q1", until="2025-Q4"), "EXP-V014"),
        (answer(until="年底"), "FILE-V020"),
        (answer(feed="地税"), "FILE-V005"),
        (answer(bank="不知名"), "EXP-V003"),
        (answer() + answer().splitlines()[1] + "\n", "EXP-V002"),
    ],
)
def test_an_answer_that_cannot_count_is_refused_by_number(asked: County, content: str, check: str) -> None:
    assert explain(asked, content) == ["rejected"]
    found = [entry.finding.check for entry in intake.reported(asked.db, REGION) if entry.feed == "explanations"]
    assert check in found
    assert open_checks(asked) == ["TXL-Q010"]


def test_a_copied_finding_holds_only_for_the_value_it_was_copied_from(asked: County) -> None:
    explain(asked, answer(finding=f'"{SAID}请确认是退库。"'))
    assert open_checks(asked) == []
    asked.deliver("tax_local", refunds("-1260000.00"), "改.csv")
    assert list(asked.walk("tax_local").values()) == ["accepted"]
    with asked.db.connect() as connection:
        [item] = unexplained(connection, REGION, Q4)
    assert item.outdated
    assert "请重新说明" in questions(REGION, Q4, [item])[0].message


def test_a_reason_is_carried_for_its_bank_until_it_ends_and_the_quarters_it_touches_are_named(asked: County) -> None:
    asked.deliver("tax_local", refunds(period=NEXT), "一季度.csv", NEXT)
    assert list(asked.walk("tax_local").values()) == ["accepted"]
    assert open_checks(asked, NEXT) == ["TXL-Q010"]
    explain(asked, answer(bank="农行", cell="E3", until="2026-Q1"))
    assert (open_checks(asked), open_checks(asked, NEXT)) == ([], [])
    [number] = [row[0] for row in asked.rows("SELECT submission_id FROM raw.submission WHERE feed = 'explanations'")]
    assert explained_periods(asked.db, number) == [(REGION, "2025-Q4"), (REGION, "2026-Q1")]
    explain(asked, answer(bank="农行", until="2025-Q4"), "短.csv")
    assert open_checks(asked, NEXT) == []


def test_answers_of_two_providers_do_not_replace_one_another(asked: County) -> None:
    explain(asked, answer(), "地税局.csv")
    explain(asked, HEAD + "BAL-Q001,balances,,,,,,补录,财政局国库股,2026-01-08,,\n", "财政局.csv")
    assert open_checks(asked) == []


def test_the_returned_sheet_is_read_and_rows_without_a_reason_stay_open(asked: County) -> None:
    rows = [
        ("TXL-Q010", "地税入库税收", "", "E3", "农行", SAID, "多缴退库", "征管股", "2026-01-08", "", ""),
        ("FILE-Q001", "地税入库税收", "", "E9", "", "合计不符", "", "", "", "", ""),
    ]
    assert explain(asked, returned(rows), "地税（退回）.xlsx") == ["accepted"]
    assert open_checks(asked) == []
    assert asked.rows("SELECT count(*), count(reason) FROM core.explanation") == [(2, 1)]
    assert asked.rows("SELECT count(*) FROM core.explanation_given") == [(1,)]


def returned(rows: list[tuple[str, ...]]) -> bytes:
    """The provider's own table, and beside it the sheet to be filled in."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "地方税收"
    for line in TAX.splitlines():
        page.append(line.split(","))
    page.append(("农行", "城镇土地使用税", "2025-01-01", "2025-12-31", "-12600.00", "0.00"))
    sheet = book.create_sheet("校验说明")
    for row in (SHEET, *rows):
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_what_is_said_of_answers_is_never_asked_about(asked: County, tmp_path: Path) -> None:
    explain(asked, answer() + "BAL-Q001,balances,,,,,,,财政局国库股,2026-01-08,,\n")
    assert open_checks(asked) == []
    found = [entry.finding.check for entry in intake.reported(asked.db, REGION) if entry.feed == "explanations"]
    assert found == ["EXP-Q010"]


def test_a_rejected_version_leaves_the_finding_of_the_standing_one_and_its_reason_alone(asked: County) -> None:
    standing = asked.standing("tax_local")
    explain(asked, answer())
    asked.deliver("tax_local", refunds().replace("农行", "不知名"), "错.csv")
    assert list(asked.walk("tax_local").values()) == ["rejected"]
    assert asked.standing("tax_local") == standing
    assert open_checks(asked) == []
    assert FILES
