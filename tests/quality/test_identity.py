"""N16 against 37 claims of real speeches and seven real banks: the verdicts and the intervals stated there."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cunfang.quality.identity import (
    Interval,
    Printed,
    Verdict,
    change,
    compare,
    growth_of_increment,
    growth_of_level,
    increment_of_growth,
    quotient,
)

DATA = Path(__file__).parent / "data"
PERCENT = Fraction(1, 100)


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CLAIMS = {row["id"]: row for row in table("seed_claims_recomputed.csv")}
BANKS = table("seed_dawu_banks.csv")
VERDICTS = {"ok": Verdict.CONSISTENT, "truncated": Verdict.TRUNCATED, "MISMATCH": Verdict.INCONSISTENT}


def p(written: str) -> Printed:
    """A printed figure."""
    return Printed.of(written)


def pc(written: str) -> Printed:
    """A printed percentage."""
    return Printed.of(written, PERCENT)


def exact(*numbers: str) -> list[Printed]:
    """Figures that the claim takes as they stand."""
    return [Printed(Fraction(number), Fraction(0)) for number in numbers]


def total(*parts: Interval) -> Interval:
    return sum(parts, Interval.of(0))


def implied_ratio(loans: Interval, loan_growth: Interval, deposits: Interval, growth: Interval) -> Interval:
    return increment_of_growth(loans, loan_growth) / increment_of_growth(deposits, growth)


def of_share(part: Interval, share: Interval, less: Interval) -> Interval:
    return part / share - less


def lent(loans: Interval, share: Interval, new: Interval, deposits: Interval) -> Interval:
    return (loans + share * new) / deposits


LISTED = ("11.77", "23.41", "15.03", "10.88", "14.83", "22.01", "0.6078")
LENT = ("6.46", "4.11", "2.41", "1.74", "10.44", "1.9", "0.3005")
RECOMPUTED: dict[str, tuple[Callable[..., Interval], list[Printed]]] = {
    "D01": (quotient, [p("31"), p("103")]),
    "D02": (growth_of_increment, [p("103"), p("19")]),
    "D03": (growth_of_increment, [p("31"), p("7")]),
    "D04": (increment_of_growth, [p("31"), pc("25.34")]),
    "D05": (increment_of_growth, [p("103"), pc("22.25")]),
    "D06": (quotient, exact("7", "19")),
    "D07": (implied_ratio, [p("31"), pc("25.34"), p("103"), pc("22.25")]),
    "D08": (growth_of_increment, [p("18.25"), p("4.6")]),
    "D09": (change, [pc("33.69"), pc("25.34")]),
    "D10": (quotient, [p("18.25"), p("31")]),
    "D11": (growth_of_increment, [p("24"), p("7")]),
    "D12": (change, [pc("38.67"), pc("25.34")]),
    "D13": (quotient, [p("24"), p("31")]),
    "D14": (quotient, [p("2.48"), p("3.35")]),
    "D15": (change, [p("1636.72"), p("780.06")]),
    "D16": (quotient, [p("856.66"), p("780.06")]),
    "D17": (quotient, [p("1636.72"), p("2700")]),
    "D18": (change, [pc("46.84"), pc("30.09")]),
    "D19": (change, [pc("65.87"), pc("30.09")]),
    "D20": (total, exact(*LISTED)),
    "D21": (total, exact(*LENT)),
    "D22": (total, exact("23", "20")),
    "D23": (lent, exact("31", "0.8", "17", "120")),
    "F01": (quotient, [p("57.7"), p("83.98")]),
    "F02": (quotient, [p("50.11"), p("57.7")]),
    "F03": (quotient, [p("12.77"), p("50.11")]),
    "F04": (quotient, [p("22.19"), p("57.7")]),
    "C01": (growth_of_increment, [p("13.6"), p("5.8")]),
    "C02": (of_share, [p("90.6"), pc("55"), p("106")]),
    "C03": (quotient, [p("2.6"), pc("40")]),
    "C04": (quotient, [p("1.8"), pc("6.3")]),
    "C05": (quotient, [p("2.9"), pc("15")]),
    "C06": (lambda base, share: base * share, exact("12.5", "0.15")),
    "C07": (lambda base, share: base * share, exact("13.6", "0.3")),
    "C08": (growth_of_increment, [p("68"), p("16")]),
    "C09": (total, exact("1.9", "2.9", "4.08", "2.5")),
    "C10": (total, exact("9.06", "4")),
}


def test_every_claim_is_recomputed() -> None:
    assert RECOMPUTED.keys() == CLAIMS.keys()


@pytest.mark.parametrize("claim", RECOMPUTED)
def test_given_a_claim_of_a_speech_when_compared_then_verdict_and_interval_are_those_stated(claim: str) -> None:
    row = CLAIMS[claim]
    scale = PERCENT if row["unit"] in ("%", "pp") else Fraction(1)
    formula, parts = RECOMPUTED[claim]
    found = compare(Printed.of(row["claimed"], scale), formula, parts)
    assert found.verdict is VERDICTS[row["verdict"]]
    low, high = (Decimal(row[f"recomputed_{end}"]) for end in ("low", "high"))
    shown = Interval(found.expected.low / scale, found.expected.high / scale).show(4)
    assert shown == (f"{low}" if low == high else f"{low} 至 {high}")


@pytest.mark.parametrize("bank", BANKS, ids=lambda row: row["canonical"])
def test_given_a_real_bank_when_its_ratio_is_compared_then_rounding_explains_it(bank: dict[str, str]) -> None:
    parts = [p(bank["loans_raw"]), p(bank["deposits_raw"])]
    assert compare(Printed.of(bank["ldr_reported_pct"], PERCENT), quotient, parts).verdict is Verdict.CONSISTENT
    assert bank["interval_check"] == "ok"


@given(
    deposits=st.decimals("0.01", "99999999", places=2),
    loans=st.decimals("0", "99999999", places=2),
    kept=st.integers(0, 4),
    places=st.integers(0, 4),
)
def test_given_true_figures_when_printed_rounded_or_cut_off_then_they_are_never_inconsistent(
    deposits: Decimal, loans: Decimal, kept: int, places: int
) -> None:
    true = Fraction(loans) / Fraction(deposits)
    parts = [Printed.of(_cut(Fraction(value), min(kept, 2), half=True)) for value in (loans, deposits)]
    cut_parts = [Printed.of(_cut(Fraction(value), min(kept, 2), half=False)) for value in (loans, deposits)]
    if parts[1].rounded.low > 0 and cut_parts[1].value > 0:
        rounded = compare(Printed.of(_cut(true, places, half=True)), quotient, parts)
        assert rounded.verdict is Verdict.CONSISTENT
        cut = compare(Printed.of(_cut(true, places, half=False)), quotient, parts)
        assert cut.verdict is not Verdict.INCONSISTENT
        both = compare(Printed.of(_cut(true, places, half=False)), quotient, cut_parts)
        assert both.verdict is not Verdict.INCONSISTENT


def _cut(value: Fraction, places: int, *, half: bool) -> Decimal:
    """A figure of no sign to so many places: rounded half up, or cut off."""
    steps = value * 10**places
    return Decimal(int(steps + Fraction(1, 2)) if half else int(steps)).scaleb(-places)


@given(level=st.integers(1, 10**9), base=st.integers(1, 10**9))
def test_given_exact_levels_when_growth_is_made_by_either_way_then_both_agree(level: int, base: int) -> None:
    from_levels = growth_of_level(Interval.of(level), Interval.of(base))
    assert from_levels == growth_of_increment(Interval.of(level), Interval.of(level - base))
    assert increment_of_growth(Interval.of(level), from_levels) == Interval.of(level - base)


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("30.09", "30.085", "30.095"),
        ("30.10", "30.095", "30.105"),
        ("103", "102.5", "103.5"),
        ("-12", "-12.5", "-11.5"),
        ("0", "-0.5", "0.5"),
        ("54.88530161427358", "54.88530161425", "54.8853016143"),
    ],
)
def test_given_a_figure_when_taken_as_rounded_then_it_reaches_half_a_step_of_its_last_digit(
    written: str, low: str, high: str
) -> None:
    interval = p(written).rounded
    assert Fraction(low) - Fraction(1, 10**10) <= interval.low <= Fraction(low) + Fraction(1, 10**10)
    assert Fraction(high) - Fraction(1, 10**10) <= interval.high <= Fraction(high) + Fraction(1, 10**10)


def test_given_a_cut_off_figure_when_held_to_its_neighbours_then_the_far_end_is_the_next_figure() -> None:
    sevenths = [Printed(Fraction(255), Fraction(0)), Printed(Fraction(10), Fraction(0))]
    assert compare(p("25.4"), quotient, sevenths).verdict is Verdict.INCONSISTENT
    assert compare(p("25"), quotient, sevenths).verdict is Verdict.CONSISTENT
    minus = [Printed(Fraction(-2549), Fraction(0)), Printed(Fraction(100), Fraction(0))]
    assert compare(p("-25.4"), quotient, minus).verdict is Verdict.TRUNCATED
    assert compare(p("-25.6"), quotient, minus).verdict is Verdict.INCONSISTENT


def test_given_a_divisor_that_may_be_zero_when_compared_then_nothing_is_claimed() -> None:
    with pytest.raises(ZeroDivisionError):
        compare(p("5"), quotient, [p("3"), p("0")])


def test_given_a_written_word_when_taken_as_a_figure_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="不是数"):
        Printed.of("NaN")
