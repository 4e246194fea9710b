"""What a document prints against what the rule book computes, and against itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cunfang.institution import normal_form
from cunfang.rulebook.flaw import Vocabulary, catalogue
from cunfang.rulebook.indicator import Indicator
from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.parameter import Band, Printed
from cunfang.rulebook.rules.delivery import spellings
from cunfang.rulebook.rules.edges import Edge, PrintedBand, printed_band
from cunfang.rulebook.rules.site import Known, Path, Raised, Site, sites
from cunfang.rulebook.rules.spoken import figure, short


def printed(rulebook: Rulebook, _: Known) -> Iterator[Raised]:
    """Headings against bodies, words against measures, printed points and edges against those that count."""
    for site in sites(rulebook):
        said = site.node.printed
        if said is not None:
            found = [*_words(site, said), *_points(site, said)]
            yield from found
            if said.text is not None and said.resolved is not None and not found:
                facts = {"name": site.name, "text": said.text, "resolved": said.resolved}
                yield Raised("text_resolved", site.at("printed"), facts)
        if site.node.bands is not None:
            yield from _bands(site.node.bands.value, site.at("bands"), site.name, site.node)
    if rulebook.allocation.tiers is not None:
        yield from _bands(rulebook.allocation.tiers.value, ("allocation", "tiers"), rulebook.name, None)


def _judged(kind: str, resolved: str | None, at: Path, **facts: object) -> Raised:
    """An error, or a warning where the rule book says how it was read."""
    if resolved is None:
        return Raised(kind, at, facts)
    return Raised(f"{kind}_resolved", at, {**facts, "resolved": resolved})


def _words(site: Site, said: Printed) -> Iterator[Raised]:
    heading, body = said.heading, said.body
    if heading and body and not _agree(heading, body):
        facts = {"name": site.name, "heading": heading, "body": body}
        yield _judged("heading_against_body", said.resolved, site.at("printed"), **facts)
    texts = [text for text in (heading, body) if text]
    if site.node.leaf and texts and not any(_meant(site.node, text) for text in texts):
        at, measured = site.at("printed"), _measured(site.node)
        yield _judged("printed_against_measure", said.resolved, at, name=site.name, printed=texts, measure=measured)


def _points(site: Site, said: Printed) -> Iterator[Raised]:
    full = site.placed.full_points
    if said.points is not None and said.points != full:
        facts = {"name": site.name, "printed": short(said.points), "full": short(full)}
        yield _judged("printed_points", said.resolved, site.at("printed"), **facts)


def _spoken_of(text: str, words: dict[str, tuple[str, ...]]) -> str | None:
    return next((one for one, names in words.items() if any(name in text for name in names)), None)


def _agree(one: str, other: str) -> bool:
    """Whether two texts mean the same: the same thing on the same basis, where the words tell."""
    book = catalogue().vocabulary
    told = False
    for words in (book.subjects, book.bases):
        pair = (_spoken_of(one, words), _spoken_of(other, words))
        if None not in pair:
            told = True
            if pair[0] != pair[1]:
                return False
    return told or normal_form(one) == normal_form(other)


def _meant(node: Indicator, text: str) -> bool:
    """Whether `text` may mean what `node` reads; where no word tells, it may."""
    book = catalogue().vocabulary
    subject, basis = _spoken_of(text, book.subjects), _spoken_of(text, book.bases)
    if basis is not None and node.basis not in book.basis_of[basis]:
        return False
    return subject is None or subject in _subjects(node, book)


def _subjects(node: Indicator, book: Vocabulary) -> set[str | None]:
    found = {_spoken_of(node.name, book.subjects)} if not _measured(node) else set()
    for term in node.measure or ():
        found |= {_spoken_of(word, book.subjects) for word in spellings(term.family or node.family or "", term.measure)}
    if not found - {None}:
        found = {_spoken_of(node.name, book.subjects)}
    if node.over is None:
        return found
    for term in node.over:
        found |= {_spoken_of(word, book.subjects) for word in spellings(term.family or node.family or "", term.measure)}
    return {*found, "ratio"}


def _measured(node: Indicator) -> list[str]:
    return [term.measure for term in node.measure or ()]


def _bands(bands: Sequence[Band], at: Path, name: str, node: Indicator | None) -> Iterator[Raised]:
    read: list[PrintedBand | None] = []
    for place, band in enumerate(bands):
        here = (*at, "value", place)
        known = printed_band(band.printed) if band.printed else None
        read.append(known)
        if band.printed and known is None:
            yield Raised("printed_unread", here, {"name": name, "printed": band.printed})
        elif known is not None:
            facts = {"name": name, "printed": band.printed}
            if known.strays:
                yield _judged("printed_stray", band.resolved, here, stray=known.strays, **facts)
            if not _same(known, band):
                yield _judged("printed_against_edges", band.resolved, here, edges=_edges(band, node), **facts)
    for place, (one, other) in enumerate(pairwise(read)):
        yield from _shared(bands[place : place + 2], one, other, (*at, "value", place), name, node)


def _shared(
    pair: Sequence[Band],
    one: PrintedBand | None,
    other: PrintedBand | None,
    at: Path,
    name: str,
    node: Indicator | None,
) -> Iterator[Raised]:
    """An edge between two printed bands that neither, or both, say is theirs."""
    for ends, begins in ((one and one.upper, other and other.lower), (other and other.upper, one and one.lower)):
        if not (ends and begins and ends.value == begins.value):
            continue
        resolved = pair[0].resolved or pair[1].resolved
        facts = {"name": name, "one": pair[0].printed, "other": pair[1].printed, "value": figure(ends.value, node)}
        if ends.included is None and begins.included is None:
            yield _judged("printed_edge_open", resolved, at, **facts)
        elif ends.included and begins.included:
            yield _judged("printed_edge_twice", resolved, at, **facts)
        elif ends.included is False and begins.included is False:
            yield _judged("printed_edge_nowhere", resolved, at, **facts)


def _same(known: PrintedBand, band: Band) -> bool:
    lower = _matches(known.lower, band.lower is None, band.lower, band.over is None)
    return lower and _matches(known.upper, band.upper is None, band.upper, band.below is None)


def _matches(edge: Edge | None, is_open: bool, value: object, included: bool) -> bool:
    if edge is None or is_open:
        # A document often leaves out the natural end: "10亿元以下" begins at nothing, or at 0.
        return edge is None and (is_open or value == 0)
    return edge.value == value and edge.included in (None, included)


def _edges(band: Band, node: Indicator | None) -> str:
    left = "" if band.lower is None else f"{'from' if band.over is None else 'over'} {figure(band.lower, node)}"
    right = "" if band.upper is None else f"{'to' if band.below is None else 'below'} {figure(band.upper, node)}"
    return " ".join(part for part in (left, right) if part)
