"""Each rule of the linter: a rule book that has the fault, and the same without it."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.rulebook.books import ALLOCATION, BOOK, LOANS, PARTICIPATION, flaws, kinds, leaf, write

from cunfang.rulebook import RulebookError, read_rulebook, rulebook_codes
from cunfang.rulebook.flaw import LANGUAGES, catalogue
from cunfang.rulebook.inherit import codes_on_hand
from cunfang.rulebook.lint import lint
from cunfang.rulebook.rules import Known

INCREMENT = {"basis": "increment", "since": "year_start"}
ZERO = "{value: zero, clause: 五}"
GROUP = """\
  lending:
    name: 贷款
    points: {value: 60, clause: 四}
    indicators:
      a: {name: 甲, points: {value: 40, clause: 四}, measure: loans, family: pboc_credit, basis: stock,
          method: frontier,
          base: {value: 0, clause: 四}}
      b: {name: 乙, points: {value: 20, clause: 四}, measure: npl, family: pboc_credit, basis: stock, method: frontier,
          base: {value: 0, clause: 四}}
"""


def _allocated(*lines: str) -> str:
    added = "".join(f"  {line}\n" for line in lines)
    kept = "\n".join(line for line in ALLOCATION.splitlines() if "scheme" not in line or "scheme" not in added)
    return BOOK.replace(ALLOCATION, kept + "\n" + added)


def _taking_part(line: str) -> str:
    return BOOK.replace(PARTICIPATION, PARTICIPATION + f"  {line}\n")


GROUPED = BOOK.replace(LOANS, GROUP)
TIE_BREAK = "scoring: {tie_break: {value: [loans], clause: 六}}\n"
# kind: (a rule book with the fault, the same without it)
RULES: dict[str, tuple[str, str]] = {
    "points_sum": (BOOK.replace("value: 60", "value: 59"), BOOK),
    "points_sum of a group": (
        GROUPED.replace("value: 40, clause: 四}, measure: loans", "value: 41, clause: 四}, measure: loans"),
        GROUPED,
    ),
    "points_above": (
        leaf(method="frontier", base="{value: 61, clause: 五}"),
        leaf(method="frontier", base="{value: 60, clause: 五}"),
    ),
    "points_above by the floor": (
        leaf(method="frontier", base="{value: 0, clause: 五}", floor="{value: 70, clause: 五}"),
        leaf(method="frontier", base="{value: 0, clause: 五}", floor="{value: 7, clause: 五}"),
    ),
    "cap_idle": (
        leaf(method="frontier", base="{value: 0, clause: 五}", cap="{value: 70, clause: 五}"),
        leaf(method="frontier", base="{value: 0, clause: 五}", cap="{value: 60, clause: 五}"),
    ),
    "points_unreachable": (
        leaf(method="frontier", base="{value: 0, clause: 五}", cap="{value: 50, clause: 五}"),
        leaf(method="frontier", base="{value: 0, clause: 五}", cap="{value: 60, clause: 五}"),
    ),
    "no_cap": (
        leaf(method="points_per_unit", unit="{value: 1, clause: 五}", unit_points="{value: 1, clause: 五}"),
        leaf(
            method="points_per_unit",
            unit="{value: 1, clause: 五}",
            unit_points="{value: 1, clause: 五}",
            cap="{value: 60, clause: 五}",
        ),
    ),
    "no_points": (
        GROUPED.replace("value: 40, clause: 四}, measure: loans", "value: 60, clause: 四}, measure: loans").replace(
            "value: 20", "value: 0"
        ),
        GROUPED,
    ),
    "step_none": (
        leaf(method="rank_step", step="{value: 0, clause: 五}", ties="{value: better, clause: 五}"),
        leaf(method="rank_step", step="{value: 1, clause: 五}", ties="{value: better, clause: 五}"),
    ),
    "step_large": (
        leaf(method="rank_step", step_percent="{value: 101, clause: 五}", ties="{value: better, clause: 五}"),
        leaf(method="rank_step", step_percent="{value: 100, clause: 五}", ties="{value: better, clause: 五}"),
    ),
    "no_feed": (BOOK.replace("[institutions,", "[hygiene, institutions,"), BOOK),
    "no_feed of an indicator": (leaf(family="hygiene", method="frontier", base="{value: 0, clause: 五}"), BOOK),
    "feed_not_scored": (leaf(family="decisions", method="share_of_total", all_zero=ZERO), BOOK),
    "no_measure": (BOOK.replace("measure: loans", "measure: loan"), BOOK),
    "no_measure of a gate": (
        leaf(method="share_of_total", all_zero=ZERO, gate='{operator: ">", of: peers, measure: rain, clause: 五}'),
        leaf(method="share_of_total", all_zero=ZERO, gate='{operator: ">", of: peers, measure: loans, clause: 五}'),
    ),
    "no_measure of a cap": (
        _allocated("deposits_cap: {share: {value: 0.1, clause: 二}, measure: deposit}"),
        _allocated("deposits_cap: {share: {value: 0.1, clause: 二}, measure: deposits}"),
    ),
    "no_measure of the four": (
        _taking_part("four_falling: {clause: 三, tax: levies, rate: {value: 0.2, clause: 三}}"),
        _taking_part("four_falling: {clause: 三, tax: tax_paid, rate: {value: 0.2, clause: 三}}"),
    ),
    "basis_not_delivered": (
        leaf(measure="tax_paid", family="tax", method="share_of_total", all_zero=ZERO),
        leaf(measure="tax_paid", family="tax", basis="flow", window="ytd", method="share_of_total", all_zero=ZERO),
    ),
    "ties_unstated": (
        leaf(method="rank_step", step="{value: 1, clause: 五}"),
        leaf(method="rank_step", step="{value: 1, clause: 五}", ties="{value: mean, clause: 五}"),
    ),
    "negative_unstated": (
        leaf(method="share_of_total", all_zero=ZERO, **INCREMENT),
        leaf(method="share_of_total", all_zero=ZERO, negative=ZERO, **INCREMENT),
    ),
    "zero_unstated": (leaf(method="share_of_total"), leaf(method="share_of_total", all_zero=ZERO)),
    "falling_rate_unstated": (
        _taking_part("four_falling: {clause: 三}"),
        _taking_part("four_falling: {clause: 三, rate: {value: 0.2, clause: 三}}"),
    ),
    "name_twice": (BOOK.replace("name: 网点", "name: 贷款余额"), BOOK),
    "tie_break_unknown": (BOOK + TIE_BREAK.replace("[loans]", "[lonas]"), BOOK + TIE_BREAK),
    "ours": (BOOK.replace("{value: 100, clause: 一}", "{value: 100, clause: 一, origin: ours}"), BOOK),
    "ends_before_start": (
        BOOK.replace("2020-01-01", "2020-01-01\neffective_to: 2019-12-31"),
        BOOK.replace("2020-01-01", "2020-01-01\neffective_to: 2020-12-31"),
    ),
    "score_ties_unstated": (
        _allocated("scheme: {value: top, clause: 二}", "top: {value: 3, clause: 二}"),
        _allocated("scheme: {value: top, clause: 二}", "top: {value: 3, clause: 二}") + TIE_BREAK,
    ),
    "leftover_unstated": (
        _allocated("scheme: {value: by_rank, clause: 二}", "rank_amounts: {value: [3, 2], clause: 二}"),
        _allocated(
            "scheme: {value: by_rank, clause: 二}",
            "rank_amounts: {value: [3, 2], clause: 二}",
            "leftover: {value: stop, clause: 二}",
        ),
    ),
    "rank_amounts_rise": (
        _allocated("scheme: {value: by_rank, clause: 二}", "rank_amounts: {value: [2, 3], clause: 二}"),
        _allocated("scheme: {value: by_rank, clause: 二}", "rank_amounts: {value: [3, 3], clause: 二}"),
    ),
    "minimum_above_maximum": (
        _allocated("minimum_amount: {value: 3, clause: 二}", "maximum_amount: {value: 2, clause: 二}"),
        _allocated("minimum_amount: {value: 2, clause: 二}", "maximum_amount: {value: 2, clause: 二}"),
    ),
    "base_score_above": (
        _allocated(
            "scheme: {value: affine, clause: 二}",
            "base_amount: {value: 9, clause: 二}",
            "base_score: {value: 100, clause: 二}",
        ),
        _allocated(
            "scheme: {value: affine, clause: 二}",
            "base_amount: {value: 9, clause: 二}",
            "base_score: {value: 60, clause: 二}",
        ),
    ),
    "tier_without_edges": (
        _allocated("scheme: {value: tiers, clause: 二}", "tiers: {value: [{points: 1}], clause: 二}"),
        _allocated(
            "scheme: {value: tiers, clause: 二}",
            "tiers: {value: [{below: 60, points: 1}, {from: 60, points: 2}], clause: 二}",
        ),
    ),
    "tier_negative": (
        _allocated("scheme: {value: tiers, clause: 二}", "tiers: {value: [{from: 0, points: -1}], clause: 二}"),
        _allocated("scheme: {value: tiers, clause: 二}", "tiers: {value: [{from: 0, points: 1}], clause: 二}"),
    ),
}


def test_given_the_book_the_faults_are_put_into_then_it_is_clean(tmp_path: Path) -> None:
    assert kinds(flaws(tmp_path, BOOK)) == set()


@pytest.mark.parametrize(("named", "spoilt", "sound"), [(name, *pair) for name, pair in RULES.items()], ids=RULES)
def test_given_a_fault_then_it_is_found_and_without_it_is_not(
    tmp_path: Path, named: str, spoilt: str, sound: str
) -> None:
    kind = named.split()[0]
    found = [flaw for flaw in flaws(tmp_path / "spoilt", spoilt) if flaw.kind == kind]

    assert len(found) == 1
    assert found[0].file.endswith("book/rulebook.yaml")
    assert found[0].line > 0
    assert kind not in kinds(flaws(tmp_path / "sound", sound))


@pytest.mark.parametrize(("named", "spoilt"), [(name, pair[0]) for name, pair in RULES.items()], ids=RULES)
def test_given_an_error_then_the_book_cannot_be_loaded_for_a_run(tmp_path: Path, named: str, spoilt: str) -> None:
    folder = write(tmp_path, book=spoilt)
    errors = [flaw for flaw in lint("book", folder) if flaw.level == "error"]
    if not errors:
        assert read_rulebook("book", folder).code == "book"
        return
    with pytest.raises(RulebookError) as refused:
        read_rulebook("book", folder)
    assert {flaw.kind for flaw in refused.value.flaws} == {flaw.kind for flaw in errors}
    assert all(flaw.rule in str(refused.value) for flaw in errors)


def test_given_a_book_that_says_nothing_of_orders_then_the_defaults_are_named_and_a_stated_one_is_not(
    tmp_path: Path,
) -> None:
    stated = BOOK + "orders: {execute_workdays: {value: 7, clause: 八}, max_drift: {value: 0.1, clause: 八}}\n"

    (silent,) = [flaw for flaw in flaws(tmp_path / "a", BOOK) if flaw.kind == "orders_unstated"]
    (partly,) = [flaw for flaw in flaws(tmp_path / "b", stated) if flaw.kind == "orders_unstated"]

    assert "max_drift 0.05、execute_workdays 5、issue_workdays 5" in silent.what()
    assert "execute_workdays" not in partly.what()
    assert "recall_workdays 3" in partly.what()
    assert read_rulebook("book", tmp_path / "b").orders.execute_workdays.value == 7


def test_given_the_number_of_banks_then_ranks_and_caps_are_judged_by_it(tmp_path: Path) -> None:
    steps = leaf(method="rank_step", step="{value: 10, clause: 五}", ties="{value: better, clause: 五}")
    capped = _allocated("concentration_cap: {value: 0.2, clause: 二}")

    assert "last_rank" in kinds(flaws(tmp_path / "a", steps, Known(banks=6)))
    assert "last_rank" not in kinds(flaws(tmp_path / "a", steps, Known(banks=7)))
    assert "ranks_at_zero" in kinds(flaws(tmp_path / "a", steps, Known(banks=8)))
    assert "ranks_at_zero" not in kinds(flaws(tmp_path / "a", steps, Known(banks=7)))
    assert "caps_too_low" in kinds(flaws(tmp_path / "b", capped, Known(banks=4)))
    assert "caps_too_low" not in kinds(flaws(tmp_path / "b", capped, Known(banks=5)))
    assert "caps_too_low" not in kinds(flaws(tmp_path / "b", capped))


def test_given_what_banks_keep_then_a_cap_below_it_is_named_with_the_bank(tmp_path: Path) -> None:
    capped = _allocated("concentration_cap: {value: 0.2, clause: 二}")
    known = Known(banks=5, total=Decimal(1000), rigid={"甲行": Decimal(201), "乙行": Decimal(200)})

    found = [flaw for flaw in flaws(tmp_path, capped, known) if flaw.kind == "cap_below_rigid"]

    assert [flaw.facts["bank"] for flaw in found] == ["甲行"]
    assert found[0].what() == "甲行 的上限 200 元低于不调整存量 201 元"


CHILD = "code: book\nname: 后一份\ndocument: 文件\neffective_from: 2021-01-01\nparent: first\n"
FIRST = BOOK.replace("code: book", "code: first").replace("name: 县办法", "name: 前一份")


@pytest.mark.parametrize(
    ("kind", "spoilt", "sound", "first"),
    [
        (
            "versions_overlap",
            CHILD + 'regions: ["420922"]\n',
            CHILD + 'regions: ["420923"]\n',
            FIRST + 'regions: ["420922"]\n',
        ),
        (
            "versions_overlap",
            CHILD + 'regions: ["420922"]\n',
            CHILD.replace("2021-01-01", "2022-01-01") + 'regions: ["420922"]\n',
            FIRST + 'regions: ["420922"]\neffective_to: 2021-12-31\n',
        ),
        ("before_parent", CHILD.replace("2021", "2019"), CHILD, FIRST),
        ("name_of_another", CHILD.replace("后一份", "前一份"), CHILD, FIRST),
    ],
)
def test_given_another_version_then_dates_and_names_are_held_against_it(
    tmp_path: Path, kind: str, spoilt: str, sound: str, first: str
) -> None:
    assert kind in kinds(flaws(tmp_path / "spoilt", spoilt, first=first))
    assert kind not in kinds(flaws(tmp_path / "sound", sound, first=first))


POLICY = (
    FIRST.replace("code: first", "code: first\nscheme: policy")
    .replace("\n  loans:", "\n  p_loans:")
    .replace("\n  outlets:", "\n  p_outlets:")
)
NAMED = _taking_part("policy_rulebook: {value: first, clause: 三}").replace("value: held", "value: separate")


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("policy_not_policy", FIRST),
        ("policy_of_policy", NAMED.replace("code: book", "code: first\nscheme: policy")),
        ("policy_unreadable", POLICY + "parent: nobody\n"),
        ("policy_same_codes", FIRST.replace("code: first", "code: first\nscheme: policy")),
    ],
)
def test_given_a_policy_rule_book_that_is_none_then_both_are_refused(tmp_path: Path, kind: str, first: str) -> None:
    assert kind in kinds(flaws(tmp_path, NAMED, first=first))
    with pytest.raises(RulebookError, match="RB-E20"):
        read_rulebook("book", tmp_path)


def test_given_a_policy_rule_book_with_a_fault_of_its_own_then_that_file_is_named(tmp_path: Path) -> None:
    found = flaws(tmp_path, NAMED, first=POLICY.replace("value: 60", "value: 50"))

    assert [(flaw.kind, Path(flaw.file).parent.name) for flaw in found if flaw.level == "error"] == [
        ("points_sum", "first")
    ]


def test_given_a_sound_policy_rule_book_then_it_is_put_in(tmp_path: Path) -> None:
    book = read_rulebook("book", write(tmp_path, book=NAMED, first=POLICY))

    assert book.policy is not None
    assert book.policy.code == "first"


@pytest.mark.parametrize("code", codes_on_hand())
def test_given_a_shipped_rule_book_then_the_linter_refuses_nothing(code: str) -> None:
    assert [flaw.text() for flaw in lint(code) if flaw.level == "error"] == []


def test_given_the_base_then_it_is_judged_but_nothing_is_evaluated_by_it() -> None:
    assert lint("base") == ()
    assert "base" not in rulebook_codes()


def test_given_the_catalogue_then_each_message_is_said_in_both_languages_with_the_same_facts() -> None:
    for kind, message in catalogue().messages.items():
        used = {
            lang: set(re.findall(r"\{(\w+)\}", getattr(message, lang).what + getattr(message, lang).do))
            for lang in LANGUAGES
        }
        assert used["zh"] == used["en"], kind
        assert not re.search(r"[一-鿿]", message.en.what + message.en.do), kind


@pytest.mark.parametrize(("named", "spoilt"), [(name, pair[0]) for name, pair in RULES.items()], ids=RULES)
def test_given_a_fault_then_it_can_be_said_in_english_too(tmp_path: Path, named: str, spoilt: str) -> None:
    (found,) = [flaw for flaw in flaws(tmp_path, spoilt) if flaw.kind == named.split()[0]]

    assert "{" not in found.text("en")
    assert found.rule in found.text("en")
    assert found.text("zh") != found.text("en")
