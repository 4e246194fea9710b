"""A run as tables for a terminal; amounts in 万元."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from rich.table import Table

from cunfang.documents import words
from cunfang.documents.result import Leg, ListedEvent, RunResult, Warning_
from cunfang.documents.words import late, plan, wan

ROLES = {"commercial": "商业银行", "policy": "政策性", "carved_out": "一事一议", "excluded": "不参加"}
BINDINGS = {
    "none": "",
    "floor": "不调整存量",
    "minimum": "最低额度",
    "cap": "上限",
    "deposits_cap": "自身存款上限",
    "maximum": "最高额度",
    "four_falling": "四项均下降",
    "by_rank": "名次定额",
    "fixed": "先行列支",
}
_ALERTS = {"红": "bold red", "橙": "dark_orange", "黄": "yellow"}


def result_table(result: RunResult) -> Table:
    """Each institution's score, share, amounts and binding constraint, closed by a total."""
    title = f"{result.region_name} {result.period} · {result.rulebook.name}"
    if not result.places:
        return _ranking(result, title)
    table = Table(title=title, caption="；".join(("金额：万元", *map(late, result.late))))
    for heading in ("机构", "类别", "得分", "比例", "现存", "不调整", "应存", "调整", "约束"):
        table.add_column(heading, justify="left" if heading in {"机构", "类别", "约束"} else "right")
    for item in result.participants:
        scored = item.role in {"commercial", "excluded"} or item.score
        table.add_row(
            item.label,
            ROLES[item.role],
            f"{item.score:.4f}" if scored else "—",
            f"{item.share:.2%}" if item.role == "commercial" else "—",
            *(wan(value) for value in (item.current, item.rigid, item.target)),
            _signed(item.delta),
            BINDINGS[item.binding],
        )
    table.add_section()
    current, rigid, target = (
        sum((getattr(item, name) for item in result.participants), Decimal(0))
        for name in ("current", "rigid", "target")
    )
    table.add_row("合计", "", "", "", wan(current), wan(rigid), wan(target), "", "", style="bold")
    return table


def _ranking(result: RunResult, title: str) -> Table:
    """Ranks and scores of an index, which places no money (W10)."""
    table = Table(title=title, caption="；".join(map(late, result.late)) or None)
    for heading in ("名次", "对象", "得分", "说明"):
        table.add_column(heading, justify="right" if heading in {"名次", "得分"} else "left")
    for item in sorted(result.participants, key=lambda one: (one.rank is None, one.rank or 0, one.sort_no)):
        table.add_row(str(item.rank or "—"), item.label, f"{item.score:.4f}", item.reason)
    return table


def legs_table(result: RunResult) -> Table:
    """The transfers, those that wait with the day, those that are blocked with their reason; what was proved below."""
    notes = ("金额：万元", "待到期的自所示日期起划转", "受阻的须先开户，不改道", plan(result.plan))
    table = Table(title="划转明细", caption="；".join(filter(None, notes)))
    for heading in ("序", "调出", "调入", "所有者", "资金类别", "金额", "状态"):
        table.add_column(heading, justify="right" if heading in {"序", "金额"} else "left")
    for leg in result.legs:
        table.add_row(
            str(leg.leg_no),
            result.short_name(leg.from_institution),
            result.short_name(leg.to_institution),
            leg.owner,
            leg.fund_category_name,
            wan(leg.amount),
            f"[red]{leg.reason}[/]" if leg.status == "blocked" else _starting(leg),
        )
    return table


def _starting(leg: Leg) -> str:
    return f"{leg.available_from} 起" if leg.available_from else "待划转"


def warning_lines(warnings: Iterable[Warning_]) -> list[str]:
    """One line a warning, red first."""
    return [
        f"[{_ALERTS[item.level]}]{item.level}[/]  {item.short_name} {item.metric_name} {_cause(item)}{item.reason}"
        for item in warnings
    ]


def _cause(item: Warning_) -> str:
    scope = words.SCOPES.get(item.scope, str(item.scope))
    if isinstance(cause := item.cause, ListedEvent):
        severity = words.SEVERITIES.get(cause.severity, cause.severity)
        return f"{severity}（{item.as_of}，{cause.decision or '没有文号'}，{scope}）"
    of = f"{cause.type}" if cause.type else ""
    return f"{cause.value:.2%}（{of}限值 {cause.limit:.2%}，{scope}）"


def _signed(delta: Decimal) -> str:
    if not delta:
        return "0.00"
    return f"[{'green' if delta > 0 else 'red'}]{'+' if delta > 0 else '−'}{wan(abs(delta))}[/]"
