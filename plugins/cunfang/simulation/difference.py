"""What two rule books set differently, choice by choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cunfang.rulebook import Rulebook

_ASIDE = frozenset(
    {"clause", "origin", "code", "name", "document", "effective_from", "effective_to", "parent", "regions", "printed"}
)
_TREES = frozenset({"indicators", "bonuses", "penalties"})


@dataclass(frozen=True)
class Difference:
    """One parameter that two rule books set differently; an empty text is one that is not set."""

    path: str
    before: str
    after: str


def differences(before: Rulebook, after: Rulebook) -> list[Difference]:
    """Every choice that the two make differently, in the order of the documents; clauses and names left aside.

    An indicator that only one of them has is one line, not one for each of its parameters.
    """
    return list(_walk("", *(_plain(one) for one in (before, after))))


def _plain(rulebook: Rulebook) -> dict[str, Any]:
    return rulebook.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)


def _walk(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    for key in dict.fromkeys((*old, *new)):
        if key in _ASIDE:
            continue
        place = f"{path}.{key}" if path else key
        was, now = old.get(key), new.get(key)
        in_tree = path.rpartition(".")[2] in _TREES
        if (_branch(was) and _branch(now)) or (not in_tree and (_branch(was) or _branch(now))):
            yield from _walk(place, was or {}, now or {})
        elif (texts := (_text(was), _text(now)))[0] != texts[1]:
            yield Difference(place, *texts)


def _branch(node: Any) -> bool:
    """Whether there are parameters below; a value with its clause is one parameter."""
    return isinstance(node, dict) and not ("value" in node and "clause" in node)


def _text(node: Any) -> str:
    match node:
        case None:
            return ""
        case {"value": value, "clause": _}:
            return _text(value)
        case {"name": str(name)} if "weight" in node or "points" in node or "amount" in node:
            said = _text(node.get("weight") or node.get("points") or node.get("amount"))
            return " ".join(part for part in (name, said, node.get("method", "")) if part)
        case dict():
            return "，".join(f"{key} {_text(item)}" for key, item in node.items() if key not in _ASIDE)
        case list():
            return "、".join(map(_text, node))
    return str(node)
