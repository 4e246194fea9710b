"""A small rule book to spoil: `write` puts documents into a folder, `kinds` lints one of them."""

from __future__ import annotations

from pathlib import Path

from cunfang.rulebook.flaw import Flaw
from cunfang.rulebook.lint import lint
from cunfang.rulebook.rules import Known

HEAD = """\
code: book
name: 县办法
document: 文件
effective_from: 2020-01-01
full_scale: {value: 100, clause: 一}
requires: {value: [institutions, accounts, balances], clause: 一}
warnings: {}
"""
ALLOCATION = """\
allocation:
  quota_mode: {value: stock, clause: 二}
  rounding_unit: {value: 10000, clause: 二}
  min_leg: {value: 100000, clause: 二}
  scheme: {value: proportional, clause: 二}
"""
PARTICIPATION = """\
participation:
  disqualification_years: {value: 3, clause: 三}
  policy_banks: {value: held, clause: 三}
"""
LOANS = """\
  loans:
    name: 贷款余额
    points: {value: 60, clause: 四}
    measure: loans
    family: pboc_credit
    basis: stock
    method: share_of_total
    all_zero: {value: zero, clause: 四}
"""
OUTLETS = """\
  outlets:
    name: 网点
    points: {value: 40, clause: 四}
    measure: outlets
    family: indicators
    basis: stock
    method: share_of_total
    all_zero: {value: zero, clause: 四}
"""
BOOK = HEAD + ALLOCATION + PARTICIPATION + "indicators:\n" + LOANS + OUTLETS


def write(folder: Path, **documents: str) -> Path:
    """`<code>/rulebook.yaml` of each; an underscore in a keyword stands for itself."""
    for code, content in documents.items():
        (folder / code).mkdir(parents=True, exist_ok=True)
        (folder / code / "rulebook.yaml").write_text(content, encoding="utf-8")
    return folder


def flaws(folder: Path, content: str, known: Known | None = None, **others: str) -> tuple[Flaw, ...]:
    """What the linter says of `content`, beside `others`."""
    return lint("book", write(folder, book=content, **others), known)


def kinds(found: tuple[Flaw, ...]) -> set[str]:
    """Which messages, without what is always there: the outlets' feed names its own measures, orders go by default."""
    return {flaw.kind for flaw in found} - {"open_measures", "orders_unstated"}


def leaf(**said: str) -> str:
    """One indicator of 60 points beside the outlets: pboc_credit's loans as a stock, by share, and what is `said`."""
    keys = {
        "name": "某指标",
        "points": "{value: 60, clause: 四}",
        "measure": "loans",
        "family": "pboc_credit",
        "basis": "stock",
        **said,
    }
    lines = "".join(f"    {key}: {value}\n" for key, value in keys.items() if value)
    return HEAD + ALLOCATION + PARTICIPATION + "indicators:\n  one:\n" + lines + OUTLETS


def banded(*bands: str, **said: str) -> str:
    """The indicator by bands, each as `from: 0, below: 1, points: 5`."""
    listed = ", ".join(f"{{{band}}}" for band in bands)
    return leaf(method="bands", bands=f"{{value: [{listed}], clause: 五}}", **said)
