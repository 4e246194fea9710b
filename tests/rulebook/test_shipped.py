"""The shipped rule books say what their documents say: points at full marks, and where each value comes from."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, text

from cunfang.rulebook import RulebookError, read_rulebook, rulebook_codes, store_rulebook, stored_rulebook
from cunfang.rulebook.inherit import FOLDER
from cunfang.rulebook.parameter import Term
from rulebook.published import BASES, METHODS, Published, basis_of, method_of, published

# 纳税 20，贷款 75（45/15/20/20 of the group），服务 5: the notice of June 2012, after the change.
HEFEI_2012 = {
    "tax": "20",
    "loans": "33.75",
    "loans_sme": "11.25",
    "loan_to_deposit": "15",
    "loans_medium_long": "15",
    "outlets": "5",
}
# 纳税 30，贷款 65（45/15/10/10, infrastructure the rest），服务 the rest: before it.
HEFEI_2009 = {
    "tax": "30",
    "loans": "29.25",
    "loans_sme": "9.75",
    "loan_to_deposit": "6.5",
    "loans_medium_long": "6.5",
    "loans_infrastructure": "13",
    "service": "5",
}


def _measures(terms: tuple[Term, ...] | None) -> list[str]:
    return [term.measure for term in terms or ()]


@pytest.mark.parametrize(("code", "points"), [("hefei-2012", HEFEI_2012), ("hefei-2009", HEFEI_2009)])
def test_given_the_notice_of_hefei_then_each_indicator_carries_its_points(code: str, points: dict[str, str]) -> None:
    leaves = [one for one in read_rulebook(code).placed() if one.indicator.leaf and one.effect == "score"]

    assert {one.code: one.full_points for one in leaves} == {code: Decimal(value) for code, value in points.items()}
    assert {one.indicator.method for one in leaves} == {"share_of_total"}


def test_given_hefei_2012_then_tax_is_the_local_part_of_the_year_and_the_ratio_is_loans_over_deposits() -> None:
    by_code = {one.code: one.indicator for one in read_rulebook("hefei-2012").placed()}

    tax, ratio, outlets = by_code["tax"], by_code["loan_to_deposit"], by_code["outlets"]
    assert (tax.family, _measures(tax.measure), tax.basis, tax.window) == ("tax", ["tax_local_part"], "flow", "ytd")
    assert (_measures(ratio.measure), _measures(ratio.over), ratio.basis) == (["loans"], ["deposits"], "stock")
    assert outlets.measure
    assert [(term.measure, term.times) for term in outlets.measure] == [
        ("outlets", 1),
        ("outlets_self_service", Decimal("0.2")),
    ]


def test_given_hefei_2012_then_bonus_and_penalty_are_amounts_and_the_amounts_are_called_ours() -> None:
    beside = {one.code: one for one in read_rulebook("hefei-2012").placed() if one.effect != "score"}

    assert {code: one.effect for code, one in beside.items()} == {
        "nontax_collection": "bonus_amount",
        "nontax_refused": "penalty_amount",
    }
    assert {one.indicator.amount.origin for one in beside.values() if one.indicator.amount} == {"ours"}


@pytest.mark.parametrize("code", rulebook_codes())
def test_given_any_shipped_rule_book_then_its_points_fill_the_scale_and_every_parameter_has_a_clause(code: str) -> None:
    rulebook = read_rulebook(code)

    leaves = [one for one in rulebook.placed() if one.indicator.leaf and one.effect == "score"]
    assert sum(one.full_points for one in leaves) == rulebook.scale > 0
    assert all(one.clause for one in rulebook.placed())


def test_given_a_child_then_what_it_does_not_say_is_its_parents() -> None:
    county, city = read_rulebook("dawu-2025"), read_rulebook("hefei-2012")

    assert (county.parent, city.parent) == ("hefei-2012", "hefei-2009")
    assert county.indicators["tax"] == city.indicators["tax"]
    assert county.allocation == city.allocation
    assert (county.bonuses, county.penalties) == ({}, {})
    assert county.indicators["lending"].indicators["loans"].weight.value == 35
    assert (county.effective_to, city.effective_to) == (date(2025, 12, 31), None)


def test_given_the_base_then_it_cannot_be_evaluated() -> None:
    assert "base" not in rulebook_codes()
    with pytest.raises(RulebookError, match="通用底本"):
        read_rulebook("base")


@pytest.mark.parametrize("code", rulebook_codes())
def test_given_a_rule_book_when_stored_then_what_is_read_back_is_the_same_policy(warehouse: str, code: str) -> None:
    rulebook = read_rulebook(code)
    with create_engine(warehouse).connect() as connection:
        known = stored_rulebook(connection, store_rulebook(connection, rulebook))

    assert known.content_hash == rulebook.content_hash


def test_given_a_rule_book_when_stored_twice_then_it_is_one_version_with_its_tree(warehouse: str) -> None:
    rulebook = read_rulebook("hefei-2012")
    with create_engine(warehouse).connect() as connection:
        first, second = store_rulebook(connection, rulebook), store_rulebook(connection, rulebook)
        tree = connection.execute(
            text("""
                SELECT indicator, parent, full_points, leaf
                FROM eval.indicator
                WHERE effect = 'score'
                ORDER BY ordinal
            """)
        ).all()
        limits = connection.scalar(text("SELECT count(*) FROM eval.warning_limit"))

    assert first == second
    assert [row for row in tree if not row.leaf] == [("lending", None, 75, False), ("service", None, 5, False)]
    assert {row.indicator: row.full_points for row in tree if row.leaf} == {
        k: Decimal(v) for k, v in HEFEI_2012.items()
    }
    assert limits == len(rulebook.warnings) > 0


ROWS = published()
CARRIED = [row for row in ROWS if row.codes]


def _named(row: Published) -> str:
    return f"{row.scheme} {row.indicator or row.printed}"


def test_given_the_survey_then_every_row_is_carried_or_says_why_not() -> None:
    assert len(ROWS) == 117
    assert {row.book for row in ROWS} <= set(rulebook_codes())
    assert [_named(row) for row in ROWS if not row.codes and not row.why] == []


@pytest.mark.parametrize("row", CARRIED, ids=_named)
def test_given_a_published_row_then_the_rule_book_carries_its_points(row: Published) -> None:
    carried = [one.full_points for one in row.carried]

    if row.points:
        assert carried == list(row.points)
    if row.plain is not None:
        assert sum(carried) == row.plain
    if row.normalisation == "rate_x_amount":
        assert {one.indicator.unit_points.value for one in row.carried if one.indicator.unit_points} == {
            Decimal(part) for part in re.findall(r"[\d.]+", row.printed)
        }


@pytest.mark.parametrize("row", [row for row in CARRIED if row.basis or row.normalisation], ids=_named)
def test_given_a_published_row_then_basis_and_method_are_its_own_or_it_says_why_not(row: Published) -> None:
    bases = BASES[row.basis] | ({"increment"} if row.normalisation == "blend" else set()) if row.basis else None
    methods = METHODS[row.normalisation] if row.normalisation else None
    same = (bases is None or {basis_of(leaf) for leaf in row.leaves} == bases) and (
        methods is None or {method_of(leaf) for leaf in row.leaves} == methods
    )

    assert same != bool(row.why), row.why or "neither what is printed nor a reason"


@pytest.mark.parametrize("row", [row for row in CARRIED if len(row.codes) == 1 and row.points], ids=_named)
def test_given_a_published_row_then_its_points_are_called_stated_only_where_they_are(row: Published) -> None:
    (node,) = (one.indicator for one in row.carried)
    said = node.weight or node.points

    assert said
    assert (said.origin == "stated") == (not re.match(r"derived|OCR|names only|group names only", row.evidence))


def test_given_the_readme_then_it_lists_every_rule_book_and_every_measure_with_the_books_that_read_it() -> None:
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    tables = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    books = {row[0].strip("`") for row in tables if len(row) == 5}
    measures = {row[0].strip("`"): set(row[2].split("、")) for row in tables if len(row) == 3}
    read: dict[str, set[str]] = {}
    for code in rulebook_codes():
        rulebook = read_rulebook(code)
        late = rulebook.participation.suspension
        for one in rulebook.placed():
            for term in (*(one.indicator.measure or ()), *(one.indicator.over or ())):
                if (term.family or one.indicator.family) == "indicators":
                    read.setdefault(term.measure, set()).add(code)
        if late and late.family == "indicators":
            read.setdefault(late.measure, set()).add(code)

    assert books == {*rulebook_codes(), "base"}
    assert measures == read
