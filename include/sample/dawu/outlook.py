"""What the county is measured by and against: targets, peers, credit projects (C03, D03, D08, S28).

Real (seed 000, printed): the peers' loan-to-deposit ratios, and the targets 突破 120 亿元 of deposits, 不低于 80% of
new deposits lent in the county, 突破 50% loans to deposits. The rest is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dawu import calendar
from dawu.accounts import account
from dawu.banks import BANKS
from dawu.office import WAN, Form, one_row
from dawu.table import Table

TARGET_COLUMNS: Final = "target subject measure operator amount rate amount_max year q1 q2 q3 q4 owner"
PEER_COLUMNS: Final = "peer as_of measure value unit"
PROJECT_COLUMNS: Final = "project name institution capital_account capital_amount loan_amount counterpart_funds"

PEERS: Final = {
    "孝感全市": "46.84", "汉川": "65.87", "孝南": "52.81", "应城": "45.73",
    "安陆": "44.4", "云梦": "31.72", "孝昌": "24.24",
}  # fmt: skip
"""Loans to deposits in per cent."""


@dataclass(frozen=True)
class Target:
    """One target; amounts in 万元, `rate` in per cent; `words` are what the office writes, `measure` what it means."""

    subject: str
    words: str
    measure: str
    requirement: str
    operator: str
    owner: str
    amount: int | None = None
    rate: int | None = None
    plan: tuple[int, ...] = ()


OFFICE: Final = "大悟县金融办"
TARGETS: Final = (
    Target("全县", "各项存款余额", "deposits", "突破", ">", OFFICE, 1_200_000, None,
           (1_060_000, 1_110_000, 1_160_000, 1_200_000)),
    Target("全县", "新增存款用于当地贷款比例", "local_use_ratio", "不低于", ">=", OFFICE, rate=80),
    Target("全县", "存贷比", "ldr", "突破", ">", OFFICE, rate=50),
    Target("全县", "新增贷款", "loans_increment", "不低于", ">=", OFFICE, 80_000, 25, (20_000, 40_000, 60_000, 80_000)),
    Target("农商行", "新增贷款", "loans_increment", "左右", "about", "大悟农商行", 25_000, None,
           (6_000, 12_500, 19_000, 25_000)),
    Target("全县", "不良贷款余额", "npl", "不高于", "<=", "人民银行大悟县支行", 8_000),
    Target("全县", "小微企业贷款", "loans_micro", "基本持平", "flat", OFFICE),
)  # fmt: skip


def targets() -> Table:
    """The year's targets."""
    codes = {bank.short: bank.code for bank in BANKS} | {"全县": calendar.REGION}
    return Table.of(
        TARGET_COLUMNS,
        (
            (
                number, codes[t.subject], t.measure, t.operator, _yuan(t.amount),
                None if t.rate is None else Decimal(t.rate) / 100, None, calendar.YEAR, *map(_yuan, _plan(t)), t.owner,
            )
            for number, t in _numbered()
        ),
    )  # fmt: skip


def targets_form() -> Form:
    """金融办's table of targets in 万元."""
    words = ("编号", "责任对象", "指标", "要求", "目标值", "目标增幅或比率（%）", "年度",
             "一季度累计", "二季度累计", "三季度累计", "四季度累计", "责任单位")  # fmt: skip
    return Form(
        "目标任务", f"{calendar.COUNTY}{calendar.YEAR}年度金融工作目标任务表", OFFICE, "万元", one_row(*words),
        [
            (number, t.subject, t.words, t.requirement, _decimal(t.amount), _decimal(t.rate), str(calendar.YEAR),
             *map(_decimal, _plan(t)), t.owner)
            for number, t in _numbered()
        ],
        ("注：本表为示例数据，目标未经县政府下达。",), 0,
    )  # fmt: skip


def peers(quarter: int) -> Table:
    """The peers' ratios at the end of the quarter."""
    day = calendar.end(quarter)
    return Table.of(PEER_COLUMNS, ((peer, day, "ldr", value, "%") for peer, value in PEERS.items()))


def peers_form(quarter: int) -> Form:
    """The upper level's ranking."""
    return Form(
        "存贷比", f"孝感市各县市区存贷比情况表（{calendar.month_end_words(quarter)}）", "孝感市金融办", "亿元",
        one_row("县市区", "存贷比（%）"), [(peer, Decimal(value)) for peer, value in PEERS.items()],
        ("注：本表为示例数据，比率取自公开讲话，时点为指定。",), 2,
    )  # fmt: skip


def projects() -> Table:
    """Projects whose capital the policy bank keeps."""
    first, second = account("ADBC", 1).number, account("ADBC", 2).number
    return Table.of(
        PROJECT_COLUMNS,
        (
            ("XM-001", "示例数据：高标准农田项目", "ADBC", first, _yuan(2_400), _yuan(9_600), _yuan(600)),
            ("XM-002", "示例数据：水库除险加固项目", "ADBC", second, _yuan(1_200), _yuan(4_800), None),
        ),
    )


def _numbered() -> tuple[tuple[str, Target], ...]:
    return tuple((f"MB{calendar.YEAR}-{n:02d}", target) for n, target in enumerate(TARGETS, start=1))


def _plan(target: Target) -> tuple[int | None, ...]:
    return target.plan or (None, None, None, None)


def _yuan(amount: int | None) -> Decimal | None:
    return None if amount is None else (amount * WAN).quantize(Decimal("0.01"))


def _decimal(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
