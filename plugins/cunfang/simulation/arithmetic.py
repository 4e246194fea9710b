"""The hand computation of a situation: text in which every `=` between two sums must hold, so that it cannot lie.

`贷款余额：甲 30÷(30+20+50)×20=6.0000` holds. Sums know + − × ÷ ( ), %, ‰, 万 and 亿; a number on the right is what
was printed: the left side rounded half up to as many decimals. `=` before a whole number is exact, `≈` rounds there
too. `＞ ＜ ≥ ≤` are checked as well. A name on the left (`甲得分=30×2=60`) is a label for what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cunfang.simulation.printed import SCALES, Printed

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)\s*(亿元|万元|元|亿|万|%|‰)?|([-+*/()]))")
_SIGNS = str.maketrans("×＊÷／−－＋（）％＝＞＜", "**//--+()%=><")
_RELATION = re.compile(r"(>=|<=|≥|≤|=|≈|>|<)")
_COUNTED = re.compile(r"(?<=[\d%])\s*(?:个百分点|分|名|家|户|个|笔|件)(?=[\s,，；：。、)>=<≥≤≈+*/-]|$)")
# A place (第2名) is no number to reckon with.
_PLACED = re.compile(r"第\d+(?:[-至]\d+)?名?")
_CLAUSE = re.compile(r"[\s，；：。、]")
_JOINS = "+-*/("


class FalseLineError(ValueError):
    """A line of the hand computation that does not hold or cannot be read."""


@dataclass(frozen=True)
class Sum:
    """A sum that was read: its exact value, and how it was printed where it is a single number."""

    value: Fraction
    printed: Printed | None


def check(line: str) -> None:
    """Nothing, where all of `line` holds; else an FalseLineError that shows the part and what comes out."""
    parts = _RELATION.split(_COUNTED.sub("", _PLACED.sub("第", line.translate(_SIGNS))))
    held: Sum | None = None
    for place in range(1, len(parts), 2):
        left = _ending(parts[place - 1], line) or (held if not parts[place - 1].strip() else None)
        right = _beginning(parts[place + 1], line)
        if right is None:
            raise FalseLineError(f"“{line}”：“{parts[place]}”之后应是算式或数")
        if left is not None:
            _holds(line, left, parts[place], right)
        elif parts[place] not in "=≈" or any(sign.isdigit() for sign in _CLAUSE.split(parts[place - 1].rstrip())[-1]):
            raise FalseLineError(f"“{line}”：“{parts[place]}”之前应是算式或数")
        held = right


def numbers(lines: tuple[str, ...]) -> set[Fraction]:
    """Every number that the lines print, with and without its unit."""
    found: set[Fraction] = set()
    for line in lines:
        for match in re.finditer(r"(\d+(?:\.\d+)?)\s*(亿元|万元|元|亿|万|%|‰)?", line.replace(",", "")):
            found.add(Fraction(match[1]))
            found.add(Fraction(match[1]) * Fraction(SCALES.get(match[2] or "元", SCALES["元"])))
    return found


def _holds(line: str, left: Sum, relation: str, right: Sum) -> None:
    held = {
        ">": left.value > right.value,
        "<": left.value < right.value,
        "≥": left.value >= right.value,
        "≤": left.value <= right.value,
        ">=": left.value >= right.value,
        "<=": left.value <= right.value,
        "=": _equal(left.value, right, exactly=True),
        "≈": _equal(left.value, right, exactly=False),
    }[relation]
    if not held:
        raise FalseLineError(f"“{line}”：左边得 {_shown(left.value)}，与“{relation}”右边的 {_said(right)} 不符")


def _equal(left: Fraction, right: Sum, *, exactly: bool) -> bool:
    if left == right.value:
        return True
    if right.printed is None or (exactly and not right.printed.places):
        return False
    return right.printed.shows(left)


def _said(right: Sum) -> str:
    return right.printed.text.strip() if right.printed else _shown(right.value)


def _shown(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):.8g}"


def _ending(part: str, line: str) -> Sum | None:
    """The longest sum that `part` ends with."""
    for start in range(len(part)):
        if (found := _sum(part[start:])) is not None:
            before = part[:start].rstrip()
            if before and (before[-1] in _JOINS or before[-1].isdigit()):
                raise FalseLineError(f"“{line}”：“{part.strip()}”读不通")
            return found
    return None


def _beginning(part: str, line: str) -> Sum | None:
    """The longest sum that `part` begins with."""
    for end in range(len(part), 0, -1):
        if (found := _sum(part[:end])) is not None:
            after = part[end:].lstrip()
            if after and (after[0] in "+-*/)" or after[0].isdigit()):
                raise FalseLineError(f"“{line}”：“{part.strip()}”读不通")
            return found
    return None


def _sum(text: str) -> Sum | None:
    """`text` as a sum, all of it; None where it is none."""
    tokens = list(_tokens(text))
    if not tokens or None in tokens:
        return None
    try:
        value, rest = _added([token for token in tokens if token is not None])
    except (IndexError, KeyError, ZeroDivisionError):
        return None
    if rest:
        return None
    try:
        return Sum(value, Printed.read(text))
    except ValueError:
        return Sum(value, None)


Token = str | Fraction


def _tokens(text: str) -> Iterator[Token | None]:
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            yield None
            return
        place = match.end()
        yield match[3] or Fraction(match[1]) * Fraction(SCALES[match[2]] if match[2] else 1)


def _added(tokens: list[Token]) -> tuple[Fraction, list[Token]]:
    value, rest = _multiplied(tokens)
    while rest and rest[0] in ("+", "-"):
        sign = 1 if rest[0] == "+" else -1
        more, rest = _multiplied(rest[1:])
        value += sign * more
    return value, rest


def _multiplied(tokens: list[Token]) -> tuple[Fraction, list[Token]]:
    value, rest = _single(tokens)
    while rest and rest[0] in ("*", "/"):
        times = rest[0] == "*"
        more, rest = _single(rest[1:])
        value = value * more if times else value / more
    return value, rest


def _single(tokens: list[Token]) -> tuple[Fraction, list[Token]]:
    head, rest = tokens[0], tokens[1:]
    if isinstance(head, Fraction):
        return head, rest
    if head == "-":
        value, rest = _single(rest)
        return -value, rest
    if head == "(":
        value, rest = _added(rest)
        if rest[0] == ")":
            return value, rest[1:]
    raise KeyError(head)
