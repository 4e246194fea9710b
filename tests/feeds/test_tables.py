"""What a table's rows are: sums and groups are told from names, free texts are left alone, wide amounts have a unit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from corpus.builder import Separated, book

from cunfang.feeds.contract import Contract, Layout, Metric, Wide, contract
from cunfang.feeds.faults import Fault
from cunfang.feeds.normalise import Typed, normalise
from cunfang.feeds.reader import read
from cunfang.feeds.record import Reading
from cunfang.feeds.totals import Span, SumWords
from cunfang.institution import Register
from cunfang.period import Period

Q4 = Period.parse("2025-Q4")
REGISTER = Register.build([("ICBC", ["工行"]), ("HBB", ["湖北银行"])])


def understood(path: Path, agreed: Contract) -> tuple[Reading, Typed]:
    reading = read(path, agreed, "420922", Q4, county="大悟县")
    return reading, normalise(agreed, reading, REGISTER, Q4)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("合计", Span.WHOLE),
        ("合　　　计：", Span.WHOLE),
        ("小计", Span.BLOCK),
        ("国有银行小计", Span.EITHER),
        ("一、国有银行", Span.EITHER),
        ("大悟县全县合计", Span.EITHER),
        ("过次页", Span.WHOLE),
        ("工行", None),
        ("合计机械厂", None),
        ("银行", None),
    ],
)
def test_a_row_is_of_sums_by_its_word(text: str, span: Span | None) -> None:
    assert SumWords().span(text) is span


def test_given_a_note_that_ends_like_a_sum_when_read_then_its_row_is_data(tmp_path: Path) -> None:
    path = tmp_path / "决定.xlsx"
    drawing = """
单位：元
决定文号 | 决定事项 | 金融机构 | 金额 | 生效日期 | 理由 | 决定日期 | 签批人
1号 | quota | 工行 | 5 | 2025-10-01 | 按合计 | 2025-10-01 | 领导小组
2号 | quota | 湖北银行 | 6 | 2025-10-01 | 合计 | 2025-10-01 | 领导小组
"""
    path.write_bytes(book(drawing).build("xlsx"))
    _, typed = understood(path, contract("decisions"))
    assert [row.fields["reason"] for row in typed.rows] == ["按合计", "合计"]


def test_given_a_table_without_figures_when_a_name_ends_like_a_sum_then_it_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "事件.csv"
    drawing = """
事件编号 | 金融机构 | 事件类别 | 处理等级 | 发现日期 | 决定日期 | 决定文号
专项合计 | 工行 | case | note | 2025-10-01 | |
合计 | | | | | |
"""
    path.write_bytes(Separated(drawing).build("csv"))
    _, typed = understood(path, contract("supervisory_events"))
    assert [row.fields["event"] for row in typed.rows] == ["专项合计"]


@pytest.mark.parametrize(
    ("unit", "paid"), [("单位：万元", [Decimal("120000.00"), Decimal("30000.00"), Decimal("5000.00")]), ("", None)]
)
def test_given_amounts_across_when_read_then_they_take_the_unit_of_the_sheet_or_ask_for_it(
    tmp_path: Path, unit: str, paid: list[Decimal] | None
) -> None:
    taxes = {name: Metric(headings=(name,)) for name in ("增值税", "印花税")}
    layout = Layout(
        name="across",
        title={"window_from": "start", "window_to": "end"},
        columns=("institution", "tax_type", "window_from", "window_to", "paid"),
        wide=Wide(name="tax_type", value="paid", metrics=taxes),
        ignored=("合计",),
    )
    agreed = contract("tax").model_copy(update={"layouts": (layout,)})
    path = tmp_path / "税.xlsx"
    path.write_bytes(
        book(f"""
大悟县分税种入库情况（2025年1-12月）
{unit}
纳税人名称 | 增值税 | 印花税 | 合计
工行 | 12 | 3 | 15
湖北银行 | 0.5 | — | 0.5
合计 | 12.5 | 3 | 15.5
""").build("xlsx")
    )
    reading, typed = understood(path, agreed)
    if paid is None:
        assert {finding.check for finding in reading.findings} == {Fault.NO_UNIT}
    else:
        assert reading.findings == ()
        assert [row.fields["paid"] for row in typed.rows] == paid
