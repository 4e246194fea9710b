"""Every bad input ends in a finding that says what, where and what to do; the version accepted before still stands."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import Workbook

from cunfang import intake
from intake.county import FILES, Q3, Q4, REGION, County

sys.path.append(str(Path(__file__).parents[1] / "feeds"))
from ole_container import password_protected

CREDIT, BALANCES, ACCOUNTS = FILES["pboc_credit"], FILES["balances"], FILES["accounts"]
HEAD = ("金融机构", "各项存款", "各项贷款", "企业贷款", "消费贷款", "涉农贷款", "中小企业贷款", "小微企业贷款")
MORE = ("农户贷款", "绿色贷款", "中长期贷款", "不良贷款")


def book(
    title: str, unit: str = "单位：万元", deposits: object = 100_000, sheet: str = "存贷款", hidden: bool = False
) -> bytes:
    """An office workbook of two banks."""
    workbook = Workbook()
    page = workbook.active
    assert page is not None
    page.title = "存贷款"
    for row in (
        (title,),
        (unit,),
        (*HEAD, *MORE),
        ("工行", deposits, 50_000, *[1] * 9),
        ("农行", 200_000, 70_000, *[1] * 9),
    ):
        page.append(row)
    if hidden:
        workbook.create_sheet("说明").append(("见另一份文件",))
        page.sheet_state = "hidden"
        workbook.active = 1
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


GOOD_TITLE = "某县2025年四季度末存贷款情况表"
NO_NPL = CREDIT.replace(",npl", "", 1).replace(",1\n", "\n").replace(",,\n", ",\n")
TEN_LOANS = CREDIT.replace("500000000.00,1,", "500000000.00,5000000000.00,")
OTHER_QUARTER = book("某县2025年三季度末存贷款情况表")


@dataclass(frozen=True)
class Bad:
    """A bad file, and the finding that must come of it."""

    name: str
    content: str | bytes
    check: str
    words: str
    where: str
    feed: str = "pboc_credit"


BAD = {
    "empty file": Bad("空.csv", b"", "FILE-S001", "空的", "空.csv"),
    "broken workbook": Bad("坏.xlsx", b"PK\x03\x04 torn", "FILE-S003", "打不开", "坏.xlsx"),
    "password": Bad("密.xlsx", password_protected(), "FILE-S004", "密码", "密.xlsx"),
    "missing sheet": Bad("缺表.xlsx", book(GOOD_TITLE, hidden=True), "FILE-S007", "没有找到表头", "说明"),
    "missing column": Bad("缺列.csv", NO_NPL, "FILE-S008", "缺少列“不良贷款”", "缺列.csv"),
    "wrong period": Bad("错期.xlsx", OTHER_QUARTER, "FILE-S013", "2025-09-30", "A1"),
    "no unit": Bad("无单位.xlsx", book(GOOD_TITLE, unit=""), "FILE-S011", "没有写明金额单位", "存贷款"),
    "wrong unit": Bad("错单位.xlsx", book(GOOD_TITLE, unit="单位：亿元"), "PBC-V015", "疑似单位错误", "B4"),
    "text in a number": Bad("文字.xlsx", book(GOOD_TITLE, deposits="约十亿"), "FILE-V002", "约十亿", "存贷款 › B4"),
    "unknown institution": Bad("生行.csv", CREDIT.replace("工行", "工商很行"), "PBC-V003", "工商很行", "A2"),
    "duplicate key": Bad("重行.csv", CREDIT.replace("农行", "中国工商银行"), "PBC-V002", "另见 A3", "A2"),
    "wrong day": Bad("错日.csv", CREDIT.replace("2025-12-31", "2025-09-30"), "PBC-V004", "2025-09-30", "B2"),
    "a zero too many": Bad("多零.csv", TEN_LOANS, "PBC-V010", "超过各项贷款余额", "E2"),
    "no category": Bad(
        "无类别.csv", ACCOUNTS.replace("special", ""), "FILE-V001", "“资金类别”没有填", "D2", "accounts"
    ),
    "unknown category": Bad("错类别.csv", ACCOUNTS.replace("special", "国库"), "FILE-V005", "国库", "D2", "accounts"),
    "account not registered": Bad(
        "生户.csv", BALANCES.replace("900100", "900999"), "BAL-V010", "900999", "A2", "balances"
    ),
    "negative balance": Bad(
        "负.csv", BALANCES.replace("1000000.01", "-0.01"), "BAL-V006", "不应为负", "C2", "balances"
    ),
}


@pytest.fixture(scope="module")
def accepted(module_county: County) -> County:
    """A county whose good files stand; every bad one is delivered after them."""
    county = module_county
    for feed in FILES:
        county.deliver(feed)
        assert list(county.walk(feed).values()) == ["accepted"]
    return county


def core(county: County) -> list[list[tuple[object, ...]]]:
    tables = ("institution", "account", "credit", "balance")
    return [county.rows(f"SELECT * FROM core.{table} ORDER BY 1, 2") for table in tables]


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_rejected_with_a_finding_and_nothing_of_it_goes_in(accepted: County, what: str) -> None:
    bad = BAD[what]
    before, standing = core(accepted), accepted.standing(bad.feed)
    accepted.deliver(bad.feed, bad.content, bad.name)
    [(submission, status)] = accepted.walk(bad.feed).items()
    findings = [entry.finding for entry in intake.reported(accepted.db, submission_id=submission)]
    assert status == "rejected"
    found = next(finding for finding in findings if finding.check == bad.check)
    assert bad.words in found.message
    assert bad.where in found.where
    assert found.file == bad.name
    assert found.advice.endswith("。")
    assert found.blocking
    assert core(accepted) == before
    assert accepted.standing(bad.feed) == standing
    [(detail,)] = accepted.rows("SELECT detail FROM raw.submission_state WHERE submission_id = :n", n=submission)
    assert bad.check in detail
    assert "仍然有效" in detail


def test_a_rejected_row_is_kept_with_its_reason_and_its_text(accepted: County) -> None:
    accepted.deliver("accounts", ACCOUNTS.replace("fiscal_social", ""), "缺类别.csv")
    [number] = accepted.walk("accounts")
    kept = accepted.rows(
        "SELECT q.record_no, q.check_id, r.texts ->> 'owner' FROM ops.quarantine AS q"
        " JOIN raw.record AS r USING (submission_id, record_no) WHERE q.submission_id = :n",
        n=number,
    )
    assert kept == [(2, "FILE-V001", "社保中心")]


def test_one_bad_feed_keeps_none_of_the_others_out(county: County) -> None:
    for feed, content in (FILES | {"pboc_credit": CREDIT.replace("工行", "不知名")}).items():
        county.deliver(feed, content)
    (county.settings.inbox / REGION / str(Q4) / "no_such_feed").mkdir()
    (county.settings.inbox / REGION / str(Q4) / "decisions").mkdir()
    seen: list[tuple[str, str]] = []
    findings = intake.take_in(county.db, county.settings, REGION, Q4, lambda feed, status: seen.append((feed, status)))
    assert {feed for feed, status in seen if status == "accepted"} == {"institutions", "accounts", "balances"}
    assert ("pboc_credit", "rejected") in seen
    assert {"INB-Q001", "INB-Q002", "PBC-V003"} <= {finding.check for finding in findings}
    again = intake.take_in(county.db, county.settings, REGION, Q4)
    assert [finding for finding in again if finding.blocking] == [finding for finding in findings if finding.blocking]


def test_other_periods_of_the_inbox_are_left_alone_and_hold_nothing_up(county: County) -> None:
    for feed in FILES:
        county.deliver(feed, period=Q3)
        county.deliver(feed)
    findings = intake.take_in(county.db, county.settings, REGION, Q4)
    assert not [finding for finding in findings if finding.blocking]
    assert county.rows("SELECT DISTINCT period, status FROM raw.submission_state") == [("2025-Q4", "accepted")]


def test_feeds_whose_register_is_missing_wait_and_say_for_what(county: County) -> None:
    county.deliver("balances")
    county.deliver("accounts")
    findings = intake.take_in(county.db, county.settings, REGION, Q4)
    waiting = [finding.message for finding in findings if finding.check == "INB-V001"]
    assert waiting == [
        "“财政性资金账户”尚不能校验：缺少 金融机构名录。",
        "“账户余额”尚不能校验：缺少 财政性资金账户、金融机构名录。",
    ]
    county.deliver("institutions")
    assert not [finding for finding in intake.take_in(county.db, county.settings, REGION, Q4) if finding.blocking]
    assert county.standing("balances") is not None


def test_a_period_without_a_folder_is_said(county: County) -> None:
    assert [finding.check for finding in intake.take_in(county.db, county.settings, REGION, Q4)] == ["INB-S002"]


@pytest.mark.parametrize("way", ["one-off", "DAG"])
def test_two_files_of_one_feed_at_once_are_two_submissions_and_it_is_said_which_one_stands(
    county: County, way: str
) -> None:
    county.deliver("institutions", name="甲.csv")
    more = FILES["institutions"] + "BOC,中国银行,中行,,国有大行,branch,1985-01-01,,,3\n"
    county.deliver("institutions", more, name="乙.csv")

    if way == "DAG":
        assert list(county.walk("institutions").values()) == ["accepted", "accepted"]
    else:
        intake.take_in(county.db, county.settings, REGION, Q4)

    [said] = [entry.finding for entry in intake.reported(county.db, REGION, Q4) if entry.finding.check == "INB-Q003"]
    assert "甲.csv" in said.message
    assert said.file == "乙.csv"
    assert not said.blocking
    assert said in intake.take_in(county.db, county.settings, REGION, Q4)
    assert county.rows("SELECT count(*) FROM ops.finding WHERE check_id = 'INB-Q003'") == [(1,)]
    assert county.rows("SELECT check_id, is_explained FROM ops.finding_state") == [("INB-Q003", False)]


def test_several_answers_at_once_are_meant_and_nothing_is_said(registered: County) -> None:
    head = "check_id,feed,reason,explained_by,explained_on\n"
    for number in (1, 2):
        registered.deliver(
            "explanations", f"{head}BAL-Q00{number},balances,补录凭证,国库股,2026-01-08\n", f"{number}.csv"
        )
    assert list(registered.walk("explanations").values()) == ["accepted", "accepted"]
    assert not registered.rows("SELECT 1 FROM ops.finding WHERE check_id = 'INB-Q003'")
