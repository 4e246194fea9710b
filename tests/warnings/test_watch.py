"""Limits and their three lines on a real warehouse, against lines drawn anew in exact fractions (S20)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, text

from cunfang.documents.loading import load_warnings
from cunfang.documents.result import Warning_
from cunfang.period import Period
from cunfang.rulebook import Rulebook, read_rulebook
from cunfang.warehouse.copy import copy_rows
from cunfang.warnings import watch

REGION = "420922"
Q3, Q4 = Period(2025, 3), Period(2025, 4)
METRICS = ("liquidity_ratio", "liquidity_gap_ratio", "npl_ratio", "provision_coverage", "single_customer_concentration")
BANKS = ("ABC", "DWRCB")
_FILES = count(1)


@dataclass(frozen=True)
class Figure:
    """One delivered figure; a ratio, 0.25 is 25%."""

    value: Decimal
    metric: str = "liquidity_ratio"
    bank: str = "DWRCB"
    scope: str = "legal_person"

    @property
    def key(self) -> tuple[str, str, str]:
        return self.bank, self.metric, self.scope


@pytest.fixture(scope="module")
def ground(new_module_warehouse: Callable[[], str]) -> Iterator[Engine]:
    """A migrated warehouse in which nothing is committed."""
    made = create_engine(new_module_warehouse())
    yield made
    made.dispose()


@pytest.fixture
def connection(ground: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with ground.connect() as made:
        yield made


@pytest.fixture(scope="module")
def policy() -> Rulebook:
    return read_rulebook("dawu-2025")


def deliver(connection: Connection, period: Period, figures: Sequence[Figure]) -> int:
    """A new accepted submission of prudential figures at the end of `period`; it takes the place of the one before."""
    number = next(_FILES)
    submission = connection.execute(
        text("""
            INSERT INTO raw.submission (region, period, feed, sequence, provider, sha256, file_name, file_size)
            VALUES (:region, :period, 'pboc_prudential', :number, '人民银行', :sha256, '监管指标.xlsx', 1)
            RETURNING submission_id
        """),
        {
            "region": REGION,
            "period": str(period),
            "number": number,
            "sha256": hashlib.sha256(f"{number}".encode()).hexdigest(),
        },
    ).scalar_one()
    copy_rows(connection, "raw.submission_event", ("submission_id", "status"), [(submission, "accepted")])
    columns = ("submission_id", "record_no", "region", "institution", "as_of", "metric", "value", "scope")
    rows = (
        (submission, n, REGION, figure.bank, period.end, figure.metric, figure.value, figure.scope)
        for n, figure in enumerate(figures, start=1)
    )
    copy_rows(connection, "core.prudential", columns, rows)
    return int(submission)


def watched(connection: Connection, policy: Rulebook) -> list[Warning_]:
    """What a pass over the fourth quarter raises anew."""
    raised = watch(connection, REGION, Q4, policy)
    return load_warnings(connection, raised) if raised else []


def standing(connection: Connection) -> list[tuple[str, Decimal]]:
    """Level and value of the warnings that stand."""
    return [
        (item.level, item.figure.value)
        for item in load_warnings(connection, region=REGION, period=str(Q4))
        if item.figure is not None
    ]


def colour(policy: Rulebook, figure: Figure, before: Figure | None = None) -> str | None:
    """The colour by lines drawn in absolute figures: no ratio to the limit is taken."""
    line = policy.warnings[figure.metric]
    limit = Fraction(line.limit)
    sign = 1 if line.operator == ">=" else -1

    def height(value: Decimal | Fraction) -> Fraction:
        return sign * (Fraction(value) - limit)

    yellow, red = Fraction(line.yellow_margin) * abs(limit), -Fraction(line.red_margin) * abs(limit)
    broken, broken_before = height(figure.value) < 0, before is not None and height(before.value) < 0
    if height(figure.value) < red or (broken and broken_before):
        return "红"
    if broken:
        return "橙"
    return "黄" if height(figure.value) <= yellow else None


@pytest.mark.parametrize(
    ("metric", "value", "level"),
    [
        ("liquidity_ratio", "0.275001", None),
        ("liquidity_ratio", "0.275", "黄"),
        ("liquidity_ratio", "0.25", "黄"),
        ("liquidity_ratio", "0.249999", "橙"),
        ("liquidity_ratio", "0.20", "橙"),
        ("liquidity_ratio", "0.199999", "红"),
        ("npl_ratio", "0.044999", None),
        ("npl_ratio", "0.045", "黄"),
        ("npl_ratio", "0.05", "黄"),
        ("npl_ratio", "0.050001", "橙"),
        ("npl_ratio", "0.06", "橙"),
        ("npl_ratio", "0.060001", "红"),
        ("liquidity_gap_ratio", "-0.089999", None),
        ("liquidity_gap_ratio", "-0.09", "黄"),
        ("liquidity_gap_ratio", "-0.10", "黄"),
        ("liquidity_gap_ratio", "-0.100001", "橙"),
        ("liquidity_gap_ratio", "-0.12", "橙"),
        ("liquidity_gap_ratio", "-0.120001", "红"),
    ],
)
def test_each_line_holds_to_the_last_digit(
    connection: Connection, policy: Rulebook, metric: str, value: str, level: str | None
) -> None:
    figure = Figure(Decimal(value), metric)
    deliver(connection, Q4, [figure])

    assert [item.level for item in watched(connection, policy)] == ([level] if level else [])
    assert colour(policy, figure) == level


@st.composite
def quarters(draw: st.DrawFn) -> tuple[list[Figure], list[Figure]]:
    """Figures of two quarters, close to their limits: on the lines, a hair beside them, or anywhere."""
    lines = read_rulebook("dawu-2025").warnings

    def figure(bank: str, metric: str, scope: str) -> Figure:
        line = lines[metric]
        margins = (Decimal(0), line.yellow_margin, -line.yellow_margin, line.red_margin, -line.red_margin)
        on = line.limit + draw(st.sampled_from(margins)) * abs(line.limit)
        beside = st.sampled_from((Decimal("-1e-9"), Decimal(0), Decimal("1e-9"))).map(lambda step: on + step)
        return Figure(draw(beside | st.decimals(-2, 3, places=6)), metric, bank, scope)

    keys = st.sets(
        st.tuples(st.sampled_from(BANKS), st.sampled_from(METRICS), st.sampled_from(("legal_person", "branch")))
    )
    now, before = sorted(draw(keys)), sorted(draw(keys))
    return [figure(*key) for key in now], [figure(*key) for key in before]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quarters())
def test_every_figure_gets_the_colour_of_its_place(
    ground: Engine, policy: Rulebook, delivered: tuple[list[Figure], list[Figure]]
) -> None:
    now, before = delivered
    with ground.connect() as connection:
        deliver(connection, Q3, before)
        deliver(connection, Q4, now)
        raised = watched(connection, policy)
        again = watched(connection, policy)

    earlier = {figure.key: figure for figure in before}
    expected = {figure.key: colour(policy, figure, earlier.get(figure.key)) for figure in now}
    assert {(w.institution, w.metric, w.scope): w.level for w in raised} == {k: v for k, v in expected.items() if v}
    assert again == []


def test_broken_in_two_periods_running_is_red(connection: Connection, policy: Rulebook) -> None:
    deliver(connection, Q3, [Figure(Decimal("0.249"))])
    deliver(connection, Q4, [Figure(Decimal("0.248"))])

    [warning] = watched(connection, policy)
    assert (warning.level, warning.figure and warning.figure.value) == ("红", Decimal("0.248"))
    assert "连续两个考核期突破" in warning.reason


@pytest.mark.parametrize(
    "before",
    [
        Figure(Decimal("0.249"), scope="branch"),
        Figure(Decimal("0.249"), bank="ABC"),
        Figure(Decimal("0.251")),
        Figure(Decimal("0.07"), metric="npl_ratio"),
    ],
    ids=["another scope", "another bank", "only close to the limit", "another metric"],
)
def test_only_the_same_figure_broken_before_makes_it_red(
    connection: Connection, policy: Rulebook, before: Figure
) -> None:
    deliver(connection, Q3, [before])
    deliver(connection, Q4, [Figure(Decimal("0.248"))])

    [warning] = watched(connection, policy)
    assert warning.level == "橙"
    assert "连续" not in warning.reason


def test_a_metric_without_a_limit_is_not_judged(connection: Connection, policy: Rulebook) -> None:
    deliver(connection, Q4, [Figure(Decimal("-99"), metric="leverage")])

    assert "leverage" not in policy.warnings
    assert watched(connection, policy) == []


def test_the_same_figure_delivered_again_raises_nothing_and_still_stands(
    connection: Connection, policy: Rulebook
) -> None:
    broken = Figure(Decimal("0.18"))
    deliver(connection, Q4, [broken])
    assert len(watched(connection, policy)) == 1

    deliver(connection, Q4, [broken, replace(broken, bank="ABC", value=Decimal("0.40"))])

    assert watched(connection, policy) == []
    assert standing(connection) == [("红", Decimal("0.18"))]


def test_a_figure_corrected_to_a_sound_one_stands_no_more(connection: Connection, policy: Rulebook) -> None:
    deliver(connection, Q4, [Figure(Decimal("0.18"))])
    [raised] = watch(connection, REGION, Q4, policy)

    deliver(connection, Q4, [Figure(Decimal("0.38"))])

    assert watched(connection, policy) == []
    assert standing(connection) == []
    assert [item.level for item in load_warnings(connection, [raised])] == ["红"]


def test_a_figure_corrected_to_another_breach_is_raised_anew(connection: Connection, policy: Rulebook) -> None:
    deliver(connection, Q4, [Figure(Decimal("0.18"))])
    watched(connection, policy)

    deliver(connection, Q4, [Figure(Decimal("0.24"))])

    assert [item.level for item in watched(connection, policy)] == ["橙"]
    assert standing(connection) == [("橙", Decimal("0.24"))]
