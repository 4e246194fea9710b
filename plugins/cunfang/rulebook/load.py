"""Read a rule book from include/rulebooks/<code>/rulebook.yaml; a child states only what it changes (S30)."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from cunfang.rulebook.model import Rulebook
from cunfang.settings import INCLUDE

FOLDER = INCLUDE / "rulebooks"
# What belongs to one document alone and is never inherited.
_OWN = ("code", "name", "document", "effective_from", "effective_to", "parent", "abstract", "regions")
_LEAF = ("measure", "over", "family", "basis", "method", "missing", "due_workdays")


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
        return Rulebook.model_validate(content)
    except ValidationError as error:
        faults = "；".join(f"{'.'.join(map(str, item['loc'])) or '整体'}：{item['msg']}" for item in error.errors())
        raise RulebookError(f"{folder / code / 'rulebook.yaml'}：{faults}") from error


def _document(folder: Path, code: str) -> dict[str, Any]:
    path = folder / code / "rulebook.yaml"
    if not re.fullmatch(r"[\w-]+", code) or not path.is_file():
        known = "、".join(sorted(item.parent.name for item in folder.glob("*/rulebook.yaml")))
        raise RulebookError(f"没有考核办法 {code!r}；现有：{known}")
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise RulebookError(f"{path} 第 {line} 行：{error.problem}") from error
    if not isinstance(content, dict) or content.get("code") != code:
        raise RulebookError(f"{path}：code 应为 {code!r}")
    return content


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
        merged = {key: value for key, value in merged.items() if key not in _LEAF}
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict) and "clause" not in value:
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged
