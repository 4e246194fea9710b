"""The local bureau's written reason for its refund, given when it first showed and carried to the year's end."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from dawu import calendar, office, tax

QUARTER: Final = tax.REFUND[2]
"""The quarter in which the reason is given."""

_WORDS: Final = (
    "校验编号", "报送", "工作表", "单元格", "金融机构", "校验发现",
    "理由", "说明人", "说明日期", "有效期至", "依据文件",
)  # fmt: skip
_FIRST_ROW: Final = 4
_SAID_ON: Final = datetime(2025, 10, 14)  # noqa: DTZ001 - a workbook's date has no zone


def form() -> office.Form:
    """The sheet “校验说明” of the file that came back, filled in."""
    asked = office.local_form(QUARTER)
    rows = tax.local(QUARTER)
    row, refund = next((n, item) for n, item in enumerate(rows, _FIRST_ROW) if item.paid < 0)
    return office.Form(
        "校验说明",
        f"{calendar.COUNTY}{calendar.quarter_words(QUARTER)}地税入库税收校验说明",
        asked.filler,
        "元",
        office.one_row(*_WORDS),
        [
            (
                *("TXL-Q010", "地税入库税收", asked.sheet, f"C{row}", refund.bank.tax_name, None),
                "多缴税款退库，已凭税收收入退还书与国库核对（示例）",
                *("县地税局征管股", _SAID_ON, calendar.period(4), None),
            )
        ],
        ("注：本表为示例数据。",),
        2,
    )
