"""The catalogue is whole, its numbers mean one thing each, and the page shows it as it is."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from cunfang.feeds.contract import contracts
from cunfang.finding import Klass
from cunfang.quality.catalogue import LIBRARY, CatalogueError, Entry, checks, entries, merged, page
from cunfang.quality.suite import catalogue
from cunfang.quality.texts import NUMBER, texts_of_python, texts_of_sql, texts_of_yaml
from cunfang.settings import HOME, INCLUDE

ENTRY = Entry("ABC-Q001", Klass.QUALITY, "有误", "请更正", "balances")


def test_the_page_is_as_the_checks_are() -> None:
    written = (HOME / "docs" / "checks.md").read_text(encoding="utf-8")
    assert written == page(), "docs/checks.md 已过时：请运行 make docs"


def test_every_number_that_is_written_anywhere_is_in_the_catalogue() -> None:
    known = checks()
    kinds = ("*.py", "*.sql", "*.yaml", "*.json", "*.j2")
    files = [path for folder in (LIBRARY, INCLUDE) for kind in kinds for path in folder.rglob(kind)]
    written = {
        (number, path.name)
        for path in files
        if "sample" not in path.parts and path != INCLUDE / "suspensions.yaml"
        for number in re.findall(NUMBER, path.read_text(encoding="utf-8"))
    }
    assert len(written) > 100
    assert not {(number, name) for number, name in written if number not in known}


def test_every_check_says_what_is_wrong_and_what_to_do() -> None:
    for entry in entries():
        assert re.search(r"[一-龥]{2}", entry.message), entry.check
        assert re.search(r"[一-龥]{2}", entry.advice), entry.check


def test_rules_under_one_number_say_the_same_of_different_columns() -> None:
    said: dict[str, set[str]] = defaultdict(set)
    types: dict[str, set[str]] = defaultdict(set)
    for feed, rule in catalogue():
        text = re.sub(r"\{[a-z_]+\}", "…", rule.meta.message)
        for column in sorted(contracts()[feed].columns, key=lambda one: -len(one.title)):
            text = text.replace(column.title, "…")
        said[rule.meta.check].add(re.sub(r"[存贷]款|流动性比例|率|[0-9.-]+", "…", text))
        types[rule.meta.check].add(rule.type)
    assert not {check for check in said if len(said[check]) > 1 and len(types[check]) > 1}


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        (replace(ENTRY, area="accounts"), "ABC-Q001 同时用于 accounts、balances"),
        (replace(ENTRY, klass=Klass.MACRO), "ABC-Q001 的类别不一：macro、quality"),
        (replace(ENTRY, advice=""), "ABC-Q001 没有写明问题或如何处理（有误；无）"),
        (replace(ENTRY, message="…"), "ABC-Q001 没有写明问题或如何处理"),
    ],
)
def test_given_a_number_with_two_meanings_or_without_advice_when_merged_then_it_is_named(
    other: Entry, fault: str
) -> None:
    with pytest.raises(CatalogueError, match=re.escape(fault)):
        merged([ENTRY, other])


def test_given_a_number_of_another_class_than_its_letter_when_merged_then_it_is_named() -> None:
    with pytest.raises(CatalogueError, match="ABC-V001 的类别不一"):
        merged([replace(ENTRY, check="ABC-V001")])


def test_given_several_texts_of_one_number_when_merged_then_they_are_counted() -> None:
    assert merged([ENTRY, replace(ENTRY, message="也有误"), ENTRY])["ABC-Q001"].cases == 2


def test_numbers_stand_by_prefix_then_by_weight() -> None:
    order = [entry.order for entry in checks().values()]
    assert order == sorted(order)


def test_calls_in_python_are_read_with_what_their_names_stand_for(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text(
        "ADVICE = '请核对'\n"
        "FAULT = Fault('ABC-S001', Klass.SYNTACTICAL, '坏' '了', '重来')\n"
        "def put(x):\n"
        "    message = f'{x} 不对' + '。'\n"
        "    return Finding('ABC-V002', Klass.VALIDITY, message, ADVICE if x else '再看')\n"
        "class A:\n"
        "    def b(self):\n"
        "        return Finding(check='ABC-M003', klass=Klass.MACRO, message=str(self), advice='说明')\n",
        encoding="utf-8",
    )
    assert list(texts_of_python(path)) == [
        ("ABC-S001", Klass.SYNTACTICAL, "坏了", "重来"),
        ("ABC-V002", Klass.VALIDITY, "… 不对。", "请核对"),
        ("ABC-M003", Klass.MACRO, "…", "说明"),
    ]


def test_questions_in_sql_are_read_through_format_and_concatenation(tmp_path: Path) -> None:
    path = tmp_path / "ask.sql"
    path.write_text(
        "-- 'ABC-V009' is not a select\n"
        "SELECT r.run_id, 'ABC-V001' AS check_id, 'validity' AS class, p.name || ' 没有' || p.what AS message,\n"
        "    '补上，再报' AS advice FROM batch AS b\n"
        "UNION ALL\n"
        "SELECT r.run_id, 'ABC-M002', 'macro', format('%s 于 %s 开业', p.name, max(x, 'y')), '请''确认''' FROM b",
        encoding="utf-8",
    )
    assert list(texts_of_sql(path)) == [
        ("ABC-V001", Klass.VALIDITY, "… 没有…", "补上，再报"),
        ("ABC-M002", Klass.MACRO, "… 于 … 开业", "请'确认'"),
    ]


def test_entries_in_yaml_are_read_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "ties.yaml"
    path.write_text("ties:\n  - {check: ABC-M001, message: 对不上, advice: 请核对, other: 1}\n", encoding="utf-8")
    assert list(texts_of_yaml(path)) == [("ABC-M001", None, "对不上", "请核对")]
