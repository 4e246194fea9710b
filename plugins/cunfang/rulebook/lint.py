"""The linter of rule books: what keeps one from being used, what wants a look, what an office should know."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cunfang.rulebook.flaw import Flaw, Said, catalogue
from cunfang.rulebook.inherit import FOLDER, Resolved, codes_on_hand, resolve
from cunfang.rulebook.model import Rulebook
from cunfang.rulebook.rules import JUDGES, Known, Raised, among_versions
from cunfang.rulebook.source import Node, UnreadableError


@dataclass(frozen=True)
class Examined:
    """A rule book as far as it could be read, and everything that was found."""

    code: str
    rulebook: Rulebook | None
    flaws: tuple[Flaw, ...]

    @property
    def errors(self) -> tuple[Flaw, ...]:
        """What refuses it."""
        return tuple(flaw for flaw in self.flaws if flaw.level == "error")


def examine(code: str, folder: Path = FOLDER, known: Known | None = None) -> Examined:
    """Read `code` and judge it by itself; faults of any kind end in `flaws`, none is raised."""
    try:
        resolved = resolve(code, folder)
    except UnreadableError as error:
        return Examined(code, None, error.flaws)
    base = (_abstract(resolved),) if resolved.abstract else ()
    try:
        rulebook = Rulebook.model_validate(resolved.content.plain())
    except ValidationError as error:
        return Examined(code, None, (*base, *_refusals(error, resolved)))
    found = [_at(raised, resolved.content) for judge in JUDGES for raised in judge(rulebook, known or Known())]
    policy, more = _policy(rulebook, resolved.content, folder)
    whole = rulebook.model_copy(update={"policy": policy}) if policy else rulebook
    return Examined(code, whole, (*base, *found, *more))


def _abstract(resolved: Resolved) -> Flaw:
    said = resolved.own.get("abstract") or resolved.own
    return Flaw("abstract", "abstract", {"code": resolved.code}, said.file, said.line)


def lint(code: str, folder: Path = FOLDER, known: Known | None = None) -> tuple[Flaw, ...]:
    """Everything there is to say of `code`: by itself, and beside the other rule books of `folder`."""
    examined = examine(code, folder, known)
    flaws = list(examined.flaws)
    if _is_base(code, folder):
        flaws = [flaw for flaw in flaws if flaw.kind not in ("abstract", "missing")]
    if examined.rulebook is not None:
        others = [_read(other, folder) for other in codes_on_hand(folder) if other != code]
        mine = resolve(code, folder).content
        flaws += [_at(raised, mine) for raised in among_versions(examined.rulebook, [one for one in others if one])]
    return tuple(sorted(flaws, key=_order))


def _order(flaw: Flaw) -> tuple[int, str, int]:
    return ("error", "warning", "note").index(flaw.level), flaw.file, flaw.line


def _is_base(code: str, folder: Path) -> bool:
    try:
        return resolve(code, folder).abstract
    except UnreadableError:
        return False


def _read(code: str, folder: Path) -> Rulebook | None:
    """Another rule book as it stands; None where it cannot be read, which is said when it is linted itself."""
    try:
        resolved = resolve(code, folder)
        return None if resolved.abstract else Rulebook.model_validate(resolved.content.plain())
    except (UnreadableError, ValidationError):
        return None


def _policy(rulebook: Rulebook, content: Node, folder: Path) -> tuple[Rulebook | None, list[Flaw]]:
    """The rule book that policy banks are judged by (S17), and what is wrong with it."""
    named = rulebook.participation.policy_rulebook
    if named is None:
        return None, []
    at = ("participation", "policy_rulebook")
    try:
        resolved = resolve(named.value, folder)
    except UnreadableError as error:
        facts = {"code": repr(named.value), "why": [flaw.what() for flaw in error.flaws]}
        return None, [_at(Raised("policy_unreadable", at, facts), content)]
    said = resolved.content.get("scheme")
    if said is None or said.content != "policy" or resolved.abstract:
        return None, [_at(Raised("policy_not_policy", at, {"code": named.value}), content)]
    if (own := resolved.content.locate(at))[0] == len(at) and own[1].content is not None:
        return None, [_at(Raised("policy_of_policy", at, {"code": named.value}), content)]
    examined = examine(named.value, folder)
    if examined.rulebook is not None:
        theirs = {placed.code for placed in examined.rulebook.placed()}
        if both := [placed.code for placed in rulebook.placed() if placed.code in theirs]:
            facts = {"code": named.value, "both": both}
            return None, [_at(Raised("policy_same_codes", at, facts), content), *examined.errors]
    return examined.rulebook, list(examined.errors)


def _at(raised: Raised, content: Node) -> Flaw:
    _, node = content.locate(raised.at)
    return Flaw(raised.kind, ".".join(map(str, raised.at)), raised.facts, node.file, node.line)


def _refusals(error: ValidationError, resolved: Resolved) -> Iterator[Flaw]:
    """What the model refuses, in the catalogue's words, in the document that says most of the key."""
    for item in error.errors():
        depth, node = resolved.content.locate(item["loc"])
        kind, facts = _message(item["type"], item["loc"], item.get("ctx") or {}, item["msg"])
        reach = depth + (kind in ("missing", "unknown_key"))
        key = ".".join(str(part) for part in item["loc"][: max(reach, 1)])
        yield Flaw(kind, key, facts, node.file, node.line)


def _message(kind: str, location: Sequence[Any], facts: dict[str, Any], said: str) -> tuple[str, dict[str, object]]:
    last = str(location[-1]) if location else ""
    if kind == "missing":
        return "missing", {"do": Said("add_clause" if last == "clause" else "add", {"key": last})}
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(last, _keys(), n=2, cutoff=0.75)
        return "unknown_key", {"near": Said("near", {"names": near}) if near else ""}
    if kind in catalogue().messages:
        return kind, facts
    if kind == "literal_error":
        facts = {"expected": re.findall(r"'([^']*)'", str(facts.get("expected", "")))}
    return "bad_value", {"said": Said(kind, facts, otherwise=said)}


@lru_cache(maxsize=1)
def _keys() -> list[str]:
    """Every key that a rule book may have anywhere."""
    found: dict[str, None] = {}
    for part in Rulebook.model_json_schema()["$defs"].values():
        found |= dict.fromkeys(part.get("properties", {}))
    return [*found, *Rulebook.model_fields]
