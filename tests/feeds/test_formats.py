"""Number formats: the unit a cell prints is its unit; a format that shows another number than is held is seen."""

from __future__ import annotations

import pytest

from cunfang.feeds.formats import Shown, shown

PLAIN = [
    "General",
    "#,##0.00",
    '#,##0.00_ ;[Red]\\-#,##0.00\\ ;"-"',
    '"¥"#,##0.00',
    '_ [$¥-804]* #,##0.00_ ;_ [$¥-804]* -#,##0.00_ ;_ [$¥-804]* "-"??_ ;_ @_ ',
    'yyyy"年"m"月"d"日"',
    "@",
    "# ?/?",
    "000000",
]
SCALED = [
    "0!.0,",
    "0\\.0,",
    '0"."0000',
    "#,##0,",
    '0.00,,"亿"',
    '0.00"千元"',
    '[>=100000000]0.00,,"亿";[>=10000]0!.0,"万";0',
    '0.00"万元";0.00"亿元"',
]


@pytest.mark.parametrize("code", PLAIN)
def test_a_format_that_only_groups_or_colours_shows_the_value(code: str) -> None:
    assert shown(code).plain


@pytest.mark.parametrize("code", SCALED)
def test_a_format_that_scales_or_cannot_be_told_is_known(code: str) -> None:
    assert shown(code).scaled


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ('0.00"亿元"', Shown(unit="亿元")),
        ('#,##0"万元"', Shown(unit="万元")),
        ("0.00\\万\\元", Shown(unit="万元")),
        ('0.00"亿"', Shown(unit="亿元")),
        ('0.00"万元";-0.00"万元";0', Shown(unit="万元")),
        ("0.00%", Shown(percent=True)),
        ('0.00"%"', Shown(unit="%")),
    ],
)
def test_a_format_prints_a_unit_or_a_share(code: str, meaning: Shown) -> None:
    assert shown(code) == meaning
