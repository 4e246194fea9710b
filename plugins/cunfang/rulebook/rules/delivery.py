"""What the feed contracts deliver: which measures of a family there are, how they are read, whether they are money."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cunfang.feeds.contract import Contract, Kind, contracts
from cunfang.rulebook.flaw import Delivered, catalogue
from cunfang.rulebook.indicator import Indicator


def families() -> tuple[str, ...]:
    """Every family of feeds that some contract belongs to."""
    return tuple(dict.fromkeys(item.family for item in contracts().values()))


def delivered(family: str) -> Delivered | None:
    """How the measures of `family` are called; None where it has none that can be scored."""
    return catalogue().delivered.get(family)


@lru_cache(maxsize=64)
def measures(family: str) -> frozenset[str] | None:
    """The measures that the contracts of `family` name; None where they leave open which (any may come)."""
    how = delivered(family)
    if how is None:
        return frozenset()
    found: set[str] = set()
    for contract in _contracts(family):
        if how.columns:
            found |= {how.prefix + column.name for column in contract.loaded_columns if column.type.numeric}
            continue
        column = contract.by_name[how.named_in]
        if not column.choices:
            return None
        found |= set(column.choices.values())
    return frozenset(found)


def spellings(family: str, measure: str) -> tuple[str, ...]:
    """How offices write `measure` of `family` in their tables."""
    how = delivered(family)
    if how is None or not how.columns:
        return ()
    columns = (contract.by_name.get(measure.removeprefix(how.prefix)) for contract in _contracts(family))
    return tuple(dict.fromkeys(word for column in columns if column for word in column.spellings))


def in_yuan(node: Indicator) -> bool:
    """Whether the value of `node` is known to be money."""
    terms = node.measure or ()
    return bool(terms) and all(_money(term.family or node.family or "", term.measure) for term in terms)


def _money(family: str, measure: str) -> bool:
    how = delivered(family)
    if how is None or not how.columns:
        return False
    columns = (contract.by_name.get(measure.removeprefix(how.prefix)) for contract in _contracts(family))
    return any(column is not None and column.type is Kind.MONEY for column in columns)


def _contracts(family: str) -> Iterator[Contract]:
    return (item for item in contracts().values() if item.family == family)
