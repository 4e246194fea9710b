"""The command as a person and a script meet it: exit codes, one JSON object, clear refusals."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cunfang.cli.main import app
from cunfang.feeds.contract import contracts
from cunfang.settings import INCLUDE

CANONICAL = INCLUDE / "sample" / "canonical"
ORIGINAL = INCLUDE / "sample" / "inbox"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def evaluate(inbox: Path, *more: str) -> Result:
    asked = ("--region", "420922", "--period", "2025-Q4", "--rulebook", "hefei-2012")
    return run("evaluate", "--inbox", str(inbox), *asked, *more)


@pytest.fixture(scope="module")
def evaluated() -> dict:
    done = evaluate(CANONICAL, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_one_object_with_the_agreed_keys(evaluated: dict) -> None:
    assert evaluated["run"].keys() == {"region", "period", "rulebook", "total"}
    assert evaluated.keys() == {"run", "results", "points", "legs", "plan", "warnings", "findings"}
    assert evaluated["plan"].keys() == {"legs", "lower_bound", "proved", "text"}
    keys = {"institution", "role", "score", "share", "current", "rigid", "target", "delta"}
    assert all(row.keys() == keys for row in evaluated["results"])
    keys = {"from", "to", "owner", "fund_category", "available_from", "amount"}
    assert all(row.keys() == keys for row in evaluated["legs"])
    keys = {"institution", "metric", "value", "limit", "limit_type", "as_of", "metric_scope", "level", "reason"}
    keys |= {"event", "kind", "severity", "decision", "until"}
    assert all(row.keys() == keys for row in evaluated["warnings"])


def test_the_plan_says_how_many_transfers_it_makes_and_that_fewer_cannot_do(evaluated: dict) -> None:
    plan = evaluated["plan"]
    assert plan["proved"] and plan["lower_bound"] == plan["legs"] >= len(evaluated["legs"]) > 0
    assert plan["text"] == f"划转 {plan['legs']} 笔，已证明最少"


def test_scores_of_the_eligible_add_up_to_100_and_targets_to_the_total(evaluated: dict) -> None:
    eligible = [row for row in evaluated["results"] if row["role"] == "commercial"]
    assert abs(sum(Decimal(row["score"]) for row in eligible) - 100) < Decimal("1e-25")
    assert abs(sum(Decimal(row["share"]) for row in eligible) - 1) < Decimal("1e-25")
    assert sum(Decimal(row["target"]) for row in evaluated["results"]) == Decimal(evaluated["run"]["total"])


def test_points_of_a_bank_add_up_to_its_score(evaluated: dict) -> None:
    for row in evaluated["results"]:
        points = sum(Fraction(p["points"]) for p in evaluated["points"] if p["institution"] == row["institution"])
        assert points == Fraction(row["score"])


def test_roles_are_as_delivered(evaluated: dict) -> None:
    roles = {row["institution"]: row["role"] for row in evaluated["results"]}
    assert roles["ADBC"] == "policy"
    assert roles["HBB"] == "carved_out"
    assert set(roles.values()) == {"commercial", "policy", "carved_out"}


def test_the_broken_limit_is_red(evaluated: dict) -> None:
    broken = {"institution": "ABC", "metric": "liquidity_ratio", "value": "0.182", "limit": "0.25", "level": "红"}
    assert any(broken.items() <= warning.items() for warning in evaluated["warnings"])


def test_money_that_no_account_can_receive_is_reported_and_not_a_leg(evaluated: dict) -> None:
    blocked = [item for item in evaluated["findings"] if item["check"] == "EVA-M090"]
    assert {item["class"] for item in blocked} == {"macro"}
    said = re.compile(r"CCB 应划往 (\w+) 的 ([\d.]+) 元未能安排：(\w+) 没有“大悟县水利局”")
    told = [said.match(item["message"]) for item in blocked]
    assert all(match and match[1] == match[3] for match in told)
    assert sum(Decimal(match[2]) for match in told if match) == Decimal("19996044.81")


def test_a_time_deposit_of_the_next_quarter_is_waited_for(evaluated: dict) -> None:
    (waiting,) = (leg for leg in evaluated["legs"] if leg["available_from"])
    assert (waiting["from"], waiting["amount"], waiting["available_from"]) == ("PSBC", "9000000.00", "2026-03-20")


def test_a_refused_feed_that_is_needed_stops_with_its_finding() -> None:
    done = evaluate(ORIGINAL, "--json")
    assert done.exit_code == 3
    said = json.loads(done.stdout)
    assert said["results"] == []
    assert any(item["check"] == "PBC-V010" and item["where"].endswith("J10") for item in said["findings"])
    assert any(item["check"] == "EVA-V005" and "pboc_credit" in item["message"] for item in said["findings"])
    assert all(item.keys() == {"check", "class", "submission", "where", "message"} for item in said["findings"])
    (tag,) = (item["message"] for item in said["findings"] if item["check"] == "PBC-V010")
    assert "超过" in tag and tag.endswith("请核对是否多写了位数或单位不一致。")


def test_office_and_canonical_files_give_the_same_result(evaluated: dict, tmp_path: Path) -> None:
    shutil.copytree(ORIGINAL / "420922" / "2025-Q4", tmp_path / "420922" / "2025-Q4")
    for path in (tmp_path / "420922" / "2025-Q4" / "pboc_credit").iterdir():
        path.unlink()
    corrected = INCLUDE / "sample" / "corrections"
    shutil.copytree(corrected, tmp_path, dirs_exist_ok=True)
    done = evaluate(tmp_path, "--json")
    assert done.exit_code == 0, done.output
    office = json.loads(done.stdout)
    for key in ("run", "results", "points", "legs", "plan", "warnings"):
        assert office[key] == evaluated[key]


@pytest.mark.parametrize("office", [("tax_national", "balances"), ("tax_local", "pboc_prudential", "balances")])
def test_office_and_canonical_files_side_by_side_are_one_quarter(
    evaluated: dict, office: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "420922" / "2025-Q4"
    shutil.copytree(CANONICAL / "420922" / "2025-Q4", folder)
    for feed in office:
        shutil.rmtree(folder / feed)
        shutil.copytree(ORIGINAL / "420922" / "2025-Q4" / feed, folder / feed)
    done = evaluate(tmp_path, "--json")
    assert done.exit_code == 0, done.output
    mixed = json.loads(done.stdout)
    for key in ("run", "results", "points", "legs", "plan", "warnings"):
        assert mixed[key] == evaluated[key]


def test_a_template_is_written_once_and_never_over_a_filled_one(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    words = ("template", "pboc_credit", "--region", "420922", "--period", "2025-Q4", "-o", str(path))
    assert run(*words).exit_code == 0
    made = path.read_bytes()
    refused = run(*words)
    assert refused.exit_code == 2 and "已存在" in refused.output
    assert run(*words, "--force").exit_code == 0 and path.read_bytes() == made


def test_templates_of_all_feeds_are_written_and_each_is_known_for_what_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "表样"
    done = run("template", "--all", str(folder), "--region", "420922", "--period", "2025-Q4")
    assert done.exit_code == 0, done.output
    said = json.loads(run("check", "--json", *map(str, sorted(folder.iterdir()))).stdout)
    assert {one["feed"] for one in said} == set(contracts())
    assert all({item["check"] for item in one["findings"]} <= {"FILE-S015"} for one in said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--all"),
        (("pboc_credit", "--all", "x"), "--all"),
        (("nothing",), "pboc_credit"),
        (("tax", "--layout", "nowhere"), "office_dated"),
        (("tax", "--unit", "角"), "万元"),
        (("tax", "-o", "no/such/folder/x.xlsx"), "无法写入"),
    ],
)
def test_a_template_that_cannot_be_made_is_refused(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        done = run("template", *words)
    assert done.exit_code == 2
    assert said in done.output and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--region", "42092", "--period", "2025-Q4", "--rulebook", "hefei-2012"), "六位"),
        (("--region", "420922", "--period", "2025-Q5", "--rulebook", "hefei-2012"), "2025-Q4"),
        (("--region", "420922", "--period", "2025-Q4", "--rulebook", "nowhere"), "hefei-2012"),
        (("--region", "420922", "--period", "2024-Q4", "--rulebook", "hefei-2012"), "没有报送文件"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(words: tuple[str, ...], said: str) -> None:
    done = run("evaluate", "--inbox", str(CANONICAL), *words)
    assert done.exit_code == 2
    assert said in done.output


def test_an_inbox_that_does_not_exist_is_wrong_usage(tmp_path: Path) -> None:
    assert evaluate(tmp_path / "nowhere").exit_code == 2


def test_the_tables_name_banks_and_amounts() -> None:
    done = evaluate(CANONICAL)
    assert done.exit_code == 0, done.output
    for word in ("农商行", "一事一议", "划转明细", "需开户", "红"):
        assert word in done.stdout
