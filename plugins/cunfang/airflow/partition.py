"""Which region, period and order a run is about: its params, else its partition key (asset runs have no interval)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cunfang.period import Period


def partition_key(region: str, period: Period | str) -> str:
    """`420922|2025-Q4`."""
    return f"{region}|{period}"


def order_key(region: str, period: Period | str, order_no: str) -> str:
    """`420922|2025-Q4|420922-2025Q4-T01`."""
    return f"{region}|{period}|{order_no}"


def resolve_period(context: Mapping[str, Any]) -> tuple[str, Period]:
    """Region and period from the run's params or its partition key; a ValueError says how to give them."""
    params = context.get("params") or {}
    if params.get("region") and params.get("period"):
        return str(params["region"]), Period.parse(str(params["period"]))
    key = context["dag_run"].partition_key
    if not key or key.count("|") not in (1, 2):
        raise ValueError("请在参数中填写 region 和 period，或以分区 region|period 触发")
    region, period, *_ = key.split("|")
    return region, Period.parse(period)


def resolve_order(context: Mapping[str, Any]) -> str:
    """The order's number from the run's params or its partition key; a ValueError says how to give it."""
    params = context.get("params") or {}
    if params.get("order_no"):
        return str(params["order_no"])
    key = context["dag_run"].partition_key
    if not key or key.count("|") != 2:
        raise ValueError("请以分区 region|period|指令编号 触发")
    return str(key.split("|")[2])
