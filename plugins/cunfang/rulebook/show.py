"""A rule book part by part, inheritance resolved: each value with clause, origin, and the book it comes from."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter

from cunfang.rulebook.inherit import FOLDER, Resolved, resolve
from cunfang.rulebook.load import RulebookError
from cunfang.rulebook.model import Orders
from cunfang.rulebook.parameter import Parameter
from cunfang.rulebook.source import Node, UnreadableError


@dataclass(frozen=True)
class Part:
    """One value of a rule book. `clause` and `origin` are empty where the value stands under its indicator's clause."""

    path: str
    value: str
    clause: str
    origin: str
    book: str
    file: str
    line: int


@dataclass(frozen=True)
class Change:
    """A part that differs: `before` is None where it was added, `after` where it was taken out."""

    path: str
    before: Part | None
    after: Part | None

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def resolved(code: str, folder: Path = FOLDER) -> Resolved:
    """`code` with what it inherits; RulebookError where a file cannot be read."""
    try:
        return resolve(code, folder)
    except UnreadableError as error:
        raise RulebookError(*error.flaws) from error


def parts(book: Resolved) -> tuple[Part, ...]:
    """Every value of the whole, in document order; then what holds by default, where no document says it."""
    return (*_walk("", book.content), *_defaults(book))


def changes(before: Resolved, after: Resolved) -> tuple[Change, ...]:
    """What differs between two rule books, in the order of the later one; what was taken out stands last.

    A value counts as changed where the value, its clause or its origin differs. Code and parent are no content.
    """
    old = {part.path: part for part in parts(before) if part.path not in ("code", "parent")}
    new = {part.path: part for part in parts(after) if part.path not in ("code", "parent")}
    found = [Change(path, old.get(path), part) for path, part in new.items() if not _same(old.get(path), part)]
    return (*found, *(Change(path, part, None) for path, part in old.items() if path not in new))


def label(book: Resolved, path: str) -> str:
    """Where a part stands, with the indicators by their names: `贷款规模 › 贷款余额 › weight`."""
    node, said = book.content, []
    for key in path.split("."):
        below = node.get(key)
        name = below.get("name") if below is not None else None
        if key != "indicators":
            said.append(str(name.plain()) if name is not None else key)
        node = below if below is not None else node
    return " › ".join(said)


def _defaults(book: Resolved) -> Iterator[Part]:
    """The life of an order where it is not written down: book 默认, no file."""
    scheme = book.content.get("scheme")
    if scheme is not None and scheme.content != "commercial":
        return
    written = book.content.get("orders")
    for key in Orders.model_fields:
        default: Parameter[Any] | None = getattr(Orders(), key)
        if default is not None and (written is None or written.get(key) is None):
            yield Part(f"orders.{key}", worded(default.value), default.clause, default.origin, "默认", "", 0)


def _same(one: Part | None, other: Part) -> bool:
    return one is not None and (one.value, one.clause, one.origin) == (other.value, other.clause, other.origin)


def _walk(path: str, node: Node) -> Iterator[Part]:
    said = node.mapping
    if said is None or "clause" in said:
        if path:
            yield _part(path, node)
        said = {key: value for key, value in (said or {}).items() if "value" not in (said or {})}
        yield from _below(path, {key: value for key, value in said.items() if value.mapping is not None})
        return
    yield from _below(path, said)


def _below(path: str, said: Mapping[str, Node]) -> Iterator[Part]:
    for key, value in said.items():
        yield from _walk(f"{path}.{key}" if path else key, value)


def _part(path: str, node: Node) -> Part:
    said = node.mapping
    if said is None:
        return Part(path, worded(node.plain()), "", "", node.book, node.file, node.line)
    alone = "value" in said and set(said) <= {"value", "clause", "origin"}
    value = said["value"].plain() if alone else _rest(said)
    origin = said["origin"].plain() if "origin" in said else "stated"
    return Part(path, worded(value), str(said["clause"].plain()), str(origin), node.book, node.file, node.line)


def _rest(said: Mapping[str, Node]) -> dict[str, Any]:
    """What a part says beside its clause, without the parts below it that have clauses of their own."""
    own = {key: value for key, value in said.items() if key not in ("clause", "origin") and value.mapping is None}
    return {key: value.plain() for key, value in own.items()}


def worded(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, list):
        return ("；" if any(isinstance(item, dict) for item in value) else "、").join(worded(item) for item in value)
    if isinstance(value, dict):
        return "，".join(f"{key} {worded(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class _Representer(RoundTripRepresenter):
    """Writes exact numbers as plain scalars, which read back as the same numbers."""


_Representer.add_representer(
    Decimal, lambda writer, number: writer.represent_scalar("tag:yaml.org,2002:float", _plain(number))
)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text if "." in text else f"{text}.0"


def as_yaml(book: Resolved) -> str:
    """The whole as one document that stands by itself: the same policy without a parent."""
    content = {key: value.plain() for key, value in (book.content.mapping or {}).items() if key != "parent"}
    yaml = YAML(typ="rt")
    yaml.Representer = _Representer
    yaml.width, yaml.allow_unicode = 120, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    out.write(f"# {' ← '.join(document.book for document in book.descent)}\n")
    yaml.dump(content, out)
    return out.getvalue()
