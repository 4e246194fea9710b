"""What a rule book leaves unsaid or says twice: ties, zeros, negative values, names; and what is ours in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cunfang.rulebook.indicator import KEEPS_SIGN, Indicator
from cunfang.rulebook.model import Orders, Rulebook
from cunfang.rulebook.rules.site import Known, Path, Raised, Site, leaves, sites

RANKS = frozenset({"rank_step", "rank_bands"})
SHARES = frozenset({"share_of_total", "share_of_best", "inverse_of_best"})
CHANGES = frozenset({"increment", "growth", "new_ratio"})


def unsaid(rulebook: Rulebook, _: Known) -> Iterator[Raised]:
    """Rules of ties, zeros and negative values that the document does not state, so that the default holds (N7)."""
    silent = {
        "ties_unstated": [site for site in leaves(rulebook) if _ties_unstated(site.node)],
        "negative_unstated": [site for site in leaves(rulebook) if _negative_unstated(site.node)],
        "zero_unstated": [site for site in leaves(rulebook) if _zero_unstated(site.node)],
    }
    for kind, found in silent.items():
        if found:
            yield Raised(kind, found[0].at("method"), {"names": [site.name for site in found]})
    scheme = rulebook.allocation.scheme.value
    if scheme in ("top", "by_rank") and rulebook.scoring.tie_break is None:
        yield Raised("score_ties_unstated", ("allocation", "scheme"), {"scheme": scheme})
    if defaults := _orders_unstated(rulebook):
        yield Raised("orders_unstated", ("orders",), {"defaults": defaults})
    falling = rulebook.participation.four_falling
    if falling is not None and falling.rate is None:
        yield Raised("falling_rate_unstated", ("participation", "four_falling"))


def _ties_unstated(node: Indicator) -> bool:
    return node.method in RANKS and node.ties is None


def _negative_unstated(node: Indicator) -> bool:
    return node.basis in CHANGES and node.method not in KEEPS_SIGN and node.negative is None


def _zero_unstated(node: Indicator) -> bool:
    return node.method in SHARES and node.all_zero is None


def _orders_unstated(rulebook: Rulebook) -> list[str]:
    """What the model puts in for the life of an order, as `max_drift 0.05`; an index has no orders."""
    if rulebook.scheme != "commercial":
        return []
    unsaid_keys = [key for key in Orders.model_fields if key not in rulebook.orders.model_fields_set]
    put_in = {key: getattr(rulebook.orders, key) for key in unsaid_keys}
    return [f"{key} {parameter.value}" for key, parameter in put_in.items() if parameter is not None]


def names(rulebook: Rulebook, _: Known) -> Iterator[Raised]:
    """Names that stand twice, and tie-breaks that name no indicator."""
    seen: dict[tuple[Path, str], Site] = {}
    for site in sites(rulebook):
        level = (site.path[:-1], site.name)
        if level in seen:
            yield Raised("name_twice", site.at("name"), {"name": site.name, "first": seen[level].path[-1]})
        seen.setdefault(level, site)
    known = [site.placed.code for site in sites(rulebook) if site.placed.effect == "score"]
    for code in rulebook.scoring.tie_break.value if rulebook.scoring.tie_break else ():
        if code not in known:
            yield Raised("tie_break_unknown", ("scoring", "tie_break"), {"code": code, "known": known})


def ours(rulebook: Rulebook, _: Known) -> Iterator[Raised]:
    """Every value written down that is not from the text (S09): the office must know what it signs."""
    written = rulebook.model_dump(by_alias=True, exclude_none=True, exclude={"policy": True, **_defaults(rulebook)})
    yield from _walk((), written)


def _defaults(rulebook: Rulebook) -> dict[str, set[str]]:
    """What no document says and the model puts in; `orders_unstated` speaks of it."""
    return {"orders": set(Orders.model_fields) - rulebook.orders.model_fields_set}


def _walk(path: Path, node: Any) -> Iterator[Raised]:
    if isinstance(node, dict):
        if node.get("origin") == "ours":
            yield Raised("ours", path, {"value": _said(node), "clause": node["clause"]})
        for key, value in node.items():
            yield from _walk((*path, key), value)


def _said(node: dict[str, Any]) -> Any:
    value = node.get("value", node.get("of", ""))
    if isinstance(value, (tuple, list)) and value and isinstance(value[0], dict):
        return f"{len(value)} 档"
    return value
