"""Number formats: what a cell shows beside its value – a percent sign, a unit, or a value that was scaled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

BUILT_IN = {9: "0%", 10: "0.00%"}
"""The formats known by number alone that show more than the value."""
_PIECE = re.compile(r'"([^"]*)"|[\\!](.)|[_*].|(\[[^\]]*\])|([^"\\!_*\[])', re.DOTALL)
_LITERAL = "\0"
_POINT = "\1"
_SCALED = re.compile(r"[0#?],+(?![0#?,])|[0#?]\x01,*[0#?]")
_CONDITION = re.compile(r"\[[<>=]")
_COUNTED = re.compile(r"[十百千万亿]*元|[十百千万亿]+|%")
_UNITS = {"元": "元", "万": "万元", "万元": "万元", "亿": "亿元", "亿元": "亿元", "%": "%"}


@dataclass(frozen=True)
class Shown:
    """`percent`: a share shown as per cent; `unit`: printed beside the number; `scaled`: another value is shown."""

    percent: bool = False
    unit: str = ""
    scaled: bool = False

    @property
    def plain(self) -> bool:
        """Whether the value is shown as it is."""
        return not (self.percent or self.unit or self.scaled)


@lru_cache(maxsize=1024)
def shown(code: str) -> Shown:
    """What numbers in the format `code` show. Sections that disagree leave the value in doubt: that is `scaled` too."""
    sections = [section for section in _sections(code) if re.search(r"[0#?]|General|G/", section[0])]
    if not _CONDITION.search(code):
        sections = sections[:2]
    meanings = {_meaning(shape, literal) for shape, literal in sections}
    if len(meanings) > 1:
        return Shown(scaled=True)
    return next(iter(meanings), Shown())


def _meaning(shape: str, literal: str) -> Shown:
    words = set(_COUNTED.findall(literal))
    units = {_UNITS.get(word, "") for word in words}
    unclear = len(units) > 1 or "" in units
    return Shown("%" in shape, "" if unclear else next(iter(units), ""), unclear or bool(_SCALED.search(shape)))


def _sections(code: str) -> list[tuple[str, str]]:
    """Shape (placeholders; a literal full stop marked) and literal text of each section."""
    found, shape, literal = [], "", ""
    for piece in _PIECE.finditer(code):
        quoted, escaped, bracket, sign = piece.groups()
        text = quoted if quoted is not None else escaped
        if text is not None:
            shape += _POINT if text.strip() in (".", "．") else _LITERAL if text else ""
            literal += text
        elif sign == ";":
            found.append((shape, literal))
            shape, literal = "", ""
        elif sign:
            shape += sign
            literal += sign if sign in "元万亿千百十" else ""
        elif bracket and (currency := re.match(r"\[\$([^-\]]*)", bracket)):
            literal += currency[1]
    return [*found, (shape, literal)]
