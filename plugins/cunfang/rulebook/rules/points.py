"""Whether points close, and whether they can be reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from cunfang.rulebook.indicator import Indicator
from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.rules.site import Known, Path, Raised, Site, leaves, sites
from cunfang.rulebook.rules.spoken import short


def closing(rulebook: Rulebook, _: Known) -> Iterator[Raised]:
    """Points that do not add up to those of the level above; weights are the model's."""
    if rulebook.full_scale is not None:
        yield from _level(rulebook.indicators, rulebook.full_scale.value, rulebook.name, ("indicators",))
    for site in sites(rulebook):
        if not site.node.leaf:
            yield from _level(site.node.indicators, site.placed.full_points, site.name, site.at("indicators"))


def _level(nodes: Mapping[str, Indicator], full: Decimal, name: str, at: Path) -> Iterator[Raised]:
    if any(node.points is None for node in nodes.values()):
        return
    total = sum((node.points.value for node in nodes.values() if node.points), Decimal(0))
    if total != full:
        yield Raised("points_sum", at, {"name": name, "total": short(total), "full": short(full)})


def reach(rulebook: Rulebook, known: Known) -> Iterator[Raised]:
    """Points above the full points, points nobody can reach, places that cost nothing."""
    for site in leaves(rulebook):
        if site.placed.full_points == 0:
            yield Raised("no_points", site.path, {"name": site.name})
            continue
        yield from _above(site, open_scale=rulebook.full_scale is None)
        yield from _below(site)
        if site.node.method == "rank_step":
            yield from _steps(site, known)


def _best(node: Indicator, key: str) -> Decimal | None:
    said = getattr(node, key)
    if said is None:
        return None
    if key == "bands":
        return max((band.points for band in said.value), default=None)
    return Decimal(said.value)


def _above(site: Site, *, open_scale: bool) -> Iterator[Raised]:
    node, full = site.node, site.placed.full_points
    for key in ("base", "floor", "bands", "otherwise"):
        best = _best(node, key)
        if best is not None and best > full and not (node.cap is not None and node.cap.value >= best):
            facts = {"name": node.name, "key": key, "best": short(best), "full": short(full)}
            yield Raised("points_above", site.at(key), facts)
    if open_scale:
        return
    if node.cap is not None and node.cap.value > full:
        facts = {"name": node.name, "cap": short(node.cap.value), "full": short(full)}
        yield Raised("cap_above" if _may_exceed(node) else "cap_idle", site.at("cap"), facts)
    if node.cap is None and _may_exceed(node):
        yield Raised("no_cap", site.at("method"), {"name": node.name, "full": short(full)})


def _may_exceed(node: Indicator) -> bool:
    """Whether the method itself may give more than the full points."""
    return (
        node.method in ("points_per_unit", "target_completion")
        and node.unit_points is not None
        and node.unit_points.value > 0
    )


def _below(site: Site) -> Iterator[Raised]:
    node, full = site.node, site.placed.full_points
    tops = [node.cap.value] if node.cap is not None else []
    if node.method in ("bands", "rank_bands"):
        tops.append(max(best for key in ("bands", "otherwise") if (best := _best(node, key)) is not None))
    if node.method == "area_relative" and node.per_point is not None and node.per_point.value == 0 and node.base:
        tops.append(node.base.value)
    if tops and min(tops) < full:
        facts = {"name": node.name, "best": short(min(tops)), "full": short(full)}
        yield Raised("points_unreachable", site.path, facts)


def _steps(site: Site, known: Known) -> Iterator[Raised]:
    node, full = site.node, site.placed.full_points
    step = node.step.value if node.step else full * (node.step_percent.value if node.step_percent else 0) / 100
    at = site.at("step" if node.step else "step_percent")
    if step == 0:
        yield Raised("step_none", at, {"name": node.name})
    elif step > full:
        yield Raised("step_large", at, {"name": node.name, "step": short(step), "full": short(full)})
    elif known.banks is not None and known.banks > 1 and full - step * (known.banks - 1) > 0:
        last = short(full - step * (known.banks - 1))
        yield Raised("last_rank", at, {"name": node.name, "banks": known.banks, "last": last})
    elif known.banks is not None and full - step * (known.banks - 2) <= 0:
        places = int(full / step) + 1
        yield Raised("ranks_at_zero", at, {"name": node.name, "banks": known.banks, "place": places})
