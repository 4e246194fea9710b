"""`cunfang simulate` as a person and a script meet it: what it prints, what it asks for, and that it keeps nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

# Last on the path, so that no folder of tests hides a library of the same name.
sys.path.append(str(Path(__file__).parents[1]))

from cunfang.cli.main import app
from cunfang.cli.terms import TermError, amount, method, one_off, setting
from cunfang.rulebook.inherit import FOLDER
from cunfang.simulation.altered import Setting
from cunfang.simulation.whatif import OneOff
from documents.sample_run import load_sample

PLACE = ("--region", "420922", "--period", "2025-Q4")


@pytest.fixture(scope="module")
def filled(new_module_warehouse: Callable[[], str]) -> Iterator[str]:
    """A warehouse with the sample county's quarter, evaluated; its URL."""
    url = new_module_warehouse()
    database = create_engine(url)
    load_sample(database)
    yield url
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM eval.run")) == 1
    database.dispose()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["simulate", *words])


@pytest.fixture
def simulate(filled: str) -> Callable[..., Result]:
    """The command on that warehouse; `words` go after the place."""
    return lambda *words: run(*PLACE, "--database", filled, *words)


def told(done: Result) -> dict:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_one_object_with_every_bank_before_and_after(simulate: Callable[..., Result]) -> None:
    said = told(simulate("--set", "indicators.tax.weight=25%", "--rescale", "--json"))

    assert said["run"]["official"] is None and said["run"]["total_difference"] == "0.00"
    assert said["run"]["rulebook"] == {"before": "dawu-2025", "after": "dawu-2025"}
    assert said["parameters"][0]["path"] == "indicators.tax.weight"
    assert len(said["results"]) == 8
    for row in said["results"]:
        assert Decimal(row["after"]["target"]) - Decimal(row["before"]["target"]) == Decimal(row["difference"])
    assert said["gains"] == ["DWRCB"] and "ICBC" in said["losses"]
    assert said["evenness"]["before"] != said["evenness"]["after"]


def test_the_tables_say_who_gains_and_the_workbook_says_the_same(
    simulate: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "测算.xlsx"
    done = simulate(
        "--total", "120000万元", "--exclude", "建行", "--one-off", "农行:loans=-3.6亿元", "--xlsx", str(path)
    )

    assert done.exit_code == 0, done.output
    for word in ("测算得分", "不参加", "等于总量之差", "基尼系数", "allocation.quota_mode"):
        assert word in done.stdout
    sheet = load_workbook(path)["测算对比"]
    total = sum(Decimal(str(sheet.cell(row, 10).value)) for row in range(4, 12))
    assert total == Decimal(1_200_000_000)


def test_a_rule_book_outside_include_is_tried(simulate: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "我的办法.yaml"
    shipped = (FOLDER / "dawu-2025" / "rulebook.yaml").read_text(encoding="utf-8")
    path.write_text(shipped.replace("code: dawu-2025", "code: mine").replace("value: 35", "value: 40").replace(
        "value: 10, clause: 示例第六条；", "value: 5, clause: 示例第六条；"), encoding="utf-8")  # fmt: skip
    said = told(simulate("--file", str(path), "--json"))

    assert said["run"]["rulebook"]["after"] == "mine"
    assert {one["path"].split(".")[-2] for one in said["parameters"]} == {"loans", "loans_agri"}
    path.write_text(path.read_text(encoding="utf-8").replace("value: 40", "value: 41"), encoding="utf-8")
    refused = simulate("--file", str(path))
    assert refused.exit_code == 2 and "我的办法.yaml" in "".join(refused.output.split())


def test_the_inverse_says_what_each_figure_must_change(simulate: Callable[..., Result], filled: str) -> None:
    words = ("inverse", "--bank", "农行", "--gain", "100万元")
    said = told(run(*words, *PLACE, "--database", filled, "--json"))

    assert said["institution"] == "ABC" and said["gain"] == "1000000.00"
    [loans] = [one for one in said["needs"] if one["measure"] == "loans"]
    assert loans["verdict"] == "can" and loans["indicators"] == ["loans", "loan_to_deposit"]
    assert Decimal(loans["one_step_less"]) < 1_000_000 <= Decimal(loans["gain"])
    [late] = [one for one in said["needs"] if one["verdict"] == "cannot"]
    assert late["reason"] == "没有可以减少的事项"
    page = simulate(*words).stdout
    assert "各项贷款余额" in page and "万元" in page and "其他各行、本行其他数都不变" in page


def test_the_stability_names_ranks_and_swaps(simulate: Callable[..., Result]) -> None:
    said = told(simulate("--json", "stability", "--by", "20%"))

    assert {one["by"] for one in said["trials"]} == {"0.2", "-0.2"}
    assert [one["rank"] for one in said["banks"]] == [1, 2, 3, 4, 5, 6]
    assert all(one["discriminates"] for one in said["indicators"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "indicators.tax.weight=25"), "--rescale"),
        (("--set", "indicators.tax.weight"), "indicators.tax.weight=25"),
        (("--total", "很多"), "120000万元"),
        (("--rulebook", "nowhere"), "hefei-2012"),
        (("--exclude", "火星银行"), "DWRCB"),
        (("--trial",), "trial"),
        (("inverse", "--bank", "农发行", "--gain", "1万元"), "不参加按得分分配"),
        (("inverse", "--bank", "农行", "--gain", "-1"), "大于0"),
        (("stability", "--by", "200%"), "100%"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(
    simulate: Callable[..., Result], words: tuple[str, ...], said: str
) -> None:
    done = simulate(*words)

    assert done.exit_code == 2, done.output
    assert said in "".join(done.output.split())


def test_a_question_ends_with_3_and_is_printed(simulate: Callable[..., Result]) -> None:
    done = simulate("--rulebook", "hefei-2009")

    assert done.exit_code == 3
    assert "EVA-V020" in done.output and "没有保存任何东西" in done.output


@pytest.mark.parametrize("words", [(), ("--region", "420922"), ("--period", "2025-Q4")])
def test_without_a_place_it_says_which(words: tuple[str, ...]) -> None:
    done = run(*words, "--trial")

    assert done.exit_code == 2 and "--period" in done.output


def test_an_address_that_leads_nowhere_is_said() -> None:
    done = run(*PLACE, "--database", "不是地址")

    assert done.exit_code == 2 and "连不上数据仓库" in done.output


def test_help_is_in_chinese_and_names_the_other_two() -> None:
    done = run("--help")

    assert done.exit_code == 0
    for word in ("测算", "inverse", "stability", "--rescale"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1000000", "1000000"),
        ("120000万元", "1200000000"),
        ("-3.6亿元", "-360000000"),
        ("−3.6亿元", "-360000000"),
        ("1,000,000 元", "1000000"),
        ("2.5%", "0.025"),
    ],
)
def test_amounts_are_read_as_people_write_them(written: str, value: str) -> None:
    assert amount(written) == Decimal(value)


@pytest.mark.parametrize("written", ["", "很多", "1e9", "万元", "1.2.3", "10角", "--5"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(TermError):
        amount(written)


def test_terms_are_read_as_people_write_them() -> None:
    assert setting("indicators.tax.weight=25%") == Setting("indicators.tax.weight", 25)
    assert setting("allocation.rounding_unit=1万元") == Setting("allocation.rounding_unit", "10000")
    assert setting("allocation.concentration_cap=30%") == Setting("allocation.concentration_cap", "0.3")
    assert setting("indicators.service=null") == Setting("indicators.service", None)
    assert method("loans=share_of_best") == Setting("indicators.loans.method", "share_of_best")
    assert method("indicators.loans=share_of_best") == Setting("indicators.loans.method", "share_of_best")
    assert one_off("农行：loans=-3.6亿元") == OneOff("农行", "loans", Decimal(-360_000_000))
