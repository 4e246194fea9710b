"""Customary spellings of bank names, generated from `include/institutions/names.yaml` for one place (S32).

Which bank of a register is which national bank is told by a stated spelling that equals a customary one, whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from cunfang.institution import Entry, Register, name_form
from cunfang.settings import INCLUDE

NAMES: Path = INCLUDE / "institutions" / "names.yaml"
_LEVELS = "县市区旗"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class National(_Model):
    """A bank with branches all over the country."""

    name: str
    short: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that may stand for {name}."""
        return tuple(filter(None, (self.name, self.short, *self.aliases)))


class Stage(_Model):
    """What a local bank is called while it is of one kind; a register's full name with one of `told_by` in it is it."""

    told_by: tuple[str, ...] = Field(min_length=1)
    names: tuple[str, ...] = Field(min_length=1)


class Local(_Model):
    """Banks of a county's own: the kinds that one of this type goes through, earliest first (信用社 → 农商行)."""

    type: str
    chain: tuple[Stage, ...] = Field(min_length=1)


class Customs(_Model):
    """The rules of `names.yaml`. Forms hold {name}, {county}, {level}, {province}."""

    national_forms: tuple[str, ...]
    nationals: tuple[National, ...]
    local_forms: tuple[str, ...]
    locals: tuple[Local, ...]
    filler: tuple[str, ...]
    provinces: dict[str, str]


@dataclass(frozen=True)
class Place:
    """A county as names mention it: 大悟县 and 大悟, 县, 湖北. Empty where the region has no name of its own."""

    counties: tuple[str, ...] = ()
    level: str = ""
    province: str = ""


@lru_cache(maxsize=4)
def customs(path: Path = NAMES) -> Customs:
    """The customary spellings, read once."""
    return Customs.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def place_of(region: str, name: str) -> Place:
    """The place of a region code and its name; a region that is named by its code alone has no county."""
    if not name or name == region:
        return Place(province=customs().provinces.get(region[:2], ""))
    level = name[-1] if name[-1] in _LEVELS and len(name) > 2 else ""
    bare = name.removesuffix(level) if level else name
    return Place(tuple(dict.fromkeys((name, bare))), level, customs().provinces.get(region[:2], ""))


def register_of(entries: Iterable[Entry], on: date, place: Place) -> Register:
    """The register on `on` with the customary spellings of `place`."""
    spelled = with_customary(list(entries), place)
    forms = {name_form(word) for entry in spelled for word in entry.generated}
    absent = [word for one in customs().nationals for word in one.names if name_form(word) not in forms]
    return Register.of(spelled, on, absent, (*customs().filler, *place.counties, place.province))


def with_customary(entries: Sequence[Entry], place: Place) -> list[Entry]:
    """`entries`, each with the spellings that are customary for it."""
    rules = customs()
    national = _whose(place)
    stages = {entry.code: _stage(entry) for entry in entries}
    taken = set(stages.values())
    spelled = []
    for entry in entries:
        stage = stages[entry.code]
        if stage is not None:
            kind, number = stage
            names = rules.locals[kind].chain[number].names
            before = [
                name
                for earlier, one in enumerate(rules.locals[kind].chain[:number])
                if (kind, earlier) not in taken
                for name in one.names
            ]
            generated, former = (tuple(_written(rules.local_forms, words, place)) for words in (names, before))
            spelled.append(replace(entry, generated=generated, former=former))
            continue
        owners = {national[form] for word in (entry.name, *entry.spellings) if (form := name_form(word)) in national}
        # Stated spellings of two national banks in one row say nothing of which it is.
        of_one = owners.pop() if len(owners) == 1 else None
        generated = tuple(_written(rules.national_forms, of_one.names, place)) if of_one else ()
        spelled.append(replace(entry, generated=generated))
    return spelled


def _stage(entry: Entry) -> tuple[int, int] | None:
    """Which local kind, at which stage of its chain; the latest that its full name tells."""
    for kind, local in enumerate(customs().locals):
        if entry.type == local.type:
            told = [n for n, stage in enumerate(local.chain) if any(word in entry.name for word in stage.told_by)]
            return (kind, told[-1]) if told else None
    return None


@lru_cache(maxsize=64)
def _whose(place: Place) -> dict[str, National]:
    """Customary form → the national bank."""
    return {
        name_form(word): one
        for one in customs().nationals
        for word in _written(customs().national_forms, one.names, place)
    }


def _written(forms: Iterable[str], names: Iterable[str], place: Place) -> Iterator[str]:
    """Every form with every name, as far as the place can fill it."""
    for name in names:
        for form in forms:
            if ("{level}" in form and not place.level) or ("{province}" in form and not place.province):
                continue
            for county in place.counties if "{county}" in form else ("",):
                yield form.format(name=name, county=county, level=place.level, province=place.province)
