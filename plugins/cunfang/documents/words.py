"""How documents and mail say things in Chinese: periods, roles, amounts, percentages, the freshness line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from cunfang.feeds.contract import contracts
from cunfang.period import Period

if TYPE_CHECKING:
    from cunfang.documents.result import Late, RunResult, TransferPlan

WAN: Final = Decimal(10_000)
CENT: Final = Decimal("0.01")
SAMPLE: Final = "示例数据"

ROLES: Final = {
    "commercial": "参加分配",
    "policy": "政策性银行，单独考核",
    "carved_out": "一事一议",
    "excluded": "不参加",
}
ROLE_WORDS: Final = {"commercial": "", "policy": "单独考核", "carved_out": "一事一议", "excluded": "不参加"}
BINDINGS: Final = {
    "none": "按得分",
    "floor": "不调整存量为下限",
    "minimum": "最低额度",
    "cap": "集中度上限",
    "deposits_cap": "自身存款比例上限",
    "maximum": "最高额度",
    "four_falling": "四项均下降减少",
    "by_rank": "名次定额",
    "fixed": "先行列支",
}
QUOTA_MODES: Final = {"stock": "期末存量", "stock_less_reserve": "存量扣除支付备付", "fixed": "政府决定数"}
LEG_STATUS: Final = {"planned": "划转", "scheduled": "待到期", "blocked": "受阻"}
SCOPES: Final = {"legal_person": "法人口径", "branch": "分支机构口径", None: "名录未写明法人或分支"}
SEVERITIES: Final = {"note": "记录", "deduct": "扣分", "disqualify": "取消资格"}
KLASSES: Final = {"syntactical": "格式", "validity": "有效性", "quality": "质量", "macro": "宏观"}
RUN_STATUS: Final = {"draft": "待签批", "approved": "已签批", "published": "已发布", "rejected": "已退回", "": "待签批"}
_QUARTERS: Final = "一二三四"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def one_line(text: str) -> str:
    """`text` without line breaks, control and direction characters: safe in a header, whoever wrote the bank's name."""
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))


def feed_name(feed: str) -> str:
    """What a feed is called in its contract; its code when there is none."""
    agreed = contracts().get(feed)
    return agreed.name if agreed else feed


def quarter(period: Period) -> str:
    """`2025年四季度`."""
    return f"{period.year}年{_QUARTERS[period.quarter - 1]}季度"


def late(item: Late) -> str:
    """What became of a feed that did not come in time: `机构指标逾期未报，用 2025年三季度 的数据`."""
    what = f"用 {quarter(Period.parse(item.used_period))} 的数据" if item.used_period else "不计入本期"
    return f"{item.name}（{item.feed}）逾期未报，{what}"


def wan(yuan: Decimal) -> str:
    """Yuan as 万元 with two decimals, half-up, thousands separated."""
    return f"{_wan(yuan):,.2f}"


def signed(wan_amount: Decimal) -> str:
    """An amount in 万元 with its sign, so that 调入 and 调出 cannot be confused."""
    return f"{wan_amount:+,.2f}" if wan_amount else "0.00"


def closed_wan(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Yuan amounts as 万元 whose two printed decimals add up to the printed total.

    Each is rounded half-up; where that does not close, those nearest to the other side of a half give way by 0.01.
    """
    shown = [_wan(amount) for amount in amounts]
    gap = int((_wan(sum(amounts, Decimal(0))) - sum(shown, Decimal(0))) / CENT)
    step = CENT if gap > 0 else -CENT
    by_loss = sorted(range(len(amounts)), key=lambda i: (amounts[i] / WAN - shown[i]) * step, reverse=True)
    for index in by_loss[: abs(gap)]:
        shown[index] += step
    return shown


def percent(ratio: Decimal, places: int = 2) -> str:
    """A ratio as a percentage, half-up: `0.0825` → `8.25%`."""
    return f"{(ratio * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0}%"


def short_percent(ratio: Decimal) -> str:
    """A percentage as a subject line writes it: `18.2%`, `25%`."""
    shown = (ratio * 100).quantize(CENT, ROUND_HALF_UP).normalize()
    return f"{shown:f}%"


def points(value: Decimal) -> str:
    """Points or a score to 4 places (N7)."""
    return f"{value.quantize(Decimal('0.0001'), ROUND_HALF_UP)}"


def title(result: RunResult) -> str:
    """`大悟县 2025年四季度政府性资金存放考核结果`."""
    return f"{result.region_name} {quarter(result.period)}政府性资金存放考核结果"


def freshness(result: RunResult) -> str:
    """The line that stands on every page: how far the figures reach and by which rules."""
    fresh = result.freshness
    return (
        f"数据截至 {fresh.data_as_of:%Y-%m-%d}，第 {fresh.run_no} 次运行（批次 {result.run_id}，"
        f"{RUN_STATUS.get(result.status, result.status)}），考核办法 {result.rulebook.name}"
        f"（{result.rulebook.code}，{result.rulebook.content_hash[:8]}），检查 {fresh.passed}/{fresh.checked} 通过"
    )


def _wan(yuan: Decimal) -> Decimal:
    # Adding 0 takes the sign off a rounded -0.
    return (yuan / WAN).quantize(CENT, ROUND_HALF_UP) + 0


def plan(found: TransferPlan | None) -> str:
    """What was proved of a run's transfers, in one line (N10); empty where there is none to speak of."""
    if found is None or not found.legs:
        return ""
    if found.proved:
        return f"划转 {found.legs} 笔，已证明最少"
    return f"划转 {found.legs} 笔" + ("" if found.lower_bound is None else f"，下界 {found.lower_bound} 笔")
