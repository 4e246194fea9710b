"""What is wrong with a rule book, as data; its words stand in include/rulebooks/lint.yaml, in Chinese and English."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML

from cunfang.settings import INCLUDE

Lang = Literal["zh", "en"]
Level = Literal["error", "warning", "note"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")
CATALOGUE: Path = INCLUDE / "rulebooks" / "lint.yaml"
_LEVELS: dict[str, Level] = {"E": "error", "W": "warning", "N": "note"}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Strict):
    """What is wrong, and what to do about it, in one language; facts in braces."""

    what: str = Field(min_length=1)
    do: str = Field(min_length=1)


class Message(_Strict):
    """One thing that the reader or the linter can say; its level is the letter of its number."""

    rule: Annotated[str, Field(pattern=r"^RB-[EWN]\d\d$")]
    zh: Words
    en: Words


class Delivered(_Strict):
    """How the measures of a feed family are called, and which bases they can be read on.

    `columns`: each figure is a measure, its name after `prefix`. `named_in`: the measure stands in that column.
    """

    columns: bool = False
    prefix: str = ""
    named_in: str = ""
    bases: frozenset[str]


class Vocabulary(_Strict):
    """Words of printed texts: what is measured, and on which basis; the earlier entry goes before the later."""

    subjects: dict[str, tuple[str, ...]]
    bases: dict[str, tuple[str, ...]]
    basis_of: dict[str, frozenset[str]]


class Catalogue(_Strict):
    """The whole file: messages by kind, kinds of pydantic's, how measures are delivered, words of printed texts."""

    messages: dict[str, Message]
    kinds: dict[str, dict[Lang, str]]
    words: dict[Lang, dict[str, str]]
    delivered: dict[str, Delivered]
    vocabulary: Vocabulary


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue, read once."""
    return Catalogue.model_validate(YAML(typ="safe", pure=True).load(CATALOGUE))


@dataclass(frozen=True)
class Flaw:
    """One finding about a rule book: which message, at which key of which file, with which facts."""

    kind: str
    key: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    file: str = ""
    line: int = 0

    @property
    def rule(self) -> str:
        """Its number, as RB-E23."""
        return catalogue().messages[self.kind].rule

    @property
    def level(self) -> Level:
        """An error refuses the rule book; a warning wants a look; a note is for information."""
        return _LEVELS[self.rule[3]]

    def what(self, lang: Lang = "zh") -> str:
        """What is wrong."""
        return self._said(getattr(catalogue().messages[self.kind], lang).what, lang)

    def do(self, lang: Lang = "zh") -> str:
        """What to do about it."""
        return self._said(getattr(catalogue().messages[self.kind], lang).do, lang)

    def where(self, lang: Lang = "zh") -> str:
        """File, line and key, as far as known."""
        at = {"zh": f"第 {self.line} 行", "en": f"line {self.line}"}[lang] if self.line else ""
        return " ".join(part for part in (self.file, at, self.key) if part)

    def text(self, lang: Lang = "zh") -> str:
        """The whole on one line."""
        colon, open_, shut = ("：", "（", "）") if lang == "zh" else (": ", " (", ")")
        where = self.where(lang)
        said = f"{self.what(lang)}{open_}{self.rule}{shut}{self.do(lang)}"
        return f"{where}{colon}{said}" if where else said

    def _said(self, template: str, lang: Lang) -> str:
        return string.Formatter().vformat(template, (), {key: spoken(it, lang) for key, it in self.facts.items()})


def spoken(value: object, lang: Lang) -> str:
    """A fact in words: lists joined, a kind of pydantic's translated, everything else as it prints."""
    if isinstance(value, Said):
        return value.text(lang)
    if isinstance(value, (list, tuple, set, frozenset)):
        return ("、" if lang == "zh" else ", ").join(spoken(item, lang) for item in value)
    return str(value)


@dataclass(frozen=True)
class Said:
    """A phrase within a message that has words of its own: a kind of pydantic's (`kinds`) or one of ours (`words`)."""

    kind: str
    facts: Mapping[str, object] = field(default_factory=dict)
    otherwise: str = ""

    def text(self, lang: Lang) -> str:
        """The phrase in `lang`."""
        book = catalogue()
        template = book.words[lang].get(self.kind) or book.kinds.get(self.kind, {}).get(lang)
        if template is None:
            return self.otherwise
        return template.format_map({key: spoken(value, lang) for key, value in self.facts.items()})


def refused(kind: str, **facts: object) -> PydanticCustomError:
    """The error that a validator of the model raises: the message `kind` with its facts."""
    message = Flaw(kind, facts=facts).what().replace("{", "{{").replace("}", "}}")
    return PydanticCustomError(kind, message, dict(facts))
