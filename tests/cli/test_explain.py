"""Where an amount comes from: every point of a bank back to the file, the cell and the text that stood in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cunfang.cli.explain import ExplainError, explain_institution, to_json
from cunfang.cli.main import app
from cunfang.documents import words
from cunfang.evaluation import evaluate
from cunfang.intake import take_in
from cunfang.period import Period
from cunfang.rulebook import read_rulebook
from cunfang.settings import INCLUDE, Settings
from cunfang.warehouse import engine

REGION, Q4 = "420922", Period(2025, 4)
INBOX = INCLUDE / "sample" / "canonical"
COMMERCIAL = ("ICBC", "ABC", "BOC", "CCB", "DWRCB")


@pytest.fixture(scope="module")
def filled(new_module_warehouse: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A warehouse that took in the canonical sample and evaluated it; its URL."""
    url = new_module_warehouse()
    database = engine(url)
    take_in(database, Settings(url, INBOX, tmp_path_factory.mktemp("var"), "", ""), REGION, Q4)
    evaluate(database, REGION, Q4, read_rulebook("hefei-2012"))
    yield url
    database.dispose()


@pytest.fixture
def explain(filled: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command on that warehouse, for the bank that is named."""
    monkeypatch.setenv("CUNFANG_WAREHOUSE_URL", filled)
    return lambda name, *more: run(name, *more)


def run(name: str, *more: str) -> Result:
    asked = ("explain", "--region", REGION, "--period", str(Q4), "--institution", name)
    return CliRunner().invoke(app, [*asked, *more])


def told(done: Result) -> dict:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize("bank", COMMERCIAL)
def test_every_point_leads_back_to_text_that_stands_in_the_named_place(
    explain: Callable[..., Result], bank: str
) -> None:
    content = told(explain(bank, "--json"))

    assert content["points"]
    for point in content["points"]:
        assert point["inputs"], point["indicator"]
        for source in point["inputs"]:
            assert source["file"] and source["cell"] and source["text"], point["indicator"]
            assert source["text"] == _text_at(source["file"], source["cell"])


def _text_at(name: str, cell: str) -> str:
    """What stands in a cell of a delivered CSV file, as a person who opens it in a sheet would find it."""
    import csv

    from openpyxl.utils.cell import coordinate_to_tuple

    [path] = [item for item in (INBOX / REGION).rglob("*.csv") if item.name == Path(name).name]
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    row, column = coordinate_to_tuple(cell)
    return rows[row - 1][column - 1]


@pytest.mark.parametrize("bank", COMMERCIAL)
def test_the_points_add_up_to_the_score(explain: Callable[..., Result], bank: str) -> None:
    content = told(explain(bank, "--json"))

    assert sum(Fraction(point["points"]) for point in content["points"]) == Fraction(content["ladder"]["score"])
    ladder = {key: Decimal(content["ladder"][key]) for key in ("target", "current", "delta", "rigid", "total")}
    assert ladder["target"] - ladder["current"] == ladder["delta"]
    assert ladder["rigid"] <= ladder["target"] <= ladder["total"]


def test_a_bank_is_found_by_code_name_or_short_name(explain: Callable[..., Result], filled: str) -> None:
    bank = explain_institution(filled, REGION, Q4, "DWRCB").participant

    asked = [told(explain(name, "--json")) for name in (bank.institution, bank.name, bank.short_name, "dwrcb")]
    assert all(content == asked[0] for content in asked)
    assert asked[0]["institution"] == "DWRCB"


@pytest.mark.parametrize("bank", COMMERCIAL)
def test_the_ladder_leads_from_the_score_to_the_amount_and_names_the_constraint_with_its_clause(
    explain: Callable[..., Result], bank: str
) -> None:
    ladder, page = told(explain(bank, "--json"))["ladder"], "".join(explain(bank).stdout.split())

    missed = Fraction(ladder["bounded"]) + Fraction(ladder["rounding"]) - Fraction(ladder["target"])
    assert abs(missed) < Fraction(1, 10**12)
    assert Decimal(ladder["floor"]) <= Decimal(ladder["target"])
    assert f"起作用的约束：{ladder['binding_name']}" in page
    assert (ladder["binding"], ladder["binding_name"]) == ("none", "按得分")
    assert ladder["clause"] == "方案二（三）2：得分占总得分的比重为分配比例"
    steps = ("①总得分", "②分配比例", "③按比例", "④有界", "⑤应存额度")
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)


def test_what_was_proved_of_the_transfers_stands_on_the_page_and_in_the_object_as_in_the_workbook(
    explain: Callable[..., Result], filled: str
) -> None:
    plan = told(explain("DWRCB", "--json"))["plan"]
    found = explain_institution(filled, REGION, Q4, "DWRCB").result.plan

    assert found is not None
    assert plan == {
        "legs": found.legs,
        "lower_bound": found.lower_bound,
        "proved": found.proved,
        "text": words.plan(found),
    }
    assert f"本批次{plan['text']}" in explain("DWRCB").stdout


def test_a_case_by_case_amount_names_its_decision(explain: Callable[..., Result]) -> None:
    ladder = told(explain("HBB", "--json"))["ladder"]

    assert (ladder["binding"], ladder["binding_name"]) == ("fixed", "先行列支")
    assert ladder["decision"]
    assert ladder["decision"] in "".join(explain("HBB").stdout.split())


def test_a_bank_outside_the_shares_is_explained_by_its_ground(explain: Callable[..., Result]) -> None:
    content = told(explain("HBB", "--json"))

    assert content["role"] == "carved_out"
    assert content["reason"]
    assert Decimal(content["ladder"]["target"]) > 0


def test_the_page_shows_the_ladder_the_points_with_their_cells_and_the_accounts(
    explain: Callable[..., Result], filled: str
) -> None:
    done = explain("农商行")
    bank = explain_institution(filled, REGION, Q4, "DWRCB")

    assert done.exit_code == 0, done.output
    for needed in ("额度从何而来", "得分明细", "账户余额", bank.participant.name, "原文“", "③ 按比例", "⑤ 应存额度"):
        assert needed in done.stdout
    flat = "".join(done.stdout.split())
    for point in json.loads(to_json(bank))["points"]:
        for source in point["inputs"]:
            assert source["text"] in flat and source["cell"] in flat


def test_an_unknown_bank_ends_with_2_and_names_the_known_ones(explain: Callable[..., Result]) -> None:
    done = explain("火星银行", "--json")

    assert done.exit_code == 2
    said = "".join(done.output.split())
    assert "火星银行" in said and "农商行" in said
    assert all(code in said for code in (*COMMERCIAL, "ADBC", "HBB"))


@pytest.mark.parametrize(
    ("region", "period", "number"), [("999999", Q4, None), (REGION, Period(2025, 3), None), (REGION, Q4, 999)]
)
def test_without_such_a_run_it_says_so(filled: str, region: str, period: Period, number: int | None) -> None:
    with pytest.raises(ExplainError, match=f"{region} {period} 没有考核批次"):
        explain_institution(filled, region, period, "ICBC", number)


def test_without_a_warehouse_it_ends_with_2_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUNFANG_WAREHOUSE_URL", raising=False)
    monkeypatch.setenv("CUNFANG_VAR", str(tmp_path))

    done = run("ICBC")
    assert done.exit_code == 2
    assert "CUNFANG_WAREHOUSE_URL" in done.output and "make run" in done.output
    assert list(tmp_path.iterdir()) == []
