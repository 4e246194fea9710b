"""The guide for offices is held to what it says: its examples load, its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from tests.rulebook.books import write

from cunfang.rulebook import read_rulebook
from cunfang.rulebook.flaw import catalogue
from cunfang.rulebook.indicator import Basis, Indicator, Method
from cunfang.rulebook.inherit import FOLDER
from cunfang.rulebook.lint import lint
from cunfang.rulebook.model import Allocation, Orders, Participation, Scoring
from cunfang.settings import INCLUDE

GUIDE = (INCLUDE.parent / "docs" / "rulebooks.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n((?:#[^\n]*\n)?code: (\S+)\n.*?)```", GUIDE, re.DOTALL)
KEYS = sorted(key for part in (Participation, Allocation, Scoring, Orders) for key in part.model_fields)
EXAMPLES: dict[str, str] = {code: text for text, code in BLOCKS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = (FOLDER / "base" / "rulebook.yaml").read_text(encoding="utf-8")
    return write(tmp_path, base=base, **EXAMPLES)


def test_given_the_worked_example_then_it_can_be_used_and_the_linter_says_what_the_guide_says(folder: Path) -> None:
    book = read_rulebook("demo-2026", folder)

    assert [one.indicator.name for one in book.placed() if one.effect == "score"] == [
        *("贷款余额", "贷款增幅", "新增小微企业贷款", "存贷比", "地方税收", "非税收入次日划解"),
    ]
    found = {flaw.rule for flaw in lint("demo-2026", folder)}
    assert {rule for rule in found if rule[3] == "W"} == {"RB-W35"}
    assert "RB-N01" in found


def test_given_the_worked_example_without_its_reading_then_it_is_refused(folder: Path) -> None:
    spoilt = re.sub(r", resolved: 恰为[^}]*", "", EXAMPLES["demo-2026"])

    assert "RB-E35" in {flaw.rule for flaw in lint("demo-2026", write(folder, **{"demo-2026": spoilt}))}


def test_given_the_example_of_a_child_then_it_can_be_used_too(folder: Path) -> None:
    assert {flaw.rule for flaw in lint("demo-2027", folder) if flaw.level == "error"} == set()
    assert read_rulebook("demo-2027", folder).scale == 100


@pytest.mark.parametrize("word", [*get_args(Method), *get_args(Basis)])
def test_given_a_method_or_a_basis_then_the_guide_has_it(word: str) -> None:
    assert f"| `{word}` |" in GUIDE


@pytest.mark.parametrize("key", KEYS)
def test_given_a_choice_then_the_guide_has_it(key: str) -> None:
    assert f"`{key}" in GUIDE


@pytest.mark.parametrize("key", sorted(Indicator.model_fields))
def test_given_a_key_of_an_indicator_then_the_guide_has_it(key: str) -> None:
    assert re.search(rf"`{key}\b|^ *{key}:", GUIDE, re.MULTILINE)


def test_given_the_catalogue_then_the_guide_lists_every_number() -> None:
    named = set(re.findall(r"RB-[EWN]\d\d", GUIDE))
    for first, last in re.findall(r"`(RB-[EWN]\d\d)` … `RB-[EWN](\d\d)`", GUIDE):
        named |= {f"{first[:4]}{number:02}" for number in range(int(first[4:]), int(last) + 1)}

    assert {message.rule for message in catalogue().messages.values()} <= named


def test_given_the_families_that_are_scored_then_the_guide_lists_their_bases() -> None:
    for family, how in catalogue().delivered.items():
        if not how.bases:
            continue
        row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{family}` |"))
        assert set(row.split("|")[3].strip().split(", ")) == how.bases
