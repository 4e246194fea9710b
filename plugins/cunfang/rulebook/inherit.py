"""A rule book with what it inherits (S30): a child states only what it changes; every value keeps its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from cunfang.rulebook.flaw import Flaw
from cunfang.rulebook.indicator import LEAF
from cunfang.rulebook.source import Node, UnreadableError, read_source
from cunfang.settings import INCLUDE

FOLDER = INCLUDE / "rulebooks"
# What belongs to one document alone and is never inherited.
OWN = ("code", "name", "document", "effective_from", "effective_to", "parent", "abstract", "regions")
GENERATIONS = 16


@dataclass(frozen=True)
class Resolved:
    """The whole content of `code`, and the documents it descends from, its own first."""

    code: str
    content: Node
    descent: tuple[Node, ...]

    @property
    def own(self) -> Node:
        """Its own document."""
        return self.descent[0]

    @property
    def abstract(self) -> bool:
        """Whether it is a common base that nothing is evaluated by."""
        said = self.own.get("abstract")
        return bool(said and said.content)


def codes_on_hand(folder: Path = FOLDER) -> list[str]:
    """Every code there is a file for, usable or not."""
    return sorted(path.parent.name for path in folder.glob("*/rulebook.yaml"))


def resolve(code: str, folder: Path = FOLDER) -> Resolved:
    """`code` with everything it inherits; UnreadableError says which file, line and key keep it from being read."""
    descent = tuple(_descent(code, folder))
    content = descent[-1]
    for document in reversed(descent[:-1]):
        inherited = _without(content, OWN)
        content = replace(_merge(inherited, _without(document, OWN)), file=document.file, book=document.book)
        own = {key: value for key, value in (document.mapping or {}).items() if key in OWN}
        content = replace(content, content={**own, **(content.mapping or {})})
    return Resolved(code, _without(content, ("abstract",)), descent)


def _descent(code: str, folder: Path) -> list[Node]:
    documents = [_document(code, folder, None)]
    seen = [code]
    while (parent := documents[-1].get("parent")) is not None and parent.content is not None:
        named = str(parent.content)
        if named in seen or len(seen) >= GENERATIONS:
            chain = " → ".join((*seen, named))
            raise UnreadableError(Flaw("circle", "parent", {"chain": chain}, parent.file, parent.line))
        documents.append(_document(named, folder, parent))
        seen.append(named)
    return documents


def _document(code: str, folder: Path, named_by: Node | None) -> Node:
    path = folder / code / "rulebook.yaml"
    if not re.fullmatch(r"[\w-]{1,80}", code) or not path.is_file():
        known = codes_on_hand(folder)
        if named_by is not None:
            facts = {"code": repr(code[:80]), "known": known}
            raise UnreadableError(Flaw("unknown_parent", "parent", facts, named_by.file, named_by.line))
        raise UnreadableError(Flaw("unknown_code", "", {"code": repr(code[:80]), "known": known}))
    document = read_source(path, code)
    said = document.get("code")
    if said is None or said.content != code:
        line = said.line if said else 1
        raise UnreadableError(Flaw("another_code", "code", {"code": repr(code)}, str(path), line))
    return document


def _without(node: Node, keys: tuple[str, ...]) -> Node:
    return replace(node, content={key: value for key, value in (node.mapping or {}).items() if key not in keys})


def _merge(base: Node, change: Node) -> Node:
    """`change` over `base`, key by key; null removes, and a parameter (with its clause) is replaced whole."""
    merged, changes = dict(base.mapping or {}), change.mapping or {}
    if "indicators" in changes and "measure" in merged:
        # An indicator that is given children stops being a leaf.
        merged = {key: value for key, value in merged.items() if key not in LEAF}
    for key, value in changes.items():
        before = merged.get(key)
        if value.content is None:
            merged.pop(key, None)
        elif value.mapping is not None and before is not None and before.mapping is not None and not _whole(value):
            merged[key] = _merge(before, value)
        else:
            merged[key] = value
    return replace(change, content=merged)


def _whole(value: Node) -> bool:
    return value.get("clause") is not None
