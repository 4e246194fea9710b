"""Read a rule book from include/rulebooks/<code>/rulebook.yaml; a child states only what it changes (S30)."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cunfang.rulebook.indicator import LEAF
from cunfang.rulebook.model import Rulebook
from cunfang.settings import INCLUDE

FOLDER = INCLUDE / "rulebooks"
# What belongs to one document alone and is never inherited.
_OWN = ("code", "name", "document", "effective_from", "effective_to", "parent", "abstract", "regions")
# What a fault of pydantic's is called in an office; any other keeps its own words.
_WORDS = {"missing": "缺少这一项", "extra_forbidden": "没有这样的项"}


class RulebookError(ValueError):
    """A rule book cannot be used; the message names the file, the line where known, and the key."""


def rulebook_codes(folder: Path = FOLDER) -> list[str]:
    """Codes of the rule books on hand that can be evaluated (a common base cannot)."""
    codes = sorted(path.parent.name for path in folder.glob("*/rulebook.yaml"))
    return [code for code in codes if not _document(folder, code).get("abstract")]


@lru_cache(maxsize=64)
def read_rulebook(code: str, folder: Path = FOLDER) -> Rulebook:
    """The rule book `code` with everything it inherits; RulebookError says what is wrong and where."""
    document = _document(folder, code)
    if document.get("abstract"):
        raise RulebookError(f"{code} 是通用底本，不能直接用于考核")
    content = _inherit(folder, code, seen=())
    try:
        rulebook = Rulebook.model_validate(content)
    except ValidationError as error:
        faults = (_fault(folder, code, item["type"], item["loc"], item["msg"]) for item in error.errors())
        raise RulebookError("\n".join(faults)) from error
    named = rulebook.participation.policy_rulebook
    return rulebook.model_copy(update={"policy": read_rulebook(named.value, folder)}) if named else rulebook


def _document(folder: Path, code: str) -> dict[str, Any]:
    path = folder / code / "rulebook.yaml"
    if not re.fullmatch(r"[\w-]+", code) or not path.is_file():
        known = "、".join(sorted(item.parent.name for item in folder.glob("*/rulebook.yaml")))
        raise RulebookError(f"没有考核办法 {code!r}；现有：{known}")
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path} 第 {mark.line + 1} 行" if mark else f"{path}"
        raise RulebookError(f"{place}：不是合格的 YAML：{' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or content.get("code") != code:
        raise RulebookError(f"{path}：code 应为 {code!r}")
    return content


def _fault(folder: Path, code: str, kind: str, location: tuple[int | str, ...], message: str) -> str:
    """`file 第 N 行 key：what`, in the document that says most of the key, of those it descends from too."""
    files = [folder / ancestor / "rulebook.yaml" for ancestor in _descent(folder, code)]
    depth, path, line = max((_line(path, location) for path in files), key=lambda found: found[0])
    key = ".".join(str(part) for part in location[: max(depth + (kind == "missing"), 1)]) or "整体"
    return f"{path} 第 {line} 行 {key}：{_WORDS.get(kind, message.removeprefix('Value error, '))}"


def _descent(folder: Path, code: str) -> list[str]:
    parent = _document(folder, code).get("parent")
    return [code, *(_descent(folder, parent) if parent else [])]


def _line(path: Path, location: tuple[int | str, ...]) -> tuple[int, Path, int]:
    """How much of `location` the document has, and the line of the last part of it that is there."""
    tree = YAML().load(path)
    depth, line = 0, 1
    for part in location:
        if not isinstance(tree, dict) or part not in tree:
            break
        depth, line = depth + 1, tree.lc.key(part)[0] + 1  # type: ignore[attr-defined]
        tree = tree[part]
    return depth, path, line


def _inherit(folder: Path, code: str, seen: tuple[str, ...]) -> dict[str, Any]:
    if code in seen:
        raise RulebookError(f"考核办法互相继承：{' → '.join((*seen, code))}")
    document = _document(folder, code)
    parent = document.get("parent")
    inherited = _inherit(folder, parent, (*seen, code)) if parent else {}
    own = {key: value for key, value in document.items() if key in _OWN and key != "abstract"}
    body = {key: value for key, value in document.items() if key not in _OWN}
    return {**_merge({key: value for key, value in inherited.items() if key not in _OWN}, body), **own}


def _merge(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """`change` over `base`, key by key; null removes, and a parameter (with its clause) is replaced whole."""
    merged = dict(base)
    if "indicators" in change and "measure" in merged:
        # An indicator that is given children stops being a leaf.
        merged = {key: value for key, value in merged.items() if key not in LEAF}
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict) and "clause" not in value:
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged
