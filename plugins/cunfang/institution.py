"""Names of institutions: one bank, many spellings, matched whole and never by substring (中国银行 is a prefix trap)."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


def normal_form(name: str) -> str:
    """A name without the differences that carry no meaning: width, case and white space."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True)
class Register:
    """Spelling → institution code, for one region as of one submission of the register."""

    codes: Mapping[str, str]

    @classmethod
    def build(cls, entries: Iterable[tuple[str, Iterable[str]]]) -> Register:
        """From (code, spellings); a spelling that two institutions claim is a ValueError that names both."""
        codes: dict[str, str] = {}
        for code, spellings in entries:
            for spelling in (code, *spellings):
                key = normal_form(spelling)
                if not key:
                    continue
                if codes.setdefault(key, code) != code:
                    raise ValueError(f"名称“{spelling}”同时属于 {codes[key]} 和 {code}")
        return cls(codes)

    def resolve(self, name: str) -> str | None:
        """The code of the institution that is written `name`, or None."""
        return self.codes.get(normal_form(name))

    def nearest(self, name: str, count: int = 3) -> list[str]:
        """The registered spellings closest to an unknown `name`, best first."""
        return difflib.get_close_matches(normal_form(name), list(self.codes), n=count, cutoff=0.4)
