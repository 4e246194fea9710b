"""Every shipped situation comes out as it was worked out by hand; a wrong one is refused or named, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from cunfang.feeds.document import DocumentError
from cunfang.rulebook import read_rulebook, rulebook_codes
from cunfang.settings import INCLUDE
from cunfang.simulation.judge import judge
from cunfang.simulation.read import read_situation, situation_paths
from cunfang.simulation.schema import SCHEMA, situation_schema
from cunfang.warehouse.embedded import create_database

SHIPPED = [(code, path) for code in rulebook_codes() for path in situation_paths(code)]
EXAMPLE = next(path for code, path in SHIPPED if (code, path.stem) == ("hefei-2012", "share-of-total"))


@pytest.fixture(scope="module")
def ground(postgres: Path) -> Iterator[Engine]:
    """A migrated warehouse that stays empty: nothing here commits."""
    made = create_engine(create_database(postgres, "situations", template="template_warehouse"))
    yield made
    made.dispose()


@pytest.mark.parametrize(("code", "path"), SHIPPED, ids=[f"{code}/{path.stem}" for code, path in SHIPPED])
def test_given_a_shipped_situation_when_evaluated_then_all_comes_out_as_by_hand(
    ground: Engine, code: str, path: Path
) -> None:
    situation = read_situation(path)

    assert [str(one) for one in judge(ground, situation, read_rulebook(code))] == []
    assert situation.signed is None, "a shipped situation is signed by the office that uses it"


def test_given_the_shipped_rule_books_then_each_has_a_situation() -> None:
    judged_with_another = {named.value for named in _named_policies()}

    bare = [code for code in rulebook_codes() if not situation_paths(code) and code not in judged_with_another]

    assert bare == []


def _named_policies() -> Iterator[object]:
    for code in rulebook_codes():
        if named := read_rulebook(code).participation.policy_rulebook:
            yield named


def test_given_a_judged_situation_then_the_warehouse_is_as_it_was(ground: Engine) -> None:
    judge(ground, read_situation(EXAMPLE), read_rulebook("hefei-2012"))

    with ground.connect() as connection:
        for table in ("raw.submission", "core.credit", "eval.run", "eval.rulebook", "ops.finding"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def _changed(tmp_path: Path, before: str, after: str, times: int = 1) -> Path:
    original = EXAMPLE.read_text(encoding="utf-8")
    assert before in original
    path = tmp_path / "changed.yaml"
    path.write_text(original.replace(before, after, times), encoding="utf-8")
    return path


def test_given_other_figures_than_were_reckoned_with_when_evaluated_then_each_cell_is_named_with_both_numbers(
    ground: Engine, tmp_path: Path
) -> None:
    path = _changed(tmp_path, "outlets: {甲: 6, 乙: 3, 丙: 1, unit: 个}", "outlets: {甲: 6, 乙: 2, 丙: 2, unit: 个}")

    said = [str(one) for one in judge(ground, read_situation(path), read_rulebook("hefei-2012"))]

    assert said == [
        "得分 outlets 乙：应为 1.5000，算得 1.000000",
        "得分 outlets 丙：应为 0.5000，算得 1.000000",
        "总得分 乙：应为 31.0000，算得 30.500000",
        "总得分 丙：应为 20.4792，算得 20.979167",
        "应存额度 乙：应为 3100，算得 3050.00",
        "应存额度 丙：应为 2048，算得 2098.00",
    ]


def _refusal(path: Path) -> str:
    with pytest.raises(DocumentError) as refused:
        read_situation(path)
    return str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("甲 6÷10×5=3.0000", "甲 6÷10×5=3.1", "左边得 3，与“=”右边的 3.1 不符"),
        ("outlets: {甲: 3.0000", "outlets: {甲: 3.0010", "expect.points.outlets.甲：3.0010 没有在 arithmetic 中算出"),
        ("period: 2025-Q4", "period: 2025年四季度", "period"),
        ("期末:", "月末:", "figures.月末：时点“月末”无法识别"),
        ("loans: {甲: 500", "loans: {戊: 500", "figures.期末.loans.戊：没有这家银行：戊"),
        ("loans: {甲: 500", "loans: {甲: 五百", "“五百”不是数"),
        ("shows: ", "show: ", "show：没有这样的项"),
        ("unit: 万元", "unit: 千元", "unit"),
        ("unit: 万元", "unit: [万元", "不是合格的 YAML"),
    ],
)
def test_given_a_faulty_situation_when_read_then_file_line_and_key_are_named(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    refusal = _refusal(_changed(tmp_path, before, after))

    assert "changed.yaml 第 " in refusal
    assert said in refusal


def test_given_a_row_that_lacks_what_stands_beside_it_when_judged_then_it_is_asked_for(
    ground: Engine, tmp_path: Path
) -> None:
    situation = read_situation(_changed(tmp_path, "deposits: {甲: 1000, 乙: 400, 丙: 200}", "deposits: {甲: 1000}"))

    with pytest.raises(ValueError, match="2025-12-31 的 乙 没有 deposits"):
        judge(ground, situation, read_rulebook("hefei-2012"))


def test_given_a_row_without_unit_in_a_feed_of_plain_numbers_when_judged_then_the_unit_is_asked_for(
    ground: Engine, tmp_path: Path
) -> None:
    situation = read_situation(_changed(tmp_path, ", unit: 个", ""))

    with pytest.raises(ValueError, match="outlets 一行须写明单位"):
        judge(ground, situation, read_rulebook("hefei-2012"))


def test_given_a_parameter_that_is_set_otherwise_when_judged_then_the_case_goes_by_it(
    ground: Engine, tmp_path: Path
) -> None:
    path = _changed(tmp_path, "arithmetic:", "except: {allocation.rounding_unit: 1000000}\narithmetic:")

    said = [str(one) for one in judge(ground, read_situation(path), read_rulebook("hefei-2012"))]

    assert said == ["应存额度 甲：应为 4852，算得 4900.00", "应存额度 丙：应为 2048，算得 2000.00"]


def test_given_a_question_that_is_not_asked_or_another_when_judged_then_it_is_said(
    ground: Engine, tmp_path: Path
) -> None:
    asks = _changed(tmp_path, "expect:\n", "expect:\n  question: {check: EVA-V030}\n")
    (missing,) = judge(ground, read_situation(asks), read_rulebook("hefei-2012"))
    stops = _changed(tmp_path, "outlets: {甲: 6, 乙: 3, 丙: 1, unit: 个}", "outlets: {甲: 6, 乙: 3, unit: 个}")
    (asked,) = judge(ground, read_situation(stops), read_rulebook("hefei-2012"))

    assert str(missing) == "停在的问题：应为 EVA-V030，算得 没有停下"
    assert asked.expected == "无"
    assert "丙行 缺少指标“营业网点数量”的数据" in asked.found


def test_given_the_example_of_the_guide_then_it_can_be_read(tmp_path: Path) -> None:
    guide = (INCLUDE.parent / "docs" / "rulebooks.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(# yaml-language-server: [^\n]*situation.schema.json\n.*?)```", guide, re.DOTALL)
    path = tmp_path / "example.yaml"
    path.write_text(example, encoding="utf-8")

    assert read_situation(path).expect.points == {"loans_growth": {"甲": "25"}}


def test_the_schema_for_editors_is_that_of_the_model() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == situation_schema(), "run python -m cunfang.simulation.schema"
