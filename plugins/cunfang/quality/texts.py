"""Texts of checks where they are written: Python calls, SQL literals, YAML entries. Nothing is run or imported.

Each function gives (number, class or None, message, advice); what is filled in at run time is `…`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from cunfang.finding import Klass

NUMBER = r"\b[A-Z]{3,4}-[SVQM]\d{3}\b"
GAP = "…"
Text = tuple[str, Klass | None, str, str]
_PLACES = ("check", "klass", "message", "advice")
_LITERAL = re.compile(r"'((?:[^']|'')*)'")


def texts_of_python(path: Path) -> Iterator[Text]:
    """Calls that begin with a number: `Finding("EVA-V004", Klass.VALIDITY, message, advice)`."""
    source = path.read_text(encoding="utf-8")
    if not re.search(f"[\"']{NUMBER}[\"']", source):
        return
    tree = ast.parse(source)
    yield from _calls(tree, _assigned(tree.body))


def _calls(node: ast.AST, names: dict[str, ast.expr]) -> Iterator[Text]:
    """What the calls under `node` say; `names` are those given a value in the module and the function around it."""
    if isinstance(node, ast.FunctionDef):
        names = names | _assigned(ast.walk(node))
    if isinstance(node, ast.Call):
        said = dict(zip(_PLACES, node.args, strict=False)) | {one.arg: one.value for one in node.keywords if one.arg}
        check = _words(said.get("check"), names)
        if re.fullmatch(NUMBER, check) and {"message", "advice"} <= said.keys():
            yield check, _klass(said.get("klass")), _words(said["message"], names), _words(said["advice"], names)
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, names)


def _assigned(nodes: Any) -> dict[str, ast.expr]:
    """Name → what it was last given, where it is given one value."""
    found: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Name):
                found[target.id] = value
            elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                found |= {t.id: v for t, v in zip(target.elts, value.elts, strict=False) if isinstance(t, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _words(node: ast.expr | None, names: dict[str, ast.expr]) -> str:
    """The text of an expression; parts that are only known at run time are a gap."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_words(part, names) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _words(left, names) + _words(right, names)
        case ast.IfExp(body=body, orelse=other):
            return _words(body, names) if _words(body, names).strip(GAP) else _words(other, names)
        case ast.Name(id=name) if name in names:
            rest = {key: value for key, value in names.items() if key != name}
            return _words(names[name], rest)
    return GAP


def _klass(node: ast.expr | None) -> Klass | None:
    return Klass[node.attr] if isinstance(node, ast.Attribute) and node.attr in Klass.__members__ else None


def texts_of_sql(path: Path) -> Iterator[Text]:
    """Selects that give number, class, message and advice as literals, one after the other."""
    source = "\n".join(
        line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("--")
    )
    for match in re.finditer(rf"'({NUMBER})'", source):
        columns = _columns(source, match.start())
        if len(columns) >= 4 and (klass := _LITERAL.match(columns[1])) and klass[1] in set(Klass):
            yield match[1], Klass(klass[1]), _expression(columns[2]), _expression(columns[3])


def _columns(source: str, start: int) -> list[str]:
    """The select list from `start` on, up to FROM."""
    columns, depth, last, at = [], 0, start, start
    while at < len(source):
        letter = source[at]
        if letter == "'":
            found = _LITERAL.match(source, at)
            at = found.end() if found else at + 1
            continue
        depth += (letter == "(") - (letter == ")")
        if depth < 0 or (depth == 0 and re.match(r"\bFROM\b", source[at:])):
            break
        if letter == "," and depth == 0:
            columns.append(source[last:at].strip())
            last = at + 1
        at += 1
    return [*columns, source[last:at].strip()]


def _expression(text: str) -> str:
    """The literals of a SQL expression; of `format(…)` the pattern."""
    literals = [literal.replace("''", "'") for literal in _LITERAL.findall(text)]
    if text.startswith("format("):
        return re.sub(r"%(?:\d+\$)?[sIL]", GAP, literals[0]) if literals else GAP
    gaps = _LITERAL.split(text)[::2]
    joined = "".join((GAP if "||" in gap else "") + said for gap, said in zip(gaps, literals, strict=False))
    return joined + (GAP if "||" in gaps[-1] else "")


def texts_of_yaml(path: Path) -> Iterator[Text]:
    """Entries with the keys check, message and advice, wherever they stand."""

    def walk(node: Any) -> Iterator[Text]:
        if isinstance(node, dict):
            if {"check", "message", "advice"} <= node.keys():
                yield str(node["check"]), None, str(node["message"]), str(node["advice"])
            node = list(node.values())
        if isinstance(node, list):
            for part in node:
                yield from walk(part)

    yield from walk(YAML(typ="safe", pure=True).load(path))
