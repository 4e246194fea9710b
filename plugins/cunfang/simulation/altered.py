"""Another value of a rule book's parameter, by its path: what a what-if changes, checked as a rule book is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from cunfang.rulebook import Parameter, Rulebook
from cunfang.rulebook.flaw import Flaw
from cunfang.rulebook.indicator import MAY, NEEDS, Indicator
from cunfang.rulebook.rules import JUDGES, Known
from cunfang.simulation.fault import SimulationError

CLAUSE = "测算假设"
_SCALES = ("weight", "points")
_PLACES = Decimal("1e-10")


@dataclass(frozen=True)
class Setting:
    """A parameter's path (`indicators.tax.weight`) and its assumed value; None takes the part out.

    An indicator is found by its code wherever in the tree it stands.
    """

    path: str
    value: Any


def altered(rulebook: Rulebook, settings: Iterable[Setting], *, rescale: bool = False) -> Rulebook:
    """`rulebook` with other values; SimulationError names what does not fit.

    `rescale`: where a weight (or points) is changed, those beside it that are not keep their proportions and make up
    the level's total again. Without it, weights that do not close are refused.
    """
    content: dict[str, Any] = rulebook.model_dump(mode="json", by_alias=True, exclude_unset=True)
    before = rulebook.model_dump(mode="json", by_alias=True, exclude_unset=True)
    moved: list[tuple[str, ...]] = []
    for setting in settings:
        place = _resolved(content, setting.path)
        _put(content, place, setting.value)
        moved.append(place)
    if rescale:
        _rescale(content, before, moved)
    try:
        changed = Rulebook.model_validate(content)
    except ValidationError as error:
        raise SimulationError("；".join(dict.fromkeys(_fault(item) for item in error.errors()))) from error
    if refused := _refused(changed) - _refused(rulebook):
        raise SimulationError("；".join(sorted(refused)))
    return changed


def _fault(item: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in item["loc"])
    said = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "weights_sum":
        said += "；加 --rescale 可按比例折算同层其余指标"
    return f"{place}：{said}" if place else said


def _refused(rulebook: Rulebook) -> set[str]:
    """What the linter would refuse of it."""
    found = (raised for judge in JUDGES for raised in judge(rulebook, Known()))
    flaws = (Flaw(raised.kind, ".".join(map(str, raised.at)), raised.facts) for raised in found)
    return {flaw.text() for flaw in flaws if flaw.level == "error"}


def _resolved(content: dict[str, Any], path: str) -> tuple[str, ...]:
    """`path` as the keys that lead there; an indicator's code stands for its whole way down the tree."""
    parts = path.split(".")
    if parts[0] in ("indicators", "bonuses", "penalties") and len(parts) > 1:
        code, *rest = [part for part in parts[1:] if part != "indicators"] or [""]
        found = _way(content.get(parts[0]) or {}, code)
        if found is None:
            known = "、".join(_codes(content.get(parts[0]) or {}))
            raise SimulationError(f"{path}：没有指标 {code}；现有：{known}")
        way = (parts[0], *found)
        node = _at(content, way)
        while rest and rest[0] in (node.get("indicators") or {}):
            way, node, rest = (*way, "indicators", rest[0]), node["indicators"][rest[0]], rest[1:]
        return (*way, *rest)
    return tuple(parts)


def _way(nodes: Mapping[str, Any], code: str) -> tuple[str, ...] | None:
    if code in nodes:
        return (code,)
    for key, node in nodes.items():
        if (found := _way(node.get("indicators") or {}, code)) is not None:
            return (key, "indicators", *found)
    return None


def _codes(nodes: Mapping[str, Any]) -> Iterator[str]:
    for code, node in nodes.items():
        yield code
        yield from _codes(node.get("indicators") or {})


def _at(content: dict[str, Any], way: tuple[str, ...]) -> dict[str, Any]:
    node: dict[str, Any] = content
    for key in way:
        node = node[key]
    return node


def _put(content: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    """Set the value at `place`; a parameter gets the clause that says it is assumed."""
    *above, key = place
    model: Any = Rulebook
    node: dict[str, Any] = content
    for part in above:
        model = _inside(model, part)
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            raise SimulationError(f"{'.'.join(place)}：{part} 下面没有更细的参数")
    if value is None:
        node.pop(key, None)
        return
    kind = _inside(model, key)
    if isinstance(kind, type) and issubclass(kind, Parameter) and not (isinstance(value, dict) and "value" in value):
        value = {"value": value, "clause": CLAUSE, "origin": "ours"}
    node[key] = value
    if model is Indicator and key == "method":
        used = {key for keys in (*NEEDS.values(), *MAY.values()) for key in keys}
        for idle in used - {*NEEDS.get(value, ()), *MAY.get(value, ())}:
            node.pop(idle, None)


def _inside(model: Any, key: str) -> Any:
    """The model that stands under `key` of `model`; None where there is none."""
    if get_origin(model) is dict:
        return get_args(model)[1]
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return None
    field = next((f for name, f in model.model_fields.items() if key in (name, f.alias)), None)
    if field is None:
        return None
    for kind in (field.annotation, *get_args(field.annotation)):
        if get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return kind
    return None


def _rescale(content: dict[str, Any], before: dict[str, Any], moved: list[tuple[str, ...]]) -> None:
    """Each level in which a weight was set (or an indicator taken out) makes up its total again."""
    levels: dict[tuple[str, ...], set[str]] = {}
    for place in moved:
        way = place[:-1] if place[-1] in _SCALES else place
        if len(way) > 1 and way[-2] == "indicators":
            levels.setdefault(way[:-1], set()).add(way[-1])
    for way, fixed in levels.items():
        nodes, old = _at(content, way), _at(before, way)
        for scale in _SCALES:
            total = sum((_number(node, scale) for node in old.values()), Decimal(0))
            _close(nodes, scale, fixed, total)


def _number(node: Mapping[str, Any], scale: str) -> Decimal:
    said = node.get(scale)
    return Decimal(str(said["value"])) if said else Decimal(0)


def _close(nodes: dict[str, Any], scale: str, fixed: set[str], total: Decimal) -> None:
    free = {code: _number(node, scale) for code, node in nodes.items() if code not in fixed and node.get(scale)}
    rest = total - sum((_number(node, scale) for code, node in nodes.items() if code in fixed), Decimal(0))
    have = sum(free.values(), Decimal(0))
    if not free or have == 0 or rest == have:
        return
    if rest < 0:
        raise SimulationError(f"所设的权重合计超过 {total}，同层其余指标折算后为负")
    scaled = {code: (value * rest / have).quantize(_PLACES) for code, value in free.items()}
    largest = max(scaled, key=lambda code: scaled[code])
    scaled[largest] += rest - sum(scaled.values(), Decimal(0))
    for code, value in scaled.items():
        nodes[code][scale] = {"value": f"{value.normalize():f}", "clause": f"{CLAUSE}：按比例折算", "origin": "ours"}
