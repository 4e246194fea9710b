"""Rule books beside one another: which of them holds when, for which region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.rules.site import Raised


def among_versions(rulebook: Rulebook, others: Sequence[Rulebook]) -> Iterator[Raised]:
    """One valid beside another for the same region, one that starts before its parent, two of one name."""
    for other in others:
        regions = sorted(set(rulebook.regions) & set(other.regions))
        if regions and other.scheme == rulebook.scheme and _meet(rulebook, other):
            facts = {"other": other.code, "regions": regions, "since": max(_start(rulebook), _start(other))}
            yield Raised("versions_overlap", ("effective_from",), facts)
        if other.code == rulebook.parent and _start(rulebook) < _start(other):
            facts = {"parent": other.code, "start": _start(other)}
            yield Raised("before_parent", ("effective_from",), facts)
        if other.name == rulebook.name:
            yield Raised("name_of_another", ("name",), {"other": other.code, "name": rulebook.name})


def _start(rulebook: Rulebook) -> date:
    return rulebook.effective_from


def _meet(one: Rulebook, other: Rulebook) -> bool:
    ends = [each.effective_to or date.max for each in (one, other)]
    return one.effective_from <= ends[1] and other.effective_from <= ends[0]
