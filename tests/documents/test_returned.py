"""The returned copy: the same table, the faults marked in it, a list to answer in, and nothing that acts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from cunfang.documents.filename import LONGEST, safe_stem
from cunfang.documents.returned import HEADINGS, LIST, returned_copy
from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import normalise
from cunfang.feeds.reader import read_bytes
from cunfang.feeds.record import Reading
from cunfang.feeds.rules import rules
from cunfang.finding import Finding, Klass
from cunfang.period import Period
from cunfang.settings import INCLUDE

Q4 = Period(2025, 4)
INBOX = INCLUDE / "sample" / "inbox" / "420922" / "2025-Q4"
OFFICE = sorted(INBOX.glob("*/*.xlsx"))
ACTING = ["=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", '=HYPERLINK("http://x.example")']


def fault(cell: str, *, sheet: str = "表", klass: Klass = Klass.VALIDITY, check: str = "PBC-V010") -> Finding:
    return Finding(check, klass, "数不对", "请核对。", "报送.xlsx", sheet, cell, "loans", 1)


def note(cell: str, sheet: str = "表") -> Finding:
    return fault(cell, sheet=sheet, klass=Klass.QUALITY, check="PBC-Q010")


def workbook(*rows: Sequence[Any], sheet: str = "表") -> bytes:
    """A plain workbook; strings stay strings."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            (page.write_string if isinstance(value, str) else page.write)(r, c, value)
    book.close()
    return buffer.getvalue()


def opened(copy: bytes) -> Workbook:
    return load_workbook(io.BytesIO(copy))


def parts(copy: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(copy)) as package:
        return {name: package.read(name) for name in package.namelist()}


def repacked(book: bytes, **changed: tuple[str, bytes]) -> bytes:
    """The workbook with parts replaced or added: `key=(part, content)`."""
    made = parts(book) | dict(changed.values())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in made.items():
            package.writestr(name, content)
    return buffer.getvalue()


def acts(copy: bytes) -> list[str]:
    """Whatever in the package could act: formulas, links, macros, names, queries."""
    found = []
    for name, content in parts(copy).items():
        for word in (b"<f>", b"<f ", b"definedName ", b"ddeLink", b"oleLink", b"TargetMode", b"<dataValidation "):
            if word in content:
                found.append(f"{name}: {word.decode()}")
        if any(word in name for word in ("vba", "externalLink", "connections", "embeddings", "activeX", "pivot")):
            found.append(name)
    return found


def listed(copy: bytes) -> Iterator[tuple[Any, ...]]:
    yield from opened(copy)[LIST].iter_rows(min_row=3, values_only=True)


@pytest.mark.parametrize("path", OFFICE, ids=lambda path: path.parent.name)
def test_given_an_office_table_when_returned_then_it_reads_as_the_original(path: Path) -> None:
    agreed = contract(path.parent.name)
    copy, name = returned_copy(path.read_bytes(), path.name, [fault("A1", sheet="")])

    def taken(content: bytes, file: str) -> Reading:
        return read_bytes(content, agreed, Reading(file, agreed.feed, "420922", Q4))

    before, after = taken(path.read_bytes(), "x.xlsx"), taken(copy, "x.xlsx")
    assert [record.fields for record in after.records] == [record.fields for record in before.records]
    assert after.findings == before.findings and before.records
    assert name.endswith("（校验）.xlsx")


def test_given_findings_when_returned_then_each_cell_is_coloured_and_says_what_and_what_to_do() -> None:
    book = workbook(["机构", "贷款"], ["工行", 1], ["农行", 2])
    copy, _ = returned_copy(book, "报送.xlsx", [note("B2"), fault("B3"), note("B3")], feed="pboc_credit")

    sheet = opened(copy)["表"]
    assert sheet["B2"].fill.fgColor.rgb == "00FFEB9C" and sheet["B3"].fill.fgColor.rgb == "00FFC7CE"
    assert sheet["B3"].comment.text == "PBC-V010：数不对\n怎么办：请核对。\nPBC-Q010：数不对\n怎么办：请核对。"
    assert sheet["A2"].comment is None and sheet["A2"].fill.fill_type is None
    assert [sheet["B2"].value, sheet["B3"].value] == [1, 2]


def test_given_findings_when_returned_then_the_list_leads_to_each_cell_and_has_room_for_an_answer() -> None:
    book = workbook(["机构", "贷款"], ["工行", 1], sheet="它's 表")
    findings = [
        note("B2", "它's 表"),
        fault("B2", sheet="它's 表"),
        Finding("FILE-Q003", Klass.QUALITY, "另有表", "请确认。"),
    ]
    copy, _ = returned_copy(book, "报送.xlsx", findings, feed="pboc_credit", institutions={1: "工行"})

    sheet = opened(copy)[LIST]
    assert tuple(cell.value for cell in sheet[2]) == HEADINGS
    assert list(listed(copy)) == [
        ("PBC-V010", "存贷款统计", "它's 表", "B2", "工行", "数不对。请核对。", None, None, None, None, None),
        ("PBC-Q010", "存贷款统计", "它's 表", "B2", "工行", "数不对。请核对。", None, None, None, None, None),
        ("FILE-Q003", "存贷款统计", None, None, None, "另有表。请确认。", None, None, None, None, None),
    ]
    assert sheet["D3"].hyperlink.location == "'它''s 表'!B2" and sheet["D3"].hyperlink.target is None
    assert sheet["D5"].hyperlink is None


def test_given_the_list_filled_in_when_delivered_then_it_is_read_as_explanations() -> None:
    book = workbook(["机构", "贷款"], ["工行", 1])
    copy, _ = returned_copy(book, "报送.xlsx", [fault("A1"), note("B2")], feed="pboc_credit", institutions={1: "ICBC"})
    filled = opened(copy)
    for column, value in zip("GHIJ", ("汇总口径不同", "统计岗", datetime(2026, 1, 12), "2026-Q2"), strict=True):  # noqa: DTZ001
        filled[LIST][f"{column}4"] = value
    buffer = io.BytesIO()
    filled.save(buffer)

    agreed = contract("explanations")
    reading = read_bytes(buffer.getvalue(), agreed, Reading("说明.xlsx", "explanations", "420922", Q4))
    typed = normalise(agreed, reading, None, Q4)

    assert reading.findings == () and typed.findings == ()
    answered = typed.rows[1].fields
    assert [answered[name] for name in ("check_id", "feed", "sheet", "cell")] == ["PBC-Q010", "pboc_credit", "表", "B2"]
    assert [answered[name] for name in ("reason", "explained_by")] == ["汇总口径不同", "统计岗"]
    assert typed.rows[0].fields["reason"] is None


@pytest.mark.parametrize("text", ACTING)
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_given_a_text_like_a_formula_when_returned_then_it_stays_a_text(text: str, suffix: str) -> None:
    content = (
        workbook(["机构"], [text]) if suffix == "xlsx" else f'机构\n"{text.replace(chr(34), chr(34) * 2)}"\n'.encode()
    )
    finding = Finding("PBC-V003", Klass.VALIDITY, text, text, "x", "", "A2", text)
    copy, _ = returned_copy(content, f"报送.{suffix}", [finding], institutions={})

    cell = opened(copy).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert acts(copy) == []


def test_given_formulas_links_names_and_macros_when_returned_then_values_alone_come_along() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("表")
    page.write_formula("A1", "=1+1", None, 2)
    page.write_formula("A2", "=cmd|'/c calc'!A0", None, "旧值")
    page.write_url("A3", "https://x.example", string="链接")
    page.write_comment("A4", "别人的批注")
    page.data_validation("A5", {"validate": "list", "source": "='[别处.xlsx]表'!$A$1:$A$3"})
    page.conditional_format("A6", {"type": "formula", "criteria": "=A1>1", "format": book.add_format()})
    book.define_name("连接", "=[别处.xlsx]表!$A$1")
    page.add_table("C1:D3")
    page.insert_chart("F1", _chart(book))
    book.set_properties({"author": "某人"})
    book.close()
    macro = ("xl/vbaProject.bin", b"macro")
    link = ("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    content = repacked(buffer.getvalue(), macro=macro, link=link)

    copy, _ = returned_copy(content, "报送.xlsm", [fault("A1")])

    sheet = opened(copy)["表"]
    assert [sheet[f"A{row}"].value for row in (1, 2, 3)] == [2, "旧值", "链接"]
    assert sheet["A3"].hyperlink is None and sheet["A4"].comment is None
    assert acts(copy) == [] and not any("chart" in name for name in parts(copy))
    assert opened(copy).properties.creator == "存放"
    assert {sheet["A1"].comment.author} == {"校验"}


def _chart(book: Any) -> Any:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=表!$A$1:$A$2"})
    return chart


def _unsafe() -> Iterator[tuple[str, bytes]]:
    plain = workbook(["机构"], ["工行"])
    sheet = parts(plain)["xl/worksheets/sheet1.xml"]
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    yield "entities", repacked(plain, one=("xl/sharedStrings.xml", entity + parts(plain)["xl/sharedStrings.xml"]))
    yield "bomb", repacked(plain, one=("xl/media/image1.bin", b"\0" * (rules().limits.unpacked_bytes + 1)))
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    yield "far cell", repacked(plain, one=("xl/worksheets/sheet1.xml", far))
    wide = sheet.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')
    yield "merged over all", repacked(plain, one=("xl/worksheets/sheet1.xml", wide))
    yield "noise", bytes(range(256)) * 40
    yield "nothing", b""


@pytest.mark.parametrize(("kind", "content"), list(_unsafe()), ids=[kind for kind, _ in _unsafe()])
def test_given_an_unsafe_file_when_returned_then_there_is_the_list_alone(kind: str, content: bytes) -> None:
    copy, _ = returned_copy(content, "报送.xlsx", [fault("A1")])

    assert opened(copy).sheetnames == [LIST], kind
    assert "没有附上标注的原表" in str(opened(copy)[LIST]["A1"].value)
    assert next(iter(listed(copy)))[0] == "PBC-V010"


def test_given_more_cells_than_are_returned_when_returned_then_there_is_the_list_alone() -> None:
    rows = rules().limits.copied_cells // 50 + 1
    content = "\n".join([",".join("1" * 50)] * rows).encode()

    assert opened(returned_copy(content, "报送.csv", [fault("A1", sheet="")])[0]).sheetnames == [LIST]


def test_given_many_faults_when_returned_then_so_many_cells_are_marked_and_all_are_listed() -> None:
    limit = rules().limits.marked_cells
    book = workbook(*[[number] for number in range(limit + 20)])
    copy, _ = returned_copy(book, "报送.xlsx", [fault(f"A{number}") for number in range(1, limit + 21)])

    marked = [cell for (cell,) in opened(copy)["表"].iter_rows() if cell.comment]
    assert len(marked) == limit
    assert len(list(listed(copy))) == limit + 20


@pytest.mark.parametrize("cell", ["第3行", "A1:C1", "B2"])
def test_given_a_row_a_range_or_a_merged_cell_when_returned_then_its_first_cell_is_marked(cell: str) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet("表").merge_range("A1:B2", "合并")
    book.close()
    copy, _ = returned_copy(buffer.getvalue(), "报送.xlsx", [fault(cell)])

    sheet = opened(copy)["表"]
    assert sheet["A3" if cell == "第3行" else "A1"].comment is not None
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:B2"]


@pytest.mark.parametrize("cell", ["XFE1", "A1048577", "A0", "ZZZ9999999", "C5; DROP", "loans", ""])
def test_given_a_place_that_no_sheet_has_when_returned_then_it_is_listed_all_the_same(cell: str) -> None:
    copy, _ = returned_copy(workbook(["机构"]), "报送.xlsx", [fault(cell)])

    assert [row[0] for row in listed(copy)] == ["PBC-V010"]


def test_given_a_returned_copy_when_it_comes_back_then_it_has_one_list() -> None:
    first, _ = returned_copy(workbook(["机构"], ["工行"]), "报送.xlsx", [fault("A1"), fault("A2")])
    again, _ = returned_copy(first, "报送.xlsx", [note("A2")])

    assert opened(again).sheetnames == ["表", LIST]
    assert [row[0] for row in listed(again)] == ["PBC-Q010"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_given_a_csv_when_returned_then_long_numbers_keep_every_digit(encoding: str) -> None:
    content = "账号,余额\n0900420922100001234,001.50\n".encode(encoding)
    copy, name = returned_copy(content, "余额.csv", [fault("B2", sheet="")])

    sheet = opened(copy).worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["0900420922100001234", "001.50"]
    assert sheet["B2"].comment is not None and name == "余额（校验）.xlsx"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd.xlsx", "passwd"),
        ("C:\\报送\\二季度.xls", "二季度"),
        ("\u202exslx.exe.xlsx", "xslx.exe"),
        ("a\x00b\n.csv", "ab"),
        ("CON.xlsx", "_CON"),
        ("....xlsx", "_"),
        ("=cmd.xlsx", "cmd"),
        ('存<贷>:"款"|?*.xlsx', "存_贷_款_"),
        ("", "_"),
    ],
)
def test_a_name_is_made_safe_and_stays_chinese(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


@given(st.text(max_size=300))
def test_any_name_is_one_path_part_that_can_be_written(name: str) -> None:
    stem = safe_stem(name)
    assert stem and len(stem) <= LONGEST + 1 and Path(stem).name == stem
    assert not stem.startswith((".", "~", "=")) and not any(ord(sign) < 32 for sign in stem)


TEXTS = st.text(max_size=12) | st.sampled_from(ACTING)
CELLS = (
    st.none()
    | TEXTS
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(CELLS, max_size=5), max_size=6),
    st.sampled_from(["csv", "xlsx", "xlsm", "xls", "exe", ""]),
    st.data(),
)
def test_whatever_is_delivered_a_copy_comes_back_and_nothing_in_it_acts(
    rows: list[list[Any]], suffix: str, data: st.DataObject
) -> None:
    kept = [
        [value if not isinstance(value, str) else "".join(filter(str.isprintable, value)) for value in row]
        for row in rows
    ]
    content = (
        workbook(*kept)
        if suffix.startswith("xls")
        else "\n".join(",".join(map(str, row)) for row in rows).encode("utf-8", "replace")
    )
    if data.draw(st.booleans()) and content:
        place = data.draw(st.integers(0, 2**20)) % len(content)
        content = content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]
    text = data.draw(TEXTS)
    finding = Finding(
        "FILE-V002", Klass.VALIDITY, text, text, text, text, data.draw(st.sampled_from(["A1", "B2", text]))
    )

    copy, _ = returned_copy(content, f"报送.{suffix}", [finding, fault("A1", sheet="")])

    assert acts(copy) == [] and LIST in opened(copy).sheetnames
