"""Whether what a rule book reads is delivered: its feeds, its measures, on the basis it reads them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from cunfang.rulebook.indicator import Indicator
from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.parameter import Gate, Reference
from cunfang.rulebook.rules.delivery import delivered, families, measures
from cunfang.rulebook.rules.site import Known, Path, Raised, Site, leaves


def sources(rulebook: Rulebook, _: Known) -> Iterator[Raised]:
    """Feeds and measures that no contract delivers."""
    for place, family in enumerate(rulebook.requires.value):
        if family not in families():
            yield _no_feed(("requires", "value", place), family)
    for site in leaves(rulebook):
        yield from _terms(site)
        yield from _held_against(site)
    yield from _participation(rulebook)
    if cap := rulebook.allocation.deposits_cap:
        yield from _measured(("allocation", "deposits_cap"), cap.family, cap.measure)
    yield from _open(rulebook)


def _terms(site: Site) -> Iterator[Raised]:
    node = site.node
    for side, terms in (("measure", node.measure or ()), ("over", node.over or ())):
        for term in terms:
            family = term.family or node.family or ""
            yield from _measured(site.at(side), family, term.measure, site.at("family"))
            how = delivered(family)
            if how is not None and node.basis and node.basis not in how.bases:
                facts = {"name": node.name, "family": family, "basis": node.basis, "bases": sorted(how.bases)}
                yield Raised("basis_not_delivered", site.at("basis"), facts)
                return


def _held_against(site: Site) -> Iterator[Raised]:
    held: dict[str, Reference | Gate | None] = {"reference": site.node.reference, "gate": site.node.gate}
    for key, one in held.items():
        if one is not None and one.of in ("peers", "targets") and one.measure is not None:
            yield from _measured(site.at(key), one.of, one.measure)


def _participation(rulebook: Rulebook) -> Iterator[Raised]:
    late, falling = rulebook.participation.suspension, rulebook.participation.four_falling
    if late is not None:
        yield from _measured(("participation", "suspension"), late.family, late.measure)
    if falling is not None:
        yield from _measured(("participation", "four_falling"), "tax", falling.tax)


def _measured(at: Path, family: str, measure: str, family_at: Path | None = None) -> Iterator[Raised]:
    if family not in families():
        yield _no_feed(family_at or at, family)
    elif delivered(family) is None:
        yield Raised("feed_not_scored", family_at or at, {"family": family})
    elif (known := measures(family)) is not None and measure not in known:
        near = difflib.get_close_matches(measure, known, n=3, cutoff=0.6) or sorted(known)
        yield Raised("no_measure", at, {"family": family, "measure": measure, "known": near})


def _no_feed(at: Path, family: str) -> Raised:
    return Raised("no_feed", at, {"family": family, "known": families()})


def _open(rulebook: Rulebook) -> Iterator[Raised]:
    """Measures of open feeds: no contract promises them, so the office has to deliver them under that very name."""
    found: dict[str, dict[str, Path]] = {}
    for site in leaves(rulebook):
        for family, measure in _named(site.node):
            if family in families() and delivered(family) is not None and measures(family) is None:
                found.setdefault(family, {}).setdefault(measure, site.at("measure"))
    for family, named in found.items():
        yield Raised("open_measures", next(iter(named.values())), {"family": family, "measures": list(named)})


def _named(node: Indicator) -> Iterator[tuple[str, str]]:
    for term in (*(node.measure or ()), *(node.over or ())):
        yield term.family or node.family or "", term.measure
