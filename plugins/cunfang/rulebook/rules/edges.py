"""A band as a document prints it (`30-50亿元（含10亿）`), read as far as its words go; the rest is left open."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal

_FACTORS = {
    "亿": Decimal(10**8),
    "千万": Decimal(10**7),
    "百万": Decimal(10**6),
    "万": Decimal(10**4),
    "%": Decimal("0.01"),
    "个百分点": Decimal("0.01"),
    "‰": Decimal("0.001"),
}
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(亿|千万|百万|万|%|个百分点|‰)?(?:元|名|家|户|笔|件|位|分)*")
_DASH = re.compile(r"(?<=[\d%‰元万亿名点 ])\s*(?:[-–—−~～〜]+|至|到)\s*(?=第?\d)")
_ASIDE = re.compile(r"\((不含|不包括|不包含|含|包括|包含)([^()]*)\)")
# What the words before a number, and those after it, say of the edge: which it is, and whether it is in the band.
_BEFORE: tuple[tuple[str, str, bool | None], ...] = (
    (r">=|≥|不低于|不少于|不小于|达到|大于等于", "lower", True),
    (r"<=|≤|不超过|不高于|不大于|不多于|小于等于", "upper", True),
    (r">|超过|高于|大于|多于", "lower", False),
    (r"<|低于|少于|小于|不足|不满|不到", "upper", False),
)
_AFTER: tuple[tuple[str, str, bool | None], ...] = (
    (r"及以上|含以上", "lower", True),
    (r"及以下|含以下|以内", "upper", True),
    (r"以上", "lower", None),
    (r"以下", "upper", None),
)


@dataclass(frozen=True)
class Edge:
    """Where a band begins or ends; `included` is None where the print does not say."""

    value: Decimal
    included: bool | None = None


@dataclass(frozen=True)
class PrintedBand:
    """A printed band: its edges, and the numbers it claims to include or exclude that are none of its edges."""

    lower: Edge | None
    upper: Edge | None
    strays: tuple[str, ...] = ()


def printed_band(text: str) -> PrintedBand | None:
    """`text` as a band; None where it cannot be read as one."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace(",", "").replace("≧", "≥").replace("≦", "≤")
    if plain == "为负":
        return PrintedBand(None, Edge(Decimal(0), False))
    asides = [(found.start(), found[1], found[2]) for found in _ASIDE.finditer(plain)]
    bare = _ASIDE.sub(lambda found: " " * len(found[0]), plain)
    bare = _DASH.sub(lambda found: "|" * len(found[0]), bare)
    numbers = list(_NUMBER.finditer(bare))
    if not 1 <= len(numbers) <= 2 or (len(numbers) == 2 and not _joined(bare, numbers)):
        return None
    values = _values(numbers)
    if len(numbers) == 2:
        lower, upper = Edge(values[0], _side(bare, numbers[0])), Edge(values[1], _side(bare, numbers[1]))
        band = PrintedBand(lower, upper)
    else:
        said = _place(bare, numbers[0])
        edge = Edge(values[0], said[1])
        exact = Edge(values[0], True)
        band = {
            "lower": PrintedBand(edge, None),
            "upper": PrintedBand(None, edge),
            "": PrintedBand(exact, exact),
        }[said[0]]
    ends = [match.end() for match in numbers]
    for start, word, said_of in asides:
        band = _told(band, start, not word.startswith("不"), said_of, values, ends, numbers)
    return band


def _joined(text: str, numbers: list[re.Match[str]]) -> bool:
    """Two numbers are a range where a dash joins them, or where words make each an edge."""
    between = text[numbers[0].end() : numbers[1].start()]
    return "|" in between or all(_side(text, number) is not None for number in numbers)


def _values(numbers: list[re.Match[str]]) -> list[Decimal]:
    """In yuan, shares and places; a number without a unit has that of the next."""
    units = [number[2] or "" for number in numbers]
    if len(units) == 2 and not units[0]:
        units[0] = units[1]
    return [Decimal(number[1]) * _FACTORS.get(unit, 1) for number, unit in zip(numbers, units, strict=True)]


def _place(text: str, number: re.Match[str]) -> tuple[str, bool | None]:
    before = re.split(r"[|、,;且]|\d", text[: number.start()])[-1]
    after = re.split(r"[|、,;且]|\d", text[number.end() :])[0].replace(" ", "")
    said = ((words, side, inside, before) for words, side, inside in _BEFORE)
    more = ((words, side, inside, after) for words, side, inside in _AFTER)
    found = (place for place in (*said, *more) if re.search(place[0], place[3]))
    return next(((side, inside) for _, side, inside, _ in found), ("", None))


def _side(text: str, number: re.Match[str]) -> bool | None:
    return _place(text, number)[1]


def _told(
    band: PrintedBand,
    start: int,
    included: bool,
    said_of: str,
    values: list[Decimal],
    ends: list[int],
    numbers: list[re.Match[str]],
) -> PrintedBand:
    """The band with what a bracket says: of the number it names, else of the one before it."""
    named = _NUMBER.search(said_of)
    if named is None:
        before = [place for place, end in enumerate(ends) if end <= start]
        value = values[before[-1]] if before else values[0]
    else:
        unit = named[2] or numbers[-1][2] or ""
        value = Decimal(named[1]) * _FACTORS.get(unit, 1)
    edge = Edge(value, included)
    told = replace(
        band,
        lower=edge if band.lower is not None and band.lower.value == value else band.lower,
        upper=edge if band.upper is not None and band.upper.value == value else band.upper,
    )
    if told == band and all(edge is None or edge.value != value for edge in (band.lower, band.upper)):
        return replace(band, strays=(*band.strays, said_of))
    return told
