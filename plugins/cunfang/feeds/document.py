"""YAML documents validated by pydantic; every error names file, line and key (S25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


class Model(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


M = TypeVar("M", bound=BaseModel)


class DocumentError(ValueError):
    """A document that cannot be taken; the text has one line per fault: `file:line key: what`."""


def load(path: Path, model: type[M]) -> M:
    """Read one YAML file as `model`; a DocumentError names every fault with its line."""
    try:
        data = YAML(typ="safe", pure=True).load(path)
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise DocumentError(f"{path}:{line} 不是合格的 YAML：{' '.join(str(error).split())}") from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        tree = YAML().load(path)
        lines = [f"{path}:{_line(tree, e['loc'])} {_key(e['loc'])}: {e['msg']}" for e in error.errors()]
        raise DocumentError("\n".join(lines)) from error


def _key(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location) or "(全文)"


def _line(tree: Any, location: Sequence[int | str]) -> int:
    """The line of the deepest key of `location` that the document has; what `<<` brings in has that of its place."""
    line = 1
    for part in location:
        if isinstance(tree, Mapping) and part in tree:
            if part in (tree.lc.data or {}):  # type: ignore[attr-defined]
                line = tree.lc.key(part)[0] + 1  # type: ignore[attr-defined]
            tree = tree[part]
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            line = tree.lc.item(part)[0] + 1  # type: ignore[attr-defined]
            tree = tree[part]
        else:
            break
    return line
