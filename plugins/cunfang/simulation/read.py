"""Read the situations of a rule book from include/rulebooks/<code>/situations; faults name file, line and key."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode

from cunfang.feeds.document import DocumentError
from cunfang.settings import INCLUDE
from cunfang.simulation.situation import Place, Situation

RULEBOOKS = INCLUDE / "rulebooks"
_WORDS = {"missing": "缺少这一项", "extra_forbidden": "没有这样的项"}


class _Exact(SafeConstructor):
    """`6.0000` keeps its places: a printed number says how exactly it is meant."""

    def printed(self, node: ScalarNode) -> str:
        """A number with a decimal point, as it is written."""
        return str(node.value)


_Exact.add_constructor("tag:yaml.org,2002:float", _Exact.printed)


def situation_paths(code: str, folder: Path = RULEBOOKS) -> list[Path]:
    """The situations that stand beside the rule book `code`, in the order of their names."""
    return sorted((folder / code / "situations").glob("*.yaml"))


def read_situation(path: Path) -> Situation:
    """One situation; a DocumentError has a line for each fault, of form, of arithmetic, of numbers not computed."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Exact
    try:
        content = yaml.load(path)
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path} 第 {mark.line + 1} 行" if mark else f"{path}"
        raise DocumentError(f"{place}：不是合格的 YAML：{' '.join(str(error).split())}") from error
    try:
        situation = Situation.model_validate(_keyed(content))
    except ValidationError as error:
        told = ((e["loc"], _WORDS.get(e["type"], e["msg"].removeprefix("Value error, "))) for e in error.errors())
        raise DocumentError(_lines(path, told)) from error
    if faults := _lines(path, situation.faults()):
        raise DocumentError(faults)
    return situation


def _keyed(content: Any) -> Any:
    """Keys as text: a bank may be called 1, a date may be a key."""
    if isinstance(content, dict):
        return {str(key): _keyed(value) for key, value in content.items()}
    return [_keyed(item) for item in content] if isinstance(content, list) else content


def _lines(path: Path, faults: Iterable[tuple[Place, str]]) -> str:
    """`file 第 N 行 key：what` for each fault; the line is that of the deepest key that is there."""
    tree = YAML().load(path)
    return "\n".join(
        f"{path} 第 {_line(tree, at)} 行 {'.'.join(map(str, at)) or '整体'}：{said}" for at, said in faults
    )


def _line(tree: Any, place: Place) -> int:
    line = 1
    for part in place:
        if isinstance(tree, dict):
            key = next((key for key in tree if str(key) == str(part)), None)
            if key is None:
                break
            line, tree = tree.lc.key(key)[0] + 1, tree[key]  # type: ignore[attr-defined]
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            line, tree = tree.lc.item(part)[0] + 1, tree[part]  # type: ignore[attr-defined]
        else:
            break
    return line
