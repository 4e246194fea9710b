"""Each fault of a file ends in a finding: what, where (file, sheet, cell), what to do; nothing is raised."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import ole_container
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_sheets import BALANCES, CREDIT, PRUDENTIAL, TAX, Form

from cunfang.feeds.contract import Layout, contract
from cunfang.feeds.faults import Fault
from cunfang.feeds.grid import a1, column_letters
from cunfang.feeds.normalise import normalise
from cunfang.feeds.reader import read
from cunfang.finding import Finding, Klass
from cunfang.period import Period

Q4 = Period.parse("2025-Q4")


def faults(path: Path, feed: str = "balances", **options: str) -> list[Finding]:
    """All findings of reading and typing; every one in Chinese, with file and advice."""
    reading = read(path, contract(feed), "420922", Q4, county=options.get("county", "大悟县"))
    typed = normalise(contract(feed), reading, None, Q4)
    found = [*reading.findings, *typed.findings]
    for finding in found:
        assert finding.file == path.name
        for text in (finding.message, finding.advice):
            assert any("一" <= letter <= "龥" for letter in text) and "{" not in text
    return found


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


Bytes = Callable[[], bytes]
UNREADABLE: list[tuple[str, str, Bytes, Fault]] = [
    ("空.xlsx", "空", lambda: b"", Fault.EMPTY_FILE),
    ("空.csv", "空", lambda: b"\xef\xbb\xbf\r\n", Fault.EMPTY_FILE),
    ("坏.xlsx", "损坏", lambda: b"PK\x03\x04" + b"junk" * 99, Fault.BROKEN),
    ("坏.xls", "损坏", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), Fault.BROKEN),
    ("网页.xls", "网页", lambda: b"<html><table></table></html>", Fault.NOT_A_WORKBOOK),
    ("压缩包.xlsx", "打不开", lambda: zipped({"a.txt": b"hello"}), Fault.BROKEN),
    ("密码.xlsx", "密码", ole_container.password_protected, Fault.PASSWORD),
    ("密码.xls", "密码", ole_container.password_protected, Fault.PASSWORD),
    ("旧密码.xls", "密码", lambda: ole_container.xls("表", {(0, 0): "甲"}, password=True), Fault.PASSWORD),
    ("九五.xls", "Excel 95", lambda: ole_container.xls_of_excel_95("表", {(0, 0): "甲"}), Fault.BROKEN),
    ("乱码.csv", "编码", lambda: b"\xff\x81\x30\xff,\xff\n", Fault.ENCODING),
    ("引号.csv", "打不开", lambda: '账号,"余额\n1,2'.encode(), Fault.BROKEN),
    ("文稿.docx", "docx", lambda: b"PK\x03\x04", Fault.FILE_TYPE),
    ("无后缀", "无后缀", lambda: b"abc", Fault.FILE_TYPE),
]


@pytest.mark.parametrize(("name", "word", "data", "fault"), UNREADABLE, ids=[case[0] for case in UNREADABLE])
def test_given_a_file_that_cannot_be_read_when_read_then_it_says_so(
    tmp_path: Path, name: str, word: str, data: Bytes, fault: Fault
) -> None:
    path = tmp_path / name
    path.write_bytes(data())
    found = only(faults(path))
    assert (found.check, found.klass) == (fault, Klass.SYNTACTICAL)
    assert word in found.message


def test_given_a_file_that_is_gone_when_read_then_a_finding_says_so(tmp_path: Path) -> None:
    assert only(faults(tmp_path / "没有.xlsx")).check == Fault.BROKEN


def zipped(parts: dict[str, bytes], base: Path | None = None) -> bytes:
    """A zip of `parts`, over those of the workbook `base`."""
    kept: dict[str, bytes] = {}
    if base is not None:
        with zipfile.ZipFile(base) as book:
            kept = {name: book.read(name) for name in book.namelist()}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in {**kept, **parts}.items():
            book.writestr(name, content)
    return data.getvalue()


def test_given_a_file_over_the_limit_when_read_then_it_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "大.csv"
    with path.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    assert only(faults(path)).check == Fault.TOO_LARGE


def test_given_a_zip_bomb_when_read_then_it_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "炸弹.xlsx"
    path.write_bytes(zipped({"xl/media/a.bin": bytes(210 * 1024 * 1024)}))
    found = only(faults(path))
    assert found.check == Fault.TOO_LARGE
    assert "解压" in found.message


def test_given_one_cell_at_the_far_end_when_read_then_the_sheet_is_not_laid_out(tmp_path: Path) -> None:
    path = tmp_path / "远.xlsx"
    book = openpyxl.load_workbook(BALANCES.xlsx(path))
    book.worksheets[0].cell(1048576, 16384, "x")
    book.save(path)
    assert only(faults(path)).check == Fault.TOO_LARGE


def test_given_xml_with_entities_when_read_then_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "实体.xlsx"
    workbook = zipfile.ZipFile(BALANCES.xlsx(path)).read("xl/workbook.xml")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + workbook.removeprefix(b'<?xml version="1.0"?>')
    path.write_bytes(zipped({"xl/workbook.xml": bomb}, base=path))
    assert only(faults(path)).check == Fault.BROKEN


def test_given_another_sheet_name_when_one_is_agreed_then_it_is_missing(tmp_path: Path) -> None:
    agreed = contract("balances")
    layout = agreed.layouts[0].model_copy(update={"sheets": ("账户余额",)})
    path = BALANCES.xlsx(tmp_path / "余额.xlsx")
    reading = read(path, agreed.model_copy(update={"layouts": (layout,)}), "420922", Q4)
    found = only(list(reading.findings))
    assert found.check == Fault.NO_SHEET
    assert "账户余额" in found.message and "余额" in found.message


def test_given_a_hidden_sheet_only_when_read_then_no_sheet_is_visible(tmp_path: Path) -> None:
    path = tmp_path / "余额.xlsx"
    book = openpyxl.load_workbook(BALANCES.xlsx(path))
    book.create_sheet("说明")
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1
    book.save(path)
    assert {finding.check for finding in faults(path)} == {Fault.NO_HEADER}


def test_given_a_second_sheet_with_content_when_read_then_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "余额.xlsx"
    book = openpyxl.load_workbook(BALANCES.xlsx(path))
    book.create_sheet("补充")["A1"] = "漏报账户"
    book.create_sheet("空白")
    book.save(path)
    found = only(faults(path))
    assert (found.check, found.klass, found.sheet) == (Fault.OTHER_SHEET, Klass.QUALITY, "补充")


def test_given_no_layout_for_the_period_when_read_then_the_formats_are_named(tmp_path: Path) -> None:
    old = Layout(name="old", valid_to="2020-Q4", formats=("xls",))
    agreed = contract("balances").model_copy(update={"layouts": (old,)})
    reading = read(BALANCES.xlsx(tmp_path / "余额.xlsx"), agreed, "420922", Q4)
    assert only(list(reading.findings)).check == Fault.NO_LAYOUT


def test_given_no_header_when_read_then_the_expected_columns_are_listed(tmp_path: Path) -> None:
    found = only(faults(Form((("甲", "乙"), (1, 2)), sheet="表").xlsx(tmp_path / "余额.xlsx")))
    assert (found.check, found.sheet) == (Fault.NO_HEADER, "表")
    assert "账号" in found.message and "余额" in found.message


HEADERS = [
    ("缺列", Form(BALANCES.lines, sheet="余额").without_column(4), Fault.MISSING_COLUMN, "A3:E3", "余额"),
    ("多列", BALANCES.with_cell(2, 6, "核对人"), Fault.UNKNOWN_COLUMN, "G3", "核对人"),
    ("无表头", BALANCES.with_cell(4, 6, "张三"), Fault.UNKNOWN_COLUMN, "G3", "G5"),
    ("重复", BALANCES.with_cell(2, 6, "余额"), Fault.DUPLICATE_COLUMN, "G3", "E3"),
]


@pytest.mark.parametrize(("form", "fault", "cell", "word"), [h[1:] for h in HEADERS], ids=[h[0] for h in HEADERS])
def test_given_a_heading_fault_when_read_then_it_is_named_with_its_cell(
    tmp_path: Path, form: Form, fault: Fault, cell: str, word: str
) -> None:
    found = only(faults(form.xlsx(tmp_path / "余额.xlsx")))
    assert (found.check, found.sheet, found.cell) == (fault, "余额", cell)
    assert word in found.message


def test_given_an_undeclared_group_above_a_heading_when_read_then_it_is_not_taken_for_the_figure(
    tmp_path: Path,
) -> None:
    form = CREDIT.with_cell(2, 4, "上年同期")
    found = faults(form.xlsx(tmp_path / "存贷款.xlsx"), "pboc_credit")
    assert (Fault.UNKNOWN_COLUMN, "E4") in {(finding.check, finding.cell) for finding in found}
    assert "上年同期/各项贷款余额" in " ".join(finding.message for finding in found)


def test_given_a_metric_of_another_table_when_read_then_the_wide_layout_lists_its_words(tmp_path: Path) -> None:
    form = Form((PRUDENTIAL.lines[0], ("金融机构", "口径"), ("工行", "法人")))
    found = only(faults(form.xlsx(tmp_path / "指标.xlsx"), "pboc_prudential"))
    assert (found.check, found.column) == (Fault.MISSING_COLUMN, "value")
    assert "流动性比例" in found.advice


TITLES = [
    ("无单位", BALANCES.with_cell(1, 4, None), Fault.NO_UNIT, "A1", "余额"),
    ("别的季度", BALANCES.with_cell(1, 0, "截至2025年9月30日"), Fault.OTHER_PERIOD, "A2", "2025-09-30"),
    ("别的年", BALANCES.with_cell(1, 0, "2024年12月末"), Fault.OTHER_PERIOD, "A2", "2025-Q4"),
    ("无时段", BALANCES.with_cell(1, 0, "20xx年12月末"), Fault.TEMPLATE_YEAR, "A2", "20xx"),
    ("没有的月", BALANCES.with_cell(1, 0, "2025年13月末"), Fault.NO_TITLE_PERIOD, "A1", "考核期"),
    ("别的县", BALANCES.with_cell(0, 0, "孝昌县财政性资金账户余额表"), Fault.OTHER_COUNTY, "A1", "孝昌县"),
]


@pytest.mark.parametrize(("form", "fault", "cell", "word"), [t[1:] for t in TITLES], ids=[t[0] for t in TITLES])
def test_given_a_title_fault_when_read_then_it_is_named(
    tmp_path: Path, form: Form, fault: Fault, cell: str, word: str
) -> None:
    found = [finding for finding in faults(form.xlsx(tmp_path / "余额.xlsx")) if finding.check.startswith("FILE-S")]
    assert [(finding.check, finding.cell) for finding in found] == [(fault, cell)]
    assert word in found[0].message


def test_given_a_point_in_time_when_a_window_is_needed_then_the_start_is_asked_for(tmp_path: Path) -> None:
    path = TAX.with_cell(0, 0, "大悟县入库税收（2025年12月末）").xlsx(tmp_path / "税.xlsx")
    assert Fault.NO_TITLE_PERIOD in {finding.check for finding in faults(path, "tax")}


VALUES = [
    ("文字", BALANCES.with_cell(3, 4, "约1234"), Fault.NOT_A_NUMBER, "E4", "约1234"),
    ("脚注号", BALANCES.with_cell(3, 4, "1234²"), Fault.MARKED_NUMBER, "E4", "1234²"),
    ("丢整数", BALANCES.with_cell(3, 4, ".8"), Fault.LOST_DIGIT, "E4", ".8"),
    ("空", BALANCES.with_cell(3, 4, None), Fault.REQUIRED, "E4", "余额"),
    ("日期", BALANCES.with_cell(4, 5, "2025年2月30日"), Fault.NOT_A_DATE, "F5", "2月30日"),
    ("类别", BALANCES.with_cell(4, 3, "其他资金"), Fault.NOT_A_CHOICE, "D5", "其他资金"),
    ("数字账号", BALANCES.with_cell(4, 0, 99004209220100020123), Fault.ACCOUNT_DIGITS, "A5", "E+19"),
    ("过大", BALANCES.with_cell(3, 4, "9999999999999"), Fault.OUT_OF_RANGE, "E4", "9999999999999"),
    ("公式", BALANCES.with_cell(3, 4, "=1+1"), Fault.NO_CACHED_VALUE, "E4", "公式"),
    ("零头", BALANCES.with_cell(3, 4, "1234.5600001"), Fault.ROUNDED, "E4", "1234.5600001"),
]


@pytest.mark.parametrize(("form", "fault", "cell", "word"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES])
def test_given_a_value_fault_when_typed_then_it_is_named_with_its_cell(
    tmp_path: Path, form: Form, fault: Fault, cell: str, word: str
) -> None:
    form = form.with_cell(5, 4, None)
    found = only(faults(form.xlsx(tmp_path / "余额.xlsx")))
    assert (found.check, found.sheet, found.cell) == (fault, "余额", cell)
    assert word in found.message


def test_given_an_error_value_when_typed_then_it_is_no_blank(tmp_path: Path) -> None:
    path = tmp_path / "余额.xlsx"
    book = openpyxl.load_workbook(BALANCES.with_cell(5, 4, None).xlsx(path))
    cell = book.worksheets[0]["F5"]
    cell.value, cell.data_type = "#REF!", "e"
    book.save(path)
    found = only(faults(path))
    assert (found.check, found.cell) == (Fault.NO_CACHED_VALUE, "F5")


def test_given_a_bad_row_when_typed_then_it_is_set_aside_and_the_others_stand(tmp_path: Path) -> None:
    agreed = contract("balances")
    path = BALANCES.with_cell(3, 4, "约1234").xlsx(tmp_path / "余额.xlsx")
    typed = normalise(agreed, read(path, agreed, "420922", Q4), None, Q4)
    assert [row.fields["account"] for row in typed.rows] == ["99004209220100020"]
    (kept,) = typed.quarantine
    assert kept.record.texts["balance"] == "约1234"
    assert [finding.check for finding in kept.findings] == [Fault.NOT_A_NUMBER]


def test_given_a_total_that_does_not_add_up_when_read_then_the_difference_is_shown(tmp_path: Path) -> None:
    found = only(faults(BALANCES.with_cell(5, 4, 1834.56).xlsx(tmp_path / "余额.xlsx")))
    assert (found.check, found.klass, found.cell) == (Fault.TOTAL, Klass.QUALITY, "E6")
    assert "1734.56" in found.message and "100.00" in found.message and "万元" in found.message


def test_given_rounded_rows_when_totalled_then_the_slack_of_rounding_is_allowed(tmp_path: Path) -> None:
    assert faults(BALANCES.with_cell(5, 4, 1734.57).xlsx(tmp_path / "余额.xlsx")) == []
    assert only(faults(BALANCES.with_cell(5, 4, 1734.58).xlsx(tmp_path / "余额.xlsx"))).check == Fault.TOTAL


def test_given_a_subtotal_when_it_does_not_add_up_then_only_it_is_named(tmp_path: Path) -> None:
    found = only(faults(TAX.with_cell(5, 3, 1199700.56).xlsx(tmp_path / "税.xlsx"), "tax"))
    assert (found.check, found.cell) == (Fault.TOTAL, "D6")
    assert "小计" in found.message


def test_given_a_header_only_when_rows_are_due_then_it_is_a_fault_and_else_a_nil_return(tmp_path: Path) -> None:
    nil = tmp_path / "无.csv"
    nil.write_text("event,institution,kind,severity,found_on,decided_on,decision,note\n", encoding="utf-8")
    assert faults(nil, "supervisory_events") == []
    nil.write_text("account,as_of,balance,matures_on\n", encoding="utf-8")
    assert only(faults(nil)).check == Fault.NO_ROWS


@cache
def sound(suffix: str) -> bytes:
    """One sound file per format."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"余额.{suffix}"
        if suffix == "csv":
            return BALANCES.csv(path, "gb18030").read_bytes()
        return (BALANCES.xls if suffix == "xls" else BALANCES.xlsx)(path).read_bytes()


def loaded(path: Path) -> list[object] | None:
    """The typed rows if nothing stops the file, else None."""
    reading = read(path, contract("balances"), "420922", Q4)
    typed = normalise(contract("balances"), reading, None, Q4)
    return None if reading.findings or typed.findings else [dict(row.fields) for row in typed.rows]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), suffix=st.sampled_from(["xlsx", "xlsm", "xls", "csv"]))
def test_given_a_damaged_file_when_read_then_nothing_is_raised(
    tmp_path: Path, data: st.DataObject, suffix: str
) -> None:
    path = tmp_path / f"余额.{suffix}"
    whole = bytearray(sound(suffix))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(1, len(whole)))])
    loaded(path)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), suffix=st.sampled_from(["xlsx", "xlsm"]))
def test_given_a_zip_with_a_flipped_bit_when_it_loads_without_finding_then_it_loads_the_same(
    tmp_path: Path, data: st.DataObject, suffix: str
) -> None:
    path = tmp_path / f"余额.{suffix}"
    path.write_bytes(sound(suffix))
    before = loaded(path)
    assert before
    whole = bytearray(sound(suffix))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(whole)
    assert loaded(path) in (None, before)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_given_parts_swapped_or_cut_when_it_loads_without_finding_then_it_loads_the_same(
    tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / "余额.xlsx"
    path.write_bytes(sound("xlsx"))
    before = loaded(path)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    one, other = data.draw(st.permutations(sorted(parts)))[:2]
    if data.draw(st.booleans()):
        parts[one], parts[other] = parts[other], parts[one]
    else:
        parts[one] = parts[one][: data.draw(st.integers(0, len(parts[one]) - 1))]
    path.write_bytes(zipped(parts))
    assert loaded(path) in (None, before)


def test_cells_are_named_as_excel_names_them() -> None:
    assert [column_letters(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert a1(4, 2) == "C5"
