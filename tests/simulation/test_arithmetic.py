"""The hand computation of a situation is checked: what does not hold, or cannot be read, is refused."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cunfang.simulation.arithmetic import FalseLineError, check
from cunfang.simulation.printed import Printed

TRUE = (
    "贷款余额：甲 30÷(30+20+50)×20=6.0000",
    "λ=650÷(40+30+10)=8.125",
    "甲得分=30×2=60，乙 10÷3=3.3333",
    "增幅 (54−50)÷50=8.00%≥8%，得25",
    "1.2亿元÷3亿元=0.4，12万元÷4=3万元",
    "20分−0.4×1=19.6分",
    "贷款 2÷3≈1",
    "第3名 15−3×2=9.0000，第1至2名得10",
    "甲 2÷3=66.67%",
    "-2÷10=−20.00%",
    "丁 −1÷0.5×1=−2<0，得0",
    "没有算式的说明，2025 年照抄",
)
FALSE = (
    ("30÷(30+20+50)×20=6.0001", "左边得 6"),
    ("20÷3=6.66", "左边得 6.6666667"),
    ("20÷3=7", "左边得 6.6666667"),
    ("2+2=2×3", "左边得 4"),
    ("7.9999%≥8%", "与“≥”右边的 8% 不符"),
    ("甲 3÷0=0", "读不通"),
    ("甲 30÷100×20a=6", "“=”之前应是算式或数"),
    ("甲贷=3÷", "读不通"),
    ("2 30÷100=0.3", "读不通"),
    ("30=很多", "“=”之后应是算式或数"),
    ("很多>30", "“>”之前应是算式或数"),
)


@pytest.mark.parametrize("line", TRUE)
def test_given_a_line_that_holds_when_checked_then_it_is_taken(line: str) -> None:
    check(line)


@pytest.mark.parametrize(("line", "said"), FALSE)
def test_given_a_line_that_does_not_hold_or_cannot_be_read_when_checked_then_it_is_refused(
    line: str, said: str
) -> None:
    with pytest.raises(FalseLineError, match=said):
        check(line)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 999), st.integers(1, 8))
def test_given_any_share_when_printed_half_up_then_it_holds_and_one_more_in_the_last_place_does_not(
    part: int, rest: int, full: int, places: int
) -> None:
    last = Decimal(1).scaleb(-places)
    printed = (Decimal(part * full) / Decimal(part + rest)).quantize(last, ROUND_HALF_UP)

    check(f"甲 {part}÷({part}+{rest})×{full}={printed:f}")
    with pytest.raises(FalseLineError):
        check(f"甲 {part}÷({part}+{rest})×{full}={printed + last:f}")


@pytest.mark.parametrize(
    ("text", "value", "shown", "not_shown"),
    [
        ("6.0000", "6", "6.00004999", "6.00005"),
        ("32.50%", "0.325", "0.32504", "0.32506"),
        ("1.2亿元", "120000000", "124999999", "125000000"),
        ("-5", "-5", "-5.4", "-5.5"),
    ],
)
def test_given_a_printed_number_when_held_against_a_value_then_its_last_place_counts(
    text: str, value: str, shown: str, not_shown: str
) -> None:
    read = Printed.read(text)

    assert read.value == Decimal(value)
    assert read.shows(Decimal(shown))
    assert not read.shows(Decimal(not_shown))
