"""A rule book's file as a tree that knows its lines; nothing in the file is trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

from cunfang.rulebook.flaw import Flaw, Said

BYTES, NODES, DEPTH, DIGITS = 512 * 1024, 20_000, 24, 24
"""More than any issued document needs; beyond it a file is refused before it is built."""

# What a plain scalar is, by YAML 1.2: `yes` and `no` are words, not truth values.
_RESOLVER = YAML(typ="safe", pure=True).resolver
Scalar = str | int | bool | Decimal | date | None


@dataclass(frozen=True)
class Node:
    """A value with the place of its key: the file's rule book, its path and line."""

    content: Mapping[str, Node] | Sequence[Node] | Scalar
    book: str
    file: str
    line: int

    @property
    def mapping(self) -> Mapping[str, Node] | None:
        """Its keys, if it has such."""
        return self.content if isinstance(self.content, Mapping) else None

    def get(self, key: str) -> Node | None:
        """The value of `key`, if it has that."""
        return self.mapping.get(key) if self.mapping is not None else None

    def plain(self) -> Any:
        """The same without places, as pydantic takes it."""
        if isinstance(self.content, Mapping):
            return {key: value.plain() for key, value in self.content.items()}
        if isinstance(self.content, (list, tuple)):
            return [value.plain() for value in self.content]
        return self.content

    def locate(self, path: Sequence[str | int]) -> tuple[int, Node]:
        """How much of `path` there is, and the last node of it."""
        node = self
        for depth, part in enumerate(path):
            found: Node | None = None
            if isinstance(node.content, Mapping):
                found = node.content.get(str(part))
            elif isinstance(node.content, (list, tuple)) and isinstance(part, int) and part < len(node.content):
                found = node.content[part]
            if found is None:
                return depth, node
            node = found
        return len(path), node


class UnreadableError(Exception):
    """The file cannot be read as a rule book at all; `flaws` say why."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__("\n".join(flaw.text() for flaw in flaws))
        self.flaws = flaws


def read_source(path: Path, book: str) -> Node:
    """The tree of `path`; UnreadableError names file, line and what is wrong."""
    try:
        state = path.stat()
    except OSError as error:
        problem = error.strerror or str(error)
        raise UnreadableError(Flaw("not_readable", facts={"problem": problem}, file=str(path))) from error
    return _read(path, book, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def _read(path: Path, book: str, _changed: int, _size: int) -> Node:
    """A file is parsed once as long as it stays what it is."""
    return _Reader(path, book).tree()


class _Reader:
    def __init__(self, path: Path, book: str) -> None:
        self.path, self.book = path, book

    def flaw(self, kind: str, line: int = 0, **facts: object) -> UnreadableError:
        return UnreadableError(Flaw(kind, facts=facts, file=str(self.path), line=line))

    def tree(self) -> Node:
        text = self._text()
        try:
            node = self._built(self._measured(text))
        except MarkedYAMLError as error:
            raise self._syntax(text, error) from error
        except YAMLError as error:
            raise self.flaw("not_yaml", 1, column=1, problem=" ".join(str(error).split())) from error
        if node is None or node.mapping is None:
            raise self.flaw("not_a_mapping", 1)
        return node

    def _text(self) -> str:
        try:
            with self.path.open("rb") as file:
                data = file.read(BYTES + 1)
        except OSError as error:
            raise self.flaw("not_readable", problem=error.strerror or str(error)) from error
        if len(data) > BYTES:
            raise self.flaw("too_large", limit=f"{BYTES // 1024} KB")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self.flaw("not_utf8", data[: error.start].count(b"\n") + 1) from error

    def _measured(self, text: str) -> Iterator[Event]:
        """The file's events, one by one; what a rule book has no use for is refused before anything is built of it."""
        depth = nodes = documents = 0
        for event in YAML(typ="safe").parse(text):
            line = event.start_mark.line + 1
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.flaw("several_documents", line)
            if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
                raise self.flaw("alias", line)
            if isinstance(event, (ScalarEvent, CollectionStartEvent)):
                nodes += 1
                if event.tag:
                    raise self.flaw("tag", line, tag=str(event.tag))
            depth += isinstance(event, CollectionStartEvent)
            depth -= isinstance(event, CollectionEndEvent)
            if depth > DEPTH:
                raise self.flaw("too_deep", line, limit=DEPTH)
            if nodes > NODES:
                raise self.flaw("too_many", line, limit=NODES)
            if isinstance(event, (ScalarEvent, CollectionStartEvent, CollectionEndEvent)):
                yield event

    def _built(self, events: Iterator[Event]) -> Node | None:
        """The tree of all events; None of an empty file."""
        first = next(events, None)
        node = None if first is None else self._node(first, events, 1)
        for _ in events:
            pass
        return node

    def _syntax(self, text: str, error: MarkedYAMLError) -> UnreadableError:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = text.splitlines()
        near = lines[line - 1] if line <= len(lines) else ""
        if "\t" in near[: len(near) - len(near.lstrip())]:
            return self.flaw("tab", line)
        return self.flaw("not_yaml", line, column=column, problem=" ".join(str(error.problem or error).split()))

    def _node(self, event: Event, events: Iterator[Event], line: int) -> Node:
        if isinstance(event, MappingStartEvent):
            return Node(dict(self._pairs(events)), self.book, str(self.path), line)
        if isinstance(event, SequenceStartEvent):
            return Node(tuple(self._items(events)), self.book, str(self.path), line)
        assert isinstance(event, ScalarEvent)  # noqa: S101 - nothing else begins a value
        return Node(self._scalar(event), self.book, str(self.path), line)

    def _items(self, events: Iterator[Event]) -> Iterator[Node]:
        while not isinstance(event := next(events), CollectionEndEvent):
            yield self._node(event, events, event.start_mark.line + 1)

    def _pairs(self, events: Iterator[Event]) -> Iterator[tuple[str, Node]]:
        seen: dict[str, int] = {}
        while not isinstance(key := next(events), CollectionEndEvent):
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarEvent):
                raise self.flaw("key_not_text", line)
            name = str(key.value)
            if name in seen:
                raise self.flaw("key_twice", line, name=name, first=seen[name])
            seen[name] = line
            yield name, self._node(next(events), events, line)

    def _scalar(self, event: ScalarEvent) -> Scalar:
        """Numbers as they are written, never through a float."""
        text, line = str(event.value), event.start_mark.line + 1
        tag = _RESOLVER.resolve(ScalarNode, text, event.implicit)
        kind = str(tag).rpartition(":")[2]
        try:
            if kind == "null":
                return None
            if kind == "bool":
                return text.lower() == "true"
            if kind in ("int", "float"):
                return _number(text.replace("_", ""), whole=kind == "int")
            if kind == "timestamp":
                return date.fromisoformat(text)
        except (ValueError, InvalidOperation) as error:
            raise self.flaw("not_a_value", line, text=text[:40], of=Said(kind, otherwise=kind)) from error
        return text


def _number(text: str, *, whole: bool) -> int | Decimal:
    """The number as written, in its shortest form: 0.10 and 0.1 are one value, and never a rounded one."""
    if whole:
        value = int(text) if text.lstrip("+-").isdecimal() else int(text, 0)
        exact = Decimal(value)
    else:
        exact = Decimal(text)
        short = Decimal(repr(float(text)))
        exact = short if short == exact else exact
    if not exact.is_finite() or abs(exact.adjusted()) > DIGITS:
        raise ValueError(text)
    return value if whole else exact
