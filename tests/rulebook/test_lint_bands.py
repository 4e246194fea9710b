"""Bands: holes, overlaps, edges; and what a document prints of them, as published schemes do."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rulebook.books import banded, flaws, kinds, leaf

from cunfang.rulebook.lint import lint
from cunfang.rulebook.parameter import Band
from cunfang.rulebook.rules import Known
from cunfang.rulebook.rules.bands import judged
from cunfang.rulebook.rules.edges import Edge, printed_band

GROWTH = {"basis": "growth", "since": "year_start", "otherwise": "{value: 0, clause: 五}"}
SOUND = ("from: 0.05, below: 0.08, points: 15", "from: 0.08, below: 0.10, points: 25", "from: 0.10, points: 60")


def _changed(place: int, band: str) -> tuple[str, ...]:
    return (*SOUND[:place], band, *SOUND[place + 1 :])


def test_given_bands_that_join_then_nothing_is_found(tmp_path: Path) -> None:
    assert kinds(flaws(tmp_path, banded(*SOUND, **GROWTH))) == set()


def test_given_a_hole_at_exactly_one_value_then_it_is_an_error_that_names_the_value(tmp_path: Path) -> None:
    """沙坪坝: 5-8, 8-10, ≥10, and 8% in neither."""
    found = flaws(tmp_path, banded(*_changed(1, "over: 0.08, below: 0.10, points: 25"), **GROWTH))

    (hole,) = [flaw for flaw in found if flaw.kind == "band_hole_at"]
    assert (hole.rule, hole.level) == ("RB-E25", "error")
    assert hole.what() == "“某指标”的分档有空隙：恰为 8% 时，[5%, 8%) 与 (8%, 10%) 都不包括"
    assert hole.key == "indicators.one.bands.value.1"


@pytest.mark.parametrize(
    ("kind", "bands"),
    [
        ("band_hole", _changed(1, "from: 0.09, below: 0.10, points: 25")),
        ("bands_overlap", _changed(0, "from: 0.05, to: 0.08, points: 15")),
        ("bands_overlap", _changed(0, "from: 0.05, below: 0.085, points: 15")),
        ("band_empty", _changed(1, "from: 0.10, below: 0.08, points: 25")),
        ("band_empty", _changed(1, "from: 0.08, below: 0.08, points: 25")),
        ("bands_unordered", (SOUND[1], SOUND[0], SOUND[2])),
        ("bands_not_rising", _changed(1, "from: 0.08, below: 0.10, points: 5")),
        ("points_above", _changed(2, "from: 0.10, points: 61")),
        ("points_unreachable", _changed(2, "from: 0.10, points: 59")),
    ],
)
def test_given_bands_with_a_fault_then_it_is_found(tmp_path: Path, kind: str, bands: tuple[str, ...]) -> None:
    assert kind in kinds(flaws(tmp_path, banded(*bands, **GROWTH)))


def test_given_values_outside_all_bands_then_they_are_named_unless_otherwise_is_stated(tmp_path: Path) -> None:
    silent = {**GROWTH, "otherwise": ""}
    capped = (*SOUND[:2], "from: 0.10, to: 0.50, points: 60")

    assert "bands_open_below" in kinds(flaws(tmp_path, banded(*SOUND, **silent)))
    assert {"bands_open_below", "bands_open_above"} <= kinds(flaws(tmp_path, banded(*capped, **silent)))
    assert kinds(flaws(tmp_path, banded(*capped, **GROWTH))) == set()


def test_given_a_balance_then_bands_from_0_leave_nothing_out_and_below_0_is_not_reached(tmp_path: Path) -> None:
    from_0 = banded("from: 0, below: 5, points: 30", "from: 5, points: 60")
    negative = banded("from: -5, below: 0, points: 0", "from: 0, points: 60")

    assert kinds(flaws(tmp_path, from_0)) == set()
    assert kinds(flaws(tmp_path, negative)) == {"band_unreachable"}


def _ranked(*bands: str) -> str:
    listed = ", ".join(f"{{{band}}}" for band in bands)
    return leaf(method="rank_bands", bands=f"{{value: [{listed}], clause: 五}}", ties="{value: better, clause: 五}")


def test_given_ranks_then_only_whole_places_count(tmp_path: Path) -> None:
    joined = _ranked("from: 1, to: 2, points: 60", "from: 3, points: 30")
    left_out = _ranked("from: 1, to: 2, points: 60", "from: 4, points: 30")
    first = _ranked("from: 2, points: 60")

    assert kinds(flaws(tmp_path, joined)) == set()
    assert kinds(flaws(tmp_path, left_out)) == {"band_hole"}
    assert kinds(flaws(tmp_path, first)) == {"bands_open_below"}


def test_given_the_number_of_banks_then_ranks_beyond_it_are_out_of_reach(tmp_path: Path) -> None:
    book = _ranked("from: 1, to: 9, points: 60", "from: 10, points: 30")

    assert kinds(flaws(tmp_path, book, Known(banks=8))) == {"band_unreachable"}
    assert kinds(flaws(tmp_path, book, Known(banks=10))) == set()


EDGES = st.integers(min_value=-4, max_value=4).map(Decimal)


@st.composite
def _band(draw: st.DrawFn) -> Band:
    low, high = draw(st.none() | EDGES), draw(st.none() | EDGES)
    said: dict[str, object] = {"points": 1}
    if low is not None:
        said[draw(st.sampled_from(["from", "over"]))] = low
    if high is not None:
        said[draw(st.sampled_from(["to", "below"]))] = high
    return Band.model_validate(said)


def _within(value: Decimal, band: Band) -> bool:
    above = band.lower is None or value > band.lower or (value == band.lower and band.over is None)
    return above and (band.upper is None or value < band.upper or (value == band.upper and band.below is None))


@given(st.lists(_band(), min_size=1, max_size=4))
def test_given_any_bands_then_no_complaint_means_that_each_value_is_in_exactly_one(bands: list[Band]) -> None:
    found = {raised.kind for raised in judged(bands, ("bands",), "x")}
    probes = [Decimal(value) / 2 for value in range(-10, 11)]
    holding = [sum(_within(value, band) for band in bands) for value in probes]

    if not found & {"band_hole", "band_hole_at", "bands_open_below", "bands_open_above", "band_empty"}:
        assert min(holding) >= 1
    if not found & {"bands_overlap", "band_empty"}:
        assert max(holding) <= 1
    if holding == [1] * len(holding) and "band_empty" not in found:
        assert not found & {"band_hole", "band_hole_at", "bands_overlap"}


YES, NO = True, False
PRINTS: dict[str, tuple[tuple[str, bool | None] | None, tuple[str, bool | None] | None]] = {
    "5-8%": (("0.05", None), ("0.08", None)),
    "5%—8%": (("0.05", None), ("0.08", None)),
    "8%至10%（不含10%）": (("0.08", None), ("0.10", NO)),
    "8%（含）-10%": (("0.08", YES), ("0.10", None)),
    "≥10%": (("0.10", YES), None),
    "10%以上（含10%）": (("0.10", YES), None),
    "10%（含）以上": (("0.10", YES), None),
    "10%及以上": (("0.10", YES), None),
    "50亿元以上": (("5000000000", None), None),
    "10亿元以下": (None, ("1000000000", None)),
    "不足500万元": (None, ("5000000", NO)),
    "500-1000万": (("5000000", None), ("10000000", None)),
    "500万－1000万元（含500万元）": (("5000000", YES), ("10000000", None)),
    "高于8%、不超过10%": (("0.08", NO), ("0.10", YES)),
    "第1-2名": (("1", None), ("2", None)),
    "第三名": None,  # type: ignore[dict-item]
    "第12名": (("12", YES), ("12", YES)),
    "为负": (None, ("0", NO)),
    "<10亿": (None, ("1000000000", NO)),
    "良好": None,  # type: ignore[dict-item]
    "": None,  # type: ignore[dict-item]
}


@pytest.mark.parametrize(("text", "edges"), PRINTS.items(), ids=PRINTS)
def test_given_a_printed_band_then_its_edges_are_read_as_far_as_they_are_said(
    text: str, edges: tuple[tuple[str, bool | None] | None, ...] | None
) -> None:
    found = printed_band(text)

    if edges is None:
        assert found is None
        return
    expected = [None if edge is None else Edge(Decimal(edge[0]), edge[1]) for edge in edges]
    assert found is not None
    assert [found.lower, found.upper] == expected
    assert found.strays == ()


def test_given_a_bracket_that_names_no_edge_then_it_is_a_stray() -> None:
    """荥阳: “30-50亿元（含10亿）”, “50亿元以上（含15亿）”."""
    for text, stray in (("30-50亿元（含10亿）", "10亿"), ("50亿元以上（含15亿）", "15亿")):
        found = printed_band(text)
        assert found is not None
        assert found.strays == (stray,)


@given(st.text(alphabet="0123456789.%-—至（）()含不以上下亿万元第名≥<超过为负 ", max_size=24))
def test_given_any_text_then_reading_it_as_a_band_never_fails(text: str) -> None:
    printed_band(text)


def _printed(*prints: str) -> str:
    bands = (f"{band}, printed: {text}" for band, text in zip(SOUND, prints, strict=True))
    return banded(*bands, **GROWTH)


def test_given_prints_that_leave_an_edge_open_then_it_is_an_error_until_it_is_resolved(tmp_path: Path) -> None:
    """沙坪坝: 8% belongs to neither “5-8%” nor “8-10%”; 10% is in the third, by its own words."""
    book = _printed("5-8%", "8-10%", "≥10%")
    found = [flaw for flaw in flaws(tmp_path / "a", book) if flaw.kind.startswith("printed")]

    assert [(flaw.rule, flaw.facts["value"]) for flaw in found] == [("RB-E35", "8%")]
    resolved = flaws(tmp_path / "b", book.replace("printed: 5-8%", "printed: 5-8%, resolved: 归上一档"))
    assert [(flaw.rule, flaw.level) for flaw in resolved if flaw.kind.startswith("printed")] == [("RB-W35", "warning")]


@pytest.mark.parametrize(
    ("rule", "prints"),
    [
        ("RB-E33", ("5-8%（含7%）", "8%（含）-10%", "≥10%")),
        ("RB-E34", ("5-9%", "8%（含）-10%", "≥10%")),
        ("RB-E34", ("5-8%（含8%）", "8-10%", "≥10%")),
        ("RB-E35", ("5-8%（不含8%）", "8%（不含）-10%", "≥10%")),
        ("RB-W36", ("良好", "8%（含）-10%", "≥10%")),
    ],
)
def test_given_a_print_that_contradicts_the_edges_then_it_is_found(
    tmp_path: Path, rule: str, prints: tuple[str, str, str]
) -> None:
    assert rule in {flaw.rule for flaw in flaws(tmp_path, _printed(*prints))}
    sound = flaws(tmp_path / "sound", _printed("5-8%", "8%（含）-10%", "≥10%"))
    assert not [flaw for flaw in sound if flaw.kind.startswith("printed")]


@pytest.mark.parametrize(
    ("code", "rule", "words"),
    [
        ("shapingba", "RB-W35", "恰为 8% 时归哪一档，原文没有写明"),
        ("shapingba", "RB-W34", "原文印的是“第12名”"),
        ("xingyang-2018", "RB-W33", "“30-50亿元（含10亿）”，所说的 10亿 不是这一档的边界"),
        ("xingyang-2018", "RB-W33", "“50亿元以上（含15亿）”，所说的 15亿 不是这一档的边界"),
        ("balinzuoqi-2024", "RB-W30", "标题是“新增贷款额”，正文是“新增存款额”"),
    ],
)
def test_given_a_published_flaw_then_the_linter_finds_it(code: str, rule: str, words: str) -> None:
    assert [flaw for flaw in lint(code) if flaw.rule == rule and words in flaw.what()]
