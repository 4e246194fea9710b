"""The rows of one table within a sheet: its part of the grid, and nothing else, becomes records."""

from __future__ import annotations

from cunfang.feeds.body import read_rows
from cunfang.feeds.contract import contract
from cunfang.feeds.grid import Grid
from cunfang.feeds.heading import Header, Heading

AGREED = contract("balances")
LAYOUT = AGREED.layouts[0]


def side_by_side() -> Grid:
    """Two tables beside each other; the right one is longer and its total stands in its own first column."""
    return Grid(
        "xlsx",
        "表",
        [
            ["账号", "余额", "", "账号", "余额"],
            ["001", 1.0, "", "101", 10.0],
            ["002", 2.0, "", "102", 20.0],
            ["合计", 3.0, "", "103", 30.0],
            ["", "", "", "合计", 60.0],
            ["注：左表的说明"],
            ["", "", "", "104", 40.0],
        ],
    )


def header(first_column: int) -> Header:
    return Header(0, 0, (Heading(first_column, "account"), Heading(first_column + 1, "balance", "元")))


def test_given_tables_side_by_side_when_one_is_read_then_the_other_is_not_looked_at() -> None:
    grid = side_by_side()
    left, left_faults = read_rows(grid, header(0), AGREED, LAYOUT, {}, "元", "表.xlsx", columns=range(0, 2))
    right, right_faults = read_rows(
        grid, header(3), AGREED, LAYOUT, {}, "元", "表.xlsx", columns=range(3, 5), first_no=len(left) + 1
    )
    assert left_faults == right_faults == []
    assert [record.texts["account"] for record in left] == ["001", "002"]
    assert [(record.record_no, record.texts["account"]) for record in right] == [
        (3, "101"),
        (4, "102"),
        (5, "103"),
        (6, "104"),
    ]
    assert right[0].cells == {"account": "D2", "balance": "E2"}


def test_given_a_rows_range_when_read_then_the_table_ends_there() -> None:
    records, _ = read_rows(
        side_by_side(), header(3), AGREED, LAYOUT, {}, "元", "表.xlsx", rows=range(1, 3), columns=range(3, 5)
    )
    assert [record.row_no for record in records] == [2, 3]
