"""What a bank is warned by: limits of supervisory figures, for all banks or by type, and listed events (S20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, model_validator

from cunfang.feeds.contract import contract
from cunfang.institution import AREAS
from cunfang.rulebook.flaw import refused
from cunfang.rulebook.parameter import Exact, Origin, Strict, Words

T = TypeVar("T")
Colour = Literal["红", "橙", "黄"]
Margin = Annotated[Exact, Field(ge=0)]


@cache
def institution_types() -> tuple[str, ...]:
    """The types of banks that the register of institutions knows."""
    choices = contract("institutions").by_name["type"].choices.values()
    return tuple(word for word in dict.fromkeys(choices) if word not in AREAS)


@cache
def severities() -> tuple[str, ...]:
    """The severities that an event of the feed supervisory_events can have."""
    return tuple(dict.fromkeys(contract("supervisory_events").by_name["severity"].choices.values()))


@dataclass(frozen=True)
class Lines:
    """The three lines that hold for one type of bank; `type` is empty where they hold for every other bank."""

    type: str
    limit: Decimal
    yellow_margin: Decimal
    red_margin: Decimal
    clause: str


class LimitOfTypes(Strict):
    """Another limit of the same figure for banks of some types; margins left out are those of the general one."""

    types: tuple[str, ...] = Field(min_length=1)
    limit: Exact
    yellow_margin: Margin | None = None
    red_margin: Margin | None = None
    clause: str = Field(min_length=1)
    origin: Origin = "stated"


class WarningLimit(Strict):
    """One supervisory limit with its three lines (S20). `limit` is a ratio: 0.25 is 25%.

    `types` are the limits of banks of certain types: a bank is judged by the limit of its type, else by the general
    one. Without a general `limit` banks of the other types are not judged.
    """

    name: str
    operator: Literal[">=", "<="]
    limit: Exact | None = None
    yellow_margin: Margin
    red_margin: Margin
    clause: str = Field(min_length=1)
    # Left out of what is hashed where it says nothing: a rule book from before keeps its hash.
    types: tuple[LimitOfTypes, ...] = Field(default=(), exclude_if=lambda types: not types)

    @model_validator(mode="after")
    def _each_type_once(self) -> Self:
        named = [type_ for one in self.types for type_ in one.types]
        if unknown := [type_ for type_ in dict.fromkeys(named) if type_ not in institution_types()]:
            raise refused("warning_type_unknown", types=unknown, known=institution_types())
        if twice := _twice(named):
            raise refused("warning_type_twice", name=self.name, types=twice)
        if self.limit is None and not self.types:
            raise refused("warning_without_limit", name=self.name)
        return self

    def lines(self) -> Iterator[Lines]:
        """The general limit, then that of each type."""
        if self.limit is not None:
            yield Lines("", self.limit, self.yellow_margin, self.red_margin, self.clause)
        for one in self.types:
            yellow = self.yellow_margin if one.yellow_margin is None else one.yellow_margin
            red = self.red_margin if one.red_margin is None else one.red_margin
            for type_ in one.types:
                yield Lines(type_, one.limit, yellow, red, one.clause)

    def of(self, type_: str) -> Lines | None:
        """The lines by which a bank of `type_` is judged; None where it is not."""
        found = {lines.type: lines for lines in self.lines()}
        return found.get(type_, found.get(""))


class WarningEvent(Strict):
    """Events of the feed supervisory_events that warn, and their colour (S20).

    `kinds` are as reported, none means any; the same for `severities`; one of them must be stated. `months` after the
    day of the decision (of the finding, where there is none) the warning ends; without it, only once the record is
    corrected or says that the matter is closed.
    """

    name: Words
    kinds: tuple[Words, ...] = ()
    severities: tuple[str, ...] = ()
    level: Colour
    months: Annotated[int, Field(gt=0, le=1200)] | None = None
    clause: str = Field(min_length=1)
    origin: Origin = "stated"

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if not self.kinds and not self.severities:
            raise refused("warning_event_open", name=self.name)
        if unknown := [word for word in self.severities if word not in severities()]:
            raise refused("warning_severity_unknown", severities=unknown, known=severities())
        return self

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every kind with every severity; an empty word is any."""
        yield from product(self.kinds or ("",), self.severities or ("",))


def each_event_once(events: dict[str, WarningEvent]) -> dict[str, WarningEvent]:
    """A kind with a severity can have one colour only; which of several rules counts is never left to their order."""
    if twice := _twice(pair for event in events.values() for pair in event.pairs()):
        raise refused("warning_event_twice", pairs=[_words(*pair) for pair in twice])
    return events


def _words(kind: str, severity: str) -> str:
    return f"{kind or '任何类别'} × {severity or '任何等级'}"


def _twice(items: Iterable[T]) -> list[T]:
    return [item for item, count in Counter(items).items() if count > 1]
