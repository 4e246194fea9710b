"""`cunfang rulebook` as an office meets it: exit codes, one JSON object, both languages, what to do next."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cunfang.cli.main import app
from cunfang.cli.rulebook_tables import KnownError, known_of
from cunfang.evaluation import evaluate
from cunfang.intake import take_in
from cunfang.period import Period
from cunfang.rulebook import Parameter, read_rulebook
from cunfang.rulebook.rules import Known
from cunfang.rulebook.rules.allotment import allotment
from cunfang.settings import INCLUDE, Settings
from cunfang.warehouse import engine


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["rulebook", *words])


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of include/ with a rule book whose weights do not close and one that is no YAML."""
    include = tmp_path_factory.mktemp("copy") / "include"
    shutil.copytree(INCLUDE, include, ignore=shutil.ignore_patterns("sample", "sql"))
    text = (include / "rulebooks" / "hefei-2012" / "rulebook.yaml").read_text(encoding="utf-8")
    for code, content in {"open": text.replace("value: 20,", "value: 19,", 1), "broken": "code: [broken\n"}.items():
        (include / "rulebooks" / code).mkdir()
        content = content.replace("code: hefei-2012", f"code: {code}")
        (include / "rulebooks" / code / "rulebook.yaml").write_text(content, encoding="utf-8")
    return include


def run_in(include: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CUNFANG_INCLUDE": str(include)}
    command = [sys.executable, "-c", "from cunfang.cli import main; main()", "rulebook", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_given_sound_rule_books_then_lint_ends_with_0_and_says_so() -> None:
    done = run("lint", "dawu-2025", "hefei-2012", "--quiet")

    assert done.exit_code == 0, done.output
    assert "dawu-2025" in done.output
    assert "没有问题" in done.output


def test_given_a_published_flaw_then_it_is_said_with_rule_file_line_and_what_to_do() -> None:
    done = run("lint", "balinzuoqi-2024")

    assert done.exit_code == 0
    assert "警告 RB-W30  balinzuoqi-2024/rulebook.yaml 第" in done.output
    assert "标题是“新增贷款额”，正文是“新增存款额”" in done.output
    assert "→ 请发文单位更正原文" in done.output


def test_given_english_then_the_same_findings_are_said_in_english() -> None:
    done = run("lint", "balinzuoqi-2024", "--lang", "en")

    assert "warning RB-W30" in done.output
    assert "heading and body of indicator “新增贷款额” contradict" in done.output


def test_given_json_then_one_object_carries_both_languages() -> None:
    done = run("lint", "shapingba", "--json")

    found = json.loads(done.stdout)["rulebooks"]["shapingba"]
    assert all(flaw.keys() == {"rule", "level", "file", "line", "key", "zh", "en"} for flaw in found)
    assert {level: int(any(f["level"] == level for f in found)) for level in ("error", "warning")} == {
        "error": 0,
        "warning": 1,
    }
    assert any("8%" in flaw["zh"]["what"] and "8%" in flaw["en"]["what"] for flaw in found)


def test_given_a_rule_book_with_errors_then_lint_ends_with_1_and_the_others_are_judged_all_the_same(
    spoilt: Path,
) -> None:
    done = run_in(spoilt, ["lint", "--all", "--json", "--quiet"])

    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)["rulebooks"]
    assert [flaw["rule"] for flaw in found["broken"]] == ["RB-E02"]
    assert "RB-E13" in {flaw["rule"] for flaw in found["open"]}
    assert not [flaw for flaw in found["dawu-2025"] if flaw["level"] == "error"]


def test_given_a_rule_book_with_errors_then_nothing_is_evaluated_by_it(spoilt: Path, tmp_path: Path) -> None:
    command = ["evaluate", "--inbox", str(tmp_path), "--region", "420922", "--period", "2025-Q4", "--rulebook", "open"]
    environment = {**os.environ, "CUNFANG_INCLUDE": str(spoilt)}
    done = subprocess.run(
        [sys.executable, "-c", "from cunfang.cli import main; main()", *command],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip

    assert done.returncode == 2
    assert "RB-E13" in done.stderr.replace("\n", "")


def test_given_a_broken_rule_book_then_the_list_still_shows_the_others(spoilt: Path) -> None:
    done = run_in(spoilt, ["list", "--json"])

    found = {one["code"]: one for one in json.loads(done.stdout)["rulebooks"]}
    assert "RB-E02" in found["broken"]["fault"]
    assert found["dawu-2025"]["regions"] == ["420922"]
    assert found["base"]["abstract"] is True


@pytest.mark.parametrize("words", [["lint"], ["lint", "base", "--all"], ["lint", "base", "--period", "2025-Q4"]])
def test_given_wrong_usage_then_the_command_ends_with_2(words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_given_a_code_that_is_not_there_then_the_known_ones_are_named() -> None:
    for words, code in ((["lint", "nowhere"], 1), (["show", "nowhere"], 2), (["diff", "nowhere"], 2)):
        done = run(*words)
        assert done.exit_code == code
        assert "dawu-2025" in done.output


def test_given_the_number_of_banks_then_ranks_are_judged_by_it() -> None:
    said = run("lint", "balinzuoqi-2024", "--banks", "8").output

    assert "有 8 家参加时，最后一名仍得" in said


def test_show_prints_every_value_with_clause_origin_and_source() -> None:
    done = run("show", "dawu-2025")

    assert done.exit_code == 0
    assert "dawu-2025 ← hefei-2012 ← hefei-2009 ← base" in done.output
    assert "贷款规模 › 贷款余额 › weight" in done.output
    assert "base:" in done.output


def test_show_json_is_by_path() -> None:
    shown = json.loads(run("show", "dawu-2025", "--json").stdout)

    weight = shown["parts"]["indicators.lending.indicators.loans.weight"]
    assert (weight["value"], weight["origin"], weight["book"]) == ("35", "ours", "dawu-2025")
    assert shown["descent"] == ["dawu-2025", "hefei-2012", "hefei-2009", "base"]


def test_show_yaml_stands_by_itself() -> None:
    text = run("show", "dawu-2025", "--yaml").stdout

    assert "parent:" not in text
    assert "min_leg:" in text


def test_diff_is_against_the_parent_unless_another_is_named() -> None:
    parent = json.loads(run("diff", "hefei-2012", "--json").stdout)
    other = json.loads(run("diff", "hefei-2012", "hefei-2012", "--json").stdout)

    assert parent["against"] == "hefei-2009"
    changed = {one["path"]: one for one in parent["changes"]}
    tax = changed["indicators.tax.weight"]
    assert (tax["kind"], tax["before"]["value"], tax["after"]["value"]) == ("changed", "30", "20")
    assert "调整前" in tax["before"]["clause"]
    assert "调整后" in tax["after"]["clause"]
    assert other["changes"] == []


def test_diff_prints_both_clauses() -> None:
    said = run("diff", "hefei-2012").output

    assert "改动" in said
    assert "贷款规模 › 存贷比 › weight" in said
    assert "去掉" in said


def test_diff_of_a_book_without_a_parent_asks_for_the_other() -> None:
    done = run("diff", "base")

    assert done.exit_code == 2
    assert "没有上级办法" in done.output


@pytest.mark.parametrize("words", [[], ["list"], ["lint"], ["show"], ["diff"]])
def test_help_is_there_for_every_command(words: list[str]) -> None:
    done = run(*words, "--help")

    assert done.exit_code == 0
    assert "考核办法" in done.output or "CODE" in done.output


@pytest.fixture(scope="module")
def evaluated(new_module_warehouse: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A warehouse with the sample quarter evaluated; its URL."""
    url = new_module_warehouse()
    database = engine(url)
    inbox = INCLUDE / "sample" / "canonical"
    take_in(database, Settings(url, inbox, tmp_path_factory.mktemp("var"), "", ""), "420922", Period(2025, 4))
    evaluate(database, "420922", Period(2025, 4), read_rulebook("hefei-2012"))
    yield url
    database.dispose()


def test_given_a_quarter_then_caps_are_held_against_what_each_bank_keeps(
    evaluated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", evaluated)

    known = known_of("420922", Period(2025, 4), None)

    (balances,) = (INCLUDE / "sample" / "canonical" / "420922" / "2025-Q4" / "balances").glob("*.csv")
    with balances.open(encoding="utf-8-sig", newline="") as file:
        placed = [Decimal(row["balance"]) for row in csv.DictReader(file) if row["as_of"] == "2025-12-31"]
    assert (known.banks, known.total) == (6, sum(placed))
    assert known.rigid.keys() == {"工行", "农行", "中行", "建行", "邮政储蓄银行", "农商行"}
    assert all(0 <= rigid < sum(placed) for rigid in known.rigid.values())
    assert known_of("420922", Period(2025, 4), 9).banks == 9
    least = Known(known.banks, known.total, known.rigid)
    capped = read_rulebook("hefei-2012").model_copy(deep=True)
    share = capped.allocation.model_copy(update={"concentration_cap": Parameter(value=Decimal("0.1"), clause="试")})
    found = list(allotment(capped.model_copy(update={"allocation": share}), least))
    assert {raised.facts["bank"] for raised in found if raised.kind == "cap_below_rigid"} == {"邮政储蓄银行"}
    assert run("lint", "hefei-2012", "--region", "420922", "--period", "2025-Q4").exit_code == 0
    with pytest.raises(KnownError, match="没有考核批次"):
        known_of("420922", Period(2024, 4), None)
