"""What went wrong in real speeches and rules (seed findings Q01 to Q29), as files: the real reader and gate name it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import normalise
from cunfang.feeds.reader import read
from cunfang.finding import Finding
from cunfang.institution import Register
from cunfang.period import Period
from cunfang.quality import Bank, Basis, check
from cunfang.quality.catalogue import checks
from cunfang.settings import HOME

DATA = Path(__file__).parent / "data"
PERIOD = Period.parse("2025-Q4")
TITLE = "大悟县金融机构存贷款情况表（2025年12月末）"
BANKS = {
    "ICBC": "工行", "ABC": "农行", "BOC": "中行", "CCB": "建行", "DWRCB": "农商行", "PSBC": "邮政储蓄银行",
    "HBB": "湖北银行", "BCM": "交行", "CMB": "招行", "ADBC": "中国农业发展银行",
}  # fmt: skip
TAGS = (
    "企业贷款",
    "消费贷款",
    "涉农贷款",
    "中小企业贷款",
    "小微企业贷款",
    "农户贷款",
    "绿色贷款",
    "中长期贷款",
    "不良贷款",
)
HEAD = ("金融机构", "各项存款余额", "各项贷款余额", *TAGS)
Amounts = Mapping[str, Mapping[str, Decimal]]
Judge = Callable[..., "Judged"]


class Judged:
    """Everything said about one file, and the rows that were taken from it."""

    def __init__(self, findings: Sequence[Finding], rows: Sequence[Mapping[str, object]]) -> None:
        self.findings = findings
        self.rows = rows
        self.checks = {finding.check for finding in findings}

    def said(self, check_id: str) -> str:
        return next(finding.message for finding in self.findings if finding.check == check_id)


def basis_of(*, december: Amounts | None = None, previous: Amounts | None = None, banks: Sequence[str] = ()) -> Basis:
    register = Register.build((code, (name,)) for code, name in BANKS.items())
    open_banks = {code: Bank("国有大行", date(2000, 1, 1)) for code in banks or BANKS}
    return Basis(PERIOD, banks=open_banks, register=register, december=december, previous=previous)


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Writes lines as the office would, reads them with the real reader, judges them with the real suite."""

    def given(
        lines: Sequence[Sequence[object]],
        *,
        feed: str = "pboc_credit",
        title: str = TITLE,
        unit: str = "亿元",
        basis: Basis | None = None,
    ) -> Judged:
        path = tmp_path / "表.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([(title,), (f"单位：{unit}",), *lines])
        return judged(path, feed, basis or basis_of())

    return given


def judged(path: Path, feed: str, basis: Basis) -> Judged:
    agreed = contract(feed)
    reading = read(path, agreed, "420922", PERIOD, county="大悟县")
    typed = normalise(agreed, reading, basis.register, PERIOD)
    report = check(agreed, typed, basis, file=path.name)
    return Judged((*reading.findings, *report.findings), [row.fields for row in typed.rows])


def line(bank: str, deposits: str, loans: str, *more: object) -> tuple[object, ...]:
    """One bank, its tags empty."""
    return (bank, deposits, loans, *more, *([""] * (len(TAGS) - len(more))))


def real_banks() -> list[dict[str, str]]:
    with (DATA / "seed_dawu_banks.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dawu(*columns: str) -> list[tuple[object, ...]]:
    """The seven banks of seed 000 as they were read out, 湖北银行 in 万元."""
    unit = {"亿元": "", "万元": "万元"}
    return [
        (
            *line(
                row["bank_as_written"],
                row["deposits_raw"] + unit[row["deposits_unit"]],
                row["loans_raw"] + unit[row["loans_unit"]],
            ),
            *(row[column] for column in columns),
        )
        for row in real_banks()
    ]


def test_q01_ratios_of_rounded_figures_pass_and_a_wrong_digit_does_not(judge: Judge) -> None:
    right = judge([(*HEAD, "存贷比"), *dawu("ldr_reported_pct")])
    assert len(right.rows) == 7
    assert "PBC-Q015" not in right.checks
    lines = dawu("ldr_reported_pct")
    lines[0] = (*lines[0][:-1], "55.86")
    wrong = judge([(*HEAD, "存贷比"), *lines])
    assert wrong.said("PBC-Q015") == (
        "工行的存贷比写的是 55.86，而按表内存、贷款余额只能是 54.82 至 54.95%（已容许四舍五入和截位）。"
    )


def test_q02_the_sum_of_the_listed_is_held_to_the_stated_and_the_missing_are_named(judge: Judge) -> None:
    nine = ("ICBC", "ABC", "BOC", "CCB", "DWRCB", "PSBC", "HBB", "BCM", "CMB")
    found = judge([HEAD, *dawu(), line("合计", "103", "31")], basis=basis_of(banks=nine))
    totals = [finding for finding in found.findings if finding.check == "FILE-Q001"]
    assert {finding.column for finding in totals} == {"deposits", "loans"}
    assert found.said("PBC-Q014") == "名录中的机构没有报送期末数：BCM、CMB（应有 9，已报 7，覆盖 77.78%）。"


def test_q03_level_increment_and_growth_that_cannot_all_hold_are_named(judge: Judge) -> None:
    head = (*HEAD, "贷款比年初增减", "贷款增幅%", "存款比年初增减", "存款增幅%")
    found = judge([head, (*line("工行", "103", "31"), "7", "25.34", "19", "22.25")])
    growth = [finding for finding in found.findings if finding.check == "PBC-Q017"]
    assert [finding.column for finding in growth] == ["loans_growth_printed"]
    assert "只能是 26.00 至 32.61%" in growth[0].message


def test_q04_printed_figures_are_never_loaded_so_nothing_is_derived_from_them() -> None:
    credit = contract("pboc_credit")
    printed = {column.name for column in credit.columns if column.name.endswith("_printed")}
    assert printed
    assert not printed & {column.name for column in credit.loaded_columns}


def test_q05_a_tag_that_grew_by_more_than_all_loans_is_named(judge: Judge) -> None:
    before = {
        "ICBC": {"deposits": Decimal(84 * 10**8), "loans": Decimal(2473 * 10**6), "loans_agri": Decimal(17 * 10**8)}
    }
    found = judge([HEAD, line("工行", "103", "31", "", "", "24", "18.25")], basis=basis_of(december=before))
    assert "农业贷款比上年末增加 700,000,000.00 元，各项贷款增加 627,000,000.00 元" in found.said("PBC-Q019")
    assert [finding.cell for finding in found.findings if finding.check == "PBC-Q019"] == ["F4"]


def test_q06_a_flow_in_a_column_of_stocks_is_refused(judge: Judge) -> None:
    found = judge([("金融机构", "各项存款余额", "贷款累计投放", *TAGS), line("工行", "103", "31")])
    assert found.said("FILE-S040").startswith("列“贷款累计投放”是一段时间的发生额")
    assert "FILE-S008" in found.checks


def test_q07_a_unit_in_the_cell_goes_before_the_column_and_without_it_the_wrong_unit_is_suspected(
    judge: Judge,
) -> None:
    amounts = {row["institution"]: row["deposits"] for row in judge([HEAD, *dawu()]).rows}
    assert (amounts["ICBC"], amounts["HBB"]) == (Decimal("1177000000.00"), Decimal("60780000.00"))
    before = {"HBB": {"deposits": Decimal("50000000"), "loans": Decimal("25000000")}}
    unsaid = judge([HEAD, line("湖北银行", "6078", "3005")], basis=basis_of(previous=before))
    assert unsaid.said("PBC-V014").startswith("疑似单位错误：湖北银行的各项存款余额")


def test_q11_a_year_left_as_20xx_is_refused(judge: Judge) -> None:
    found = judge([HEAD, line("工行", "103", "31")], title="大悟县金融机构存贷款情况表（20xx年12月末）")
    assert "FILE-S027" in found.checks


def test_q12_taxes_say_both_what_was_paid_and_what_the_county_keeps(judge: Judge) -> None:
    lines = [("纳税人名称", "税种", "入库税额"), ("农商行", "增值税", "1636.72")]
    found = judge(lines, feed="tax", title="大悟县金融机构入库税收表（2025年1-12月）", unit="万元")
    assert found.said("FILE-S008") == "缺少列“地方留成”（local_part）。"


def test_q13_a_figure_that_lost_its_integer_part_is_refused(judge: Judge) -> None:
    assert "小数点前的数字缺失" in judge([HEAD, line("工行", ".8", "0.3")]).said("FILE-V003")


def test_q14_an_end_of_the_year_that_had_not_come_when_the_file_was_made_is_named(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "表.xlsx"))
    book.set_properties({"created": datetime(2025, 12, 20, 9, 0)})  # noqa: DTZ001 - a workbook's date has no zone
    sheet = book.add_worksheet()
    for number, row in enumerate(([TITLE], ["单位：亿元"], list(HEAD), list(line("工行", "103", "31")))):
        sheet.write_row(number, 0, row)
    book.close()
    assert "FILE-Q012" in judged(tmp_path / "表.xlsx", "pboc_credit", basis_of()).checks


def test_q15_each_figure_of_a_line_keeps_its_own_unit(judge: Judge) -> None:
    head = (*HEAD, "年初贷款余额", "贷款比年初增减")
    right = judge([head, (*line("工行", "83.98", "57.7"), "54.1945", "35055万元")])
    assert right.rows[0]["loans"] == Decimal("5770000000.00")
    assert "PBC-Q016" not in right.checks
    wrong = judge([head, (*line("工行", "83.98", "57.7"), "54.1945", "35055")])
    assert wrong.said("PBC-Q016").startswith(
        "工行的贷款比年初增减写的是 35055，而按余额与年初数只能是 3.46 至 3.56 亿元"
    )


def test_q16_a_figure_cut_off_instead_of_rounded_passes(judge: Judge) -> None:
    exact = line("农商行", "148300.0000", "104400.0000")
    assert "PBC-Q015" not in judge([(*HEAD, "存贷比"), (*exact, "70.39")], unit="万元").checks
    assert "PBC-Q015" not in judge([(*HEAD, "存贷比"), (*exact, "70.40")], unit="万元").checks
    assert "PBC-Q015" in judge([(*HEAD, "存贷比"), (*exact, "70.38")], unit="万元").checks


def test_q17_overlapping_tags_may_exceed_the_total_but_none_alone_may(judge: Judge) -> None:
    overlapping = judge([HEAD, line("工行", "83.98", "57.7", "", "", "50.11", "22.19")])
    assert not {"PBC-V010", "FILE-Q001"} & overlapping.checks
    assert "PBC-V010" in judge([HEAD, line("工行", "83.98", "57.7", "", "", "57.71", "22.19")]).checks


def test_q29_a_word_put_in_by_machine_is_unknown_and_never_taken_for_its_neighbour(judge: Judge) -> None:
    bank = judge([HEAD, line("中国农业开展银行", "1", "5")])
    assert bank.said("PBC-V003") == "“中国农业开展银行”不在金融机构名录中。"
    assert "中国农业发展银行" in next(f.advice for f in bank.findings if f.check == "PBC-V003")
    heading = judge([("金融机构", "各项存款奉献", *HEAD[2:]), line("工行", "103", "31")])
    assert heading.said("FILE-S009") == "不认识的列“各项存款奉献”。"


def test_every_row_of_the_seed_findings_is_answered_and_names_checks_that_exist() -> None:
    with (DATA / "seed_findings.csv").open(encoding="utf-8", newline="") as file:
        asked = [row["id"] for row in csv.DictReader(file)]
    text = (HOME / "docs" / "seed-findings.md").read_text(encoding="utf-8")
    answered = re.findall(r"^\| (Q\d\d) \| (.+) \|$", text, re.MULTILINE)
    assert [number for number, _ in answered] == asked
    named = set(re.findall(r"\b[A-Z]{3,4}-[SVQM]\d{3}\b", text))
    assert named <= checks().keys()


def test_every_seed_finding_about_data_has_its_test_here() -> None:
    text = (HOME / "docs" / "seed-findings.md").read_text(encoding="utf-8")
    here = Path(__file__).read_text(encoding="utf-8")
    caught = re.findall(r"^\| (Q\d\d) \| [^|]+ \| 查出 \|", text, re.MULTILINE)
    assert len(caught) >= 12
    for number in caught:
        assert f"def test_{number.lower()}_" in here
