"""Reading office workbooks: ours against pandas with openpyxl, and against bare python-calamine, in CPU seconds.

Ours understands the table (guards, header, units, totals tied out) and gives records by column; where `every cell` is
said, each text, A1 coordinate and unit is written out as well. The peers give bare cells. All are held to be the same.
"""

from __future__ import annotations

import gc
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook

from bench.measure import Row
from cunfang.feeds.contract import contract
from cunfang.feeds.normalise import normalise
from cunfang.feeds.reader import read
from cunfang.feeds.record import Reading
from cunfang.period import Period

PERIOD = Period.parse("2025-Q4")
FEED = contract("pboc_credit")
HEADINGS = (
    "金融机构", "各项存款余额", "各项贷款余额", "企业贷款", "消费贷款", "涉农贷款", "中小企业贷款", "小微企业贷款",
    "农户贷款", "绿色贷款", "中长期贷款", "不良贷款余额", "年初存款余额", "年初贷款余额",
)  # fmt: skip
LARGE, SMALL, SMALL_FILES = 20_000, 20, 50
FIRST_ROW = 3


def measure(rounds: int) -> list[Row]:
    """One large workbook, and a set of small ones."""
    with tempfile.TemporaryDirectory() as folder:
        large = [_workbook(Path(folder) / "大.xlsx", LARGE)]
        small = [_workbook(Path(folder) / f"小{number}.xlsx", SMALL, number) for number in range(SMALL_FILES)]
        return [
            *_rows(f"a workbook of {LARGE:,} rows × {len(HEADINGS)}", large, rounds),
            *_rows(f"{SMALL_FILES} workbooks of {SMALL} rows", small, rounds),
        ]


def _rows(what: str, paths: Sequence[Path], rounds: int) -> list[Row]:
    for path in paths:
        _assert_same(path)
    sides: list[Callable[[Path], object]] = [_read, _every_cell, _typed, _pandas, _calamine]
    taken: dict[Callable[[Path], object], list[float]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            taken[side].append(_seconds(side, paths))
    pandas, calamine = "pandas.read_excel, openpyxl", "bare python-calamine"
    return [
        Row(f"reading {what}, every cell", taken[_every_cell], taken[_pandas], pandas, "≤ 0.2"),
        Row(f"reading {what}", taken[_read], taken[_calamine], calamine, "≤ 1.5"),
        Row(f"reading {what}, every cell", taken[_every_cell], taken[_calamine], calamine, "—"),
        Row(f"reading and typing {what}", taken[_typed], taken[_pandas], pandas, "—"),
    ]


def _seconds(side: Callable[[Path], object], paths: Sequence[Path]) -> float:
    gc.collect()
    gc.freeze()  # what the measurement itself has imported is no side's to look through
    began = time.process_time()
    for path in paths:
        side(path)
    return time.process_time() - began


def _read(path: Path) -> Reading:
    return read(path, FEED, "420922", PERIOD)


def _every_cell(path: Path) -> object:
    return list(_read(path).records.rows())


def _typed(path: Path) -> object:
    return normalise(FEED, _read(path), None, PERIOD)


def _pandas(path: Path) -> pd.DataFrame:
    return pd.read_excel(path, engine="openpyxl", header=None)


def _calamine(path: Path) -> list[list[object]]:
    cells: list[list[object]] = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return cells


def _hold(true: bool, what: object) -> None:
    if not true:
        raise ValueError(what)


def _assert_same(path: Path) -> None:
    """Every cell of every record is what both peers have at its coordinate."""
    reading, frame, cells = _read(path), _pandas(path).to_numpy(), _calamine(path)
    _hold(not reading.findings, reading.findings)
    names = [name for name in FEED.by_name if name in reading.records[0].texts and name != "as_of"]
    _hold(len(names) == len(HEADINGS), names)
    count = 0
    for row in reading.records.rows():
        for name in names:
            letters = row.cells[name].rstrip("0123456789")
            place = int(row.cells[name][len(letters) :]) - 1, ord(letters) - ord("A")
            ours = row.texts[name] if name == "institution" else float(row.texts[name])
            _hold(ours == cells[place[0]][place[1]] == frame[place], row)
            count += 1
    _hold(count == (len(cells) - FIRST_ROW - 2) * len(HEADINGS), count)


def _workbook(path: Path, rows: int, seed: int = 0) -> Path:
    """An office table as Excel writes it: title, unit line, borders and formats, a total, a note."""
    drawn = random.Random(seed)  # noqa: S311
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("存贷款情况")
    head = book.add_format({"bold": True, "border": 1, "align": "center"})
    name, money = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "#,##0.00"})
    sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "大悟县金融机构存贷款情况表（2025年12月末）", head)
    sheet.write(1, len(HEADINGS) - 1, "单位：万元")
    sheet.write_row(2, 0, HEADINGS, head)
    sums = [0] * (len(HEADINGS) - 1)
    for row in range(FIRST_ROW, FIRST_ROW + rows):
        sheet.write(row, 0, f"大悟县{row}号支行", name)
        for column in range(1, len(HEADINGS)):
            hundredths = drawn.randrange(20_000_000)
            sums[column - 1] += hundredths
            sheet.write(row, column, hundredths / 100, money)
    sheet.write(FIRST_ROW + rows, 0, "合计", head)
    sheet.write_row(FIRST_ROW + rows, 1, [total / 100 for total in sums], money)
    sheet.write(FIRST_ROW + rows + 1, 0, "注：示例数据。")
    sheet.set_column(0, 0, 24)
    book.close()
    return path
