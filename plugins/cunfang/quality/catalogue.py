"""The catalogue of every numbered check, and docs/checks.md made from it: `python -m cunfang.quality.catalogue`.

Numbers stand where the check is written: suites and ties in include/expectations, texts of reading in
include/feeds/reading.yaml, questions of the evaluation in SQL, and faults of single steps in Python. They are read from
there as text, so that a room need not know those after it and no list has to be kept beside them.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cunfang.feeds.contract import Contract, contracts
from cunfang.feeds.rules import rules
from cunfang.finding import Klass
from cunfang.quality.suite import EXPECTATIONS, catalogue
from cunfang.quality.texts import Text, texts_of_python, texts_of_sql, texts_of_yaml
from cunfang.settings import INCLUDE

LIBRARY = Path(__file__).parents[1]
STAGES = {
    "FILE": "读取",
    "INB": "接收",
    "SUS": "暂停",
    "REC": "跨来源勾稽",
    "EVA": "考核",
    "COR": "更正",
    "TRK": "划转跟踪",
}
CLASSES = {Klass.SYNTACTICAL: "语法性", Klass.VALIDITY: "有效性", Klass.QUALITY: "质量", Klass.MACRO: "宏观"}
LETTERS = {"S": Klass.SYNTACTICAL, "V": Klass.VALIDITY, "Q": Klass.QUALITY, "M": Klass.MACRO}
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


class CatalogueError(ValueError):
    """A number that stands for two checks, or a check that does not say what to do; each is named."""


@dataclass(frozen=True)
class Entry:
    """One numbered check. `area`: the feed it belongs to, or the step. `cases`: how many texts share the number.

    `valid_from`, `valid_to`: first and last period it is applied to, "" for no bound.
    """

    check: str
    klass: Klass
    message: str
    advice: str
    area: str
    valid_from: str = ""
    valid_to: str = ""
    suspendable: bool = False
    cases: int = 1

    @property
    def order(self) -> tuple[str, str, str]:
        """By prefix, then class from what refuses a file to what is only asked, then number."""
        prefix, number = self.check.split("-")
        return prefix, "SVQM"[: "SVQM".index(number[0]) + 1], number


def entries() -> Iterator[Entry]:
    """Every text of every check, in no particular order; a number may have several."""
    for feed, rule in catalogue(EXPECTATIONS):
        meta = rule.meta
        titled = _titled(contracts()[feed])
        yield Entry(
            meta.check, meta.klass, titled(meta.message), titled(meta.advice), feed, meta.valid_from, meta.valid_to,
            rule.suspendable,
        )  # fmt: skip
    for check, text in rules().checks.items():
        explainable = text.klass is Klass.QUALITY
        yield Entry(check, text.klass, text.message, text.advice, STAGES["FILE"], suspendable=explainable)
    for path in sorted(EXPECTATIONS.glob("*.yaml")):
        yield from _elsewhere(texts_of_yaml(path), suspendable=True)
    for path in sorted((INCLUDE / "sql").rglob("*.sql")):
        yield from _elsewhere(texts_of_sql(path), suspendable=True)
    for path in sorted(LIBRARY.rglob("*.py")):
        yield from _elsewhere(texts_of_python(path))


def checks() -> dict[str, Entry]:
    """Number → check, in the order of the page; see `merged`."""
    return merged(entries())


def merged(found: Iterable[Entry]) -> dict[str, Entry]:
    """One entry per number. CatalogueError where a number has two meanings or a check lacks its advice."""
    by_number: dict[str, list[Entry]] = defaultdict(list)
    for entry in found:
        by_number[entry.check].append(entry)
    if faults := [text for same in by_number.values() for text in _faults(same)]:
        raise CatalogueError("\n".join(faults))
    single = [replace(same[0], cases=len({entry.message for entry in same})) for same in by_number.values()]
    return {entry.check: entry for entry in sorted(single, key=lambda entry: entry.order)}


def _faults(found: list[Entry]) -> Iterator[str]:
    first = found[0]
    if len({entry.area for entry in found}) > 1:
        yield f"{first.check} 同时用于 {'、'.join(sorted({entry.area for entry in found}))}"
    if len({entry.klass for entry in found}) > 1 or first.klass is not LETTERS[first.check.split("-")[1][0]]:
        yield f"{first.check} 的类别不一：{'、'.join(sorted({entry.klass.value for entry in found}))}"
    for entry in found:
        if not entry.message.strip("…") or not entry.advice.strip("…"):
            yield f"{first.check} 没有写明问题或如何处理（{entry.message or '无'}；{entry.advice or '无'}）"


def _elsewhere(found: Iterable[Text], *, suspendable: bool = False) -> Iterator[Entry]:
    for check, klass, message, advice in found:
        prefix, number = check.split("-")
        known = klass or LETTERS[number[0]]
        area = STAGES.get(prefix, prefix)
        yield Entry(check, known, message, advice, area, suspendable=suspendable and not known.blocking)


def _titled(contract: Contract) -> Callable[[str], str]:
    """Column names in braces to the titles that the office knows."""

    def title(name: re.Match[str]) -> str:
        column = contract.by_name.get(name[1])
        return f"〈{column.title}〉" if column else "…"

    return lambda text: re.sub(r"\{([a-z_]+)\}", title, text)


def page() -> str:
    """docs/checks.md."""
    found = checks()
    areas: dict[str, list[Entry]] = defaultdict(list)
    for entry in found.values():
        areas[entry.area].append(entry)
    order = [STAGES["INB"], STAGES["FILE"], *contracts(), *sorted(areas.keys() - contracts().keys() - set(_FIRST))]
    counts = "、".join(f"{word} {sum(e.klass is klass for e in found.values())}" for klass, word in CLASSES.items())
    sections = [_section(area, areas[area]) for area in order if area in areas]
    return _HEAD.format(total=len(found), counts=counts) + "".join(sections)


_FIRST = (STAGES["INB"], STAGES["FILE"])
_HEAD = """# 校验规则目录

<!-- 由 make docs 生成，请勿手改：文字在 include/expectations、include/feeds/reading.yaml、include/sql 和代码里 -->

共 {total} 条：{counts}。编号不变，发现、信件和退回件都写这个编号。

- **语法性**：文件没有读懂，退回更正。
- **有效性**：数据不能用，退回更正。
- **质量**：像是有误，更正或说明理由。
- **宏观**：合起来看不寻常，或考核时需要知道，更正或说明理由。

“可暂停”的规则可以在 `include/suspensions.yaml` 里写明理由和期限暂停：照常执行，发现不计入，每个结果都注明。
“适用”为空的不分考核期。一个编号有几条文字的（如逐列校验），这里写第一条。
"""


def _section(area: str, found: list[Entry]) -> str:
    known = contracts().get(area)
    head = f"\n## {known.name}（{area}）\n\n由{known.provider}报送。\n" if known else f"\n## {area}\n"
    lines = ["| 编号 | 类别 | 问题 | 如何处理 | 适用 | 可暂停 |", "|---|---|---|---|---|---|"]
    for entry in found:
        more = f"（等 {entry.cases} 条）" if entry.cases > 1 else ""
        dates = f"{entry.valid_from or '…'} 至 {entry.valid_to or '…'}" if entry.valid_from or entry.valid_to else ""
        cells = (
            entry.check, CLASSES[entry.klass], _plain(entry.message) + more, _plain(entry.advice), dates,
            "是" if entry.suspendable else "",
        )  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return head + "\n" + "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Without the names of values that are filled in."""
    return " ".join(_PLACEHOLDER.sub("…", text).split())


if __name__ == "__main__":
    sys.stdout.write(page())
