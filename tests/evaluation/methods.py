"""Rule books of every method as Hypothesis makes them, counties for them, and both in the oracle's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, get_args

from hypothesis import strategies as st

from cunfang.rulebook import Rulebook
from cunfang.rulebook.indicator import Indicator, Method
from evaluation.county import Account, Bank, County, Decision, Peer, Target, Value
from evaluation.policy import parameter, policy
from oracle import scoring

METHODS: tuple[str, ...] = get_args(Method)
BANKS = ("A", "B", "C", "D", "E")
SIGNED = ("bands", "area_relative", "points_per_unit", "pass_fail", "frontier", "rank_step", "rank_bands")
Leaf = dict[str, Any]

SIZES = ["0", "0", "1", "1", "2", "3", "7", "12.5", "-4", "-0.5", "0.3333"]
THIRDS = ["1", "3", "7", "9"]
FEW = ["0", "0.3", "1", "2", "2.5"]
MAYBE = [None, None, None, "0", "1.25", "4"]
OPERATORS = [">=", ">", "<=", "<"]


def held(chance: Random, kinds: tuple[str, ...], code: str) -> Leaf:
    """A reference of one of `kinds`."""
    kind = chance.choice(kinds)
    if kind == "value":
        return {"value": chance.choice(["0", "0.5", "1", "3"]), "clause": "测试"}
    measure = {"measure": f"{code}-{kind}"} if kind in ("peers", "targets") else {}
    return {"of": kind, "clause": "测试"} | measure


def bands(chance: Random, edges: list[str]) -> list[Leaf]:
    """Bands that meet at each edge, which belongs to one of the two; open at both ends."""
    made: list[Leaf] = [{"points": chance.choice(FEW)}]
    for edge in edges:
        upwards = chance.random() < 0.5
        made[-1]["below" if upwards else "to"] = edge
        made.append({"from" if upwards else "over": edge, "points": chance.choice(FEW)})
    return made


def told(chance: Random, method: str, code: str) -> Leaf:
    """What `method` must be told, and some of what it may be told."""
    some = chance.random() < 0.5
    all_kinds = ("value", "area", "mean", "best", "peers")
    match method:
        case "share_of_best":
            return {"reference": held(chance, all_kinds, code)} if some else {}
        case "frontier":
            return {"base": parameter(chance.choice(FEW)), "direction": chance.choice(["highest", "lowest"])}
        case "rank_step" | "rank_bands":
            step = {"step": parameter(chance.choice(FEW))} if some else {"step_percent": parameter("20")}
            listed = {"bands": parameter(bands(chance, ["1", "3"]))}
            return {
                "direction": chance.choice(["highest", "lowest"]),
                "ties": parameter(chance.choice(["better", "worse", "mean"])),
            } | (step if method == "rank_step" else listed)
        case "bands":
            listed = bands(chance, chance.choice([["0"], ["0", "1"], ["0.3333", "2", "7"]]))
            return {"bands": parameter(listed[:-1] if some else listed), "otherwise": parameter("0.7")}
        case "mean_cap":
            return {"reference": held(chance, all_kinds, code)} if some else {}
        case "area_relative":
            return {
                "base": parameter(chance.choice(FEW)),
                "per_point": parameter("0.03"),
                "below_per_point": parameter(chance.choice(["0", "0.02"])),
                "whole_steps": parameter(chance.random() < 0.5),
                "reference": held(chance, ("value", "area", "area", "mean"), code),
            }
        case "target_completion":
            steps = {
                "base": parameter("4"),
                "unit": parameter("0.1"),
                "unit_points": parameter("0.5"),
                "below_unit_points": parameter(chance.choice(["0", "1"])),
                "whole_steps": parameter(chance.random() < 0.5),
            }
            threshold = {"threshold": parameter("0.8")} if chance.random() < 0.5 else {}
            return {"reference": held(chance, ("targets", "targets", "mean", "peers"), code)} | (
                steps | threshold if some else threshold
            )
        case "points_per_unit":
            return {
                "base": parameter(chance.choice(FEW)),
                "unit": parameter(chance.choice(["0.005", "0.3", "2"])),
                "unit_points": parameter(chance.choice(["1", "0.1", "-0.4"])),
                "whole_steps": parameter(chance.random() < 0.5),
            } | ({"reference": held(chance, all_kinds, code)} if some else {})
        case "pass_fail":
            return {
                "operator": chance.choice(OPERATORS),
                "reference": held(chance, (*all_kinds, "targets"), code),
                "otherwise": parameter(chance.choice(FEW)),
            }
        case "score":
            return {"out_of": parameter("7")}
    return {}


def leaf_by(chance: Random, code: str, method: str, place: Leaf | None = None) -> Leaf:
    """One indicator by `method`: a level, or a ratio of two, of the feed `indicators`."""
    node = {
        "name": code,
        "measure": code,
        "family": "indicators",
        "basis": "stock",
        "method": method,
        "missing": chance.choice(["zero", "mean"]),
        **(place or {"points": parameter(chance.choice(["5", "10", "3.3"]))}),
        **told(chance, method, code),
    }
    ratio = chance.random() < 0.5 or any(node.get(key, {}).get("of") == "area" for key in ("reference", "gate"))
    ratio = ratio or (method == "area_relative" and "reference" not in node)
    if ratio:
        node["over"] = f"{code}-over"
    if chance.randint(0, 3) == 0:
        kinds = ("value", "mean", "best", "peers", "targets") + (("area",) if ratio else ())
        node["gate"] = held(chance, kinds, code) | {"operator": chance.choice(OPERATORS)}
    for key, value in (("cap", chance.choice(MAYBE)), ("floor", chance.choice([None, None, "0", "-2", "1"]))):
        if value is not None:
            node[key] = parameter(value)
    if chance.randint(0, 3) == 0:
        node["decimals"] = parameter(chance.randint(0, 3))
    if method in SIGNED and chance.randint(0, 4) == 0:
        node["negative"] = parameter("zero")
    return node


def book(indicators: Leaf, bonuses: Leaf | None = None, penalties: Leaf | None = None, **scored: object) -> Rulebook:
    """A rule book of these on an open scale; `scored` are parameters of its scoring."""
    content = policy({"size": leaf_of_size()}, unit="1", min_leg="0").model_dump(mode="json", by_alias=True)
    content |= {"indicators": {"size": leaf_of_size()} | indicators, "full_scale": None}
    content |= {"bonuses": bonuses or {}, "penalties": penalties or {}}
    content["scoring"] = {key: parameter(value) for key, value in scored.items() if value is not None}
    return Rulebook.model_validate(content)


def leaf_of_size() -> Leaf:
    """What makes sure that somebody has a score."""
    return {
        "name": "规模", "points": parameter("10"), "measure": "size", "family": "indicators", "basis": "stock",
        "method": "share_of_total", "missing": "zero",
    }  # fmt: skip


def book_by(chance: Random) -> Rulebook:
    """A rule book of several methods, with bonus and penalty in points and in yuan beside the scale."""
    listed = chance.choices(METHODS, k=chance.randint(5, 7))
    nodes = {f"i{n}": leaf_by(chance, f"i{n}", method) for n, method in enumerate(listed)}
    beside: dict[str, Leaf] = {}
    for kind in ("b", "p"):
        points, amount = {"points": parameter("2")}, {"amount": parameter("30")}
        places = chance.choices([points, points, amount], k=chance.randint(0, 3))
        beside[kind] = {
            f"{kind}{n}": leaf_by(chance, f"{kind}{n}", chance.choice(METHODS), place) | {"decimals": parameter(2)}
            for n, place in enumerate(places)
        }
    return book(
        nodes, beside["b"], beside["p"],
        decimals=chance.choice([None, None, 2]),
        bonus_cap=chance.choice([None, "3"]), penalty_cap=chance.choice([None, "1.5"]),
        bonus_amount_cap=chance.choice([None, "40"]), penalty_amount_cap=chance.choice([None, "40"]),
        tie_break=chance.choice([None, ["i0"], ["i1", "i0"]]),
    )  # fmt: skip


def county_by(chance: Random, rulebook: Rulebook | None = None) -> County:
    """A county with what its rule book reads; now and then an excluded bank, or an indicator that nobody has."""
    policy_book = rulebook or book_by(chance)
    banks = BANKS[: chance.randint(2, len(BANKS))]
    values = [
        Value(banks[0], "size", Decimal(3)),
        *(Value(bank, "size", Decimal(chance.choice(SIZES))) for bank in banks[1:]),
    ]
    targets: list[Target] = []
    peers = [Peer("邻县", "i0-peers", Decimal(7))]
    for placed in policy_book.placed():
        if placed.code == "size":
            continue
        # There is an area only where somebody delivered.
        node = placed.indicator
        sure = any(one and one.of == "area" for one in (node.reference, node.gate)) or node.method == "area_relative"
        silent = not sure and chance.randint(0, 9) == 0
        for bank in banks:
            if sure or (not silent and chance.randint(0, 9)):
                values.append(Value(bank, placed.code, Decimal(chance.choice(SIZES))))
                if placed.indicator.over:
                    values.append(Value(bank, f"{placed.code}-over", Decimal(chance.choice(THIRDS))))
            targets.append(Target(bank, f"{placed.code}-targets", amount=Decimal(chance.choice(["1", "2", "3"]))))
        peers.append(
            Peer("{region}", f"{placed.code}-peers", Decimal(chance.choice(SIZES)), chance.choice(["%", "", "万元"]))
        )
    out = chance.choice([None, None, banks[-1]]) if len(banks) > 2 else None
    decisions = (Decision("不参加", "exclude", out),) if out else ()
    return County(
        policy_book, tuple(Bank(bank) for bank in banks), (Account("A-1", "A", Decimal(1000000)),), tuple(values),
        decisions=decisions, targets=tuple(targets), peers=tuple(peers),
    )  # fmt: skip


def answered_by(chance: Random) -> County:
    """A county that has an answer: somebody scores, penalties and all (N8 asks where nobody does)."""
    while True:
        county = county_by(chance)
        try:
            expected(county)
        except ZeroDivisionError:
            continue
        return county


# Drawn by Hypothesis one by one, the thousands of choices of a batch would be too many: it draws what they follow from.
batches = st.lists(st.integers(0, 2**32), min_size=30, max_size=40, unique=True).map(
    lambda seeds: [answered_by(Random(seed)) for seed in seeds]  # noqa: S311 - a case, not a secret
)


@dataclass(frozen=True)
class Expected:
    """The oracle's answer for a county."""

    points: dict[tuple[str, str], Fraction]
    amounts: dict[tuple[str, str], Fraction]
    score: dict[str, Fraction]
    share: dict[str, Fraction]
    rank: dict[str, int]


def expected(county: County) -> Expected:
    """Points, amounts, scores, shares and ranks by the oracle."""
    indicators, rules = scored(county.rulebook), county.rulebook.scoring
    out = {decision.bank for decision in county.decisions}
    eligible = [bank.code for bank in county.banks if bank.code not in out]
    values, figures = read(county)
    complete = scoring.completed(indicators, values, eligible, [b for b in out if b])
    raw = scoring.points(indicators, complete, eligible, figures)
    caps = {
        name: fraction(getattr(rules, f"{name}_cap")) for name in ("bonus", "penalty", "bonus_amount", "penalty_amount")
    }
    all_points = scoring.capped(indicators, raw, caps)
    money = {one.code for one in indicators if one.effect.endswith("amount")}
    points = {key: value for key, value in all_points.items() if key[0] not in money}
    amounts = {key: value for key, value in all_points.items() if key[0] in money and key[1] in eligible}
    score = scoring.scores(points, rules.decimals.value if rules.decimals else None)
    total = sum((score[bank] for bank in eligible), Fraction(0))
    codes = rules.tie_break.value if rules.tie_break else ()
    breakers = {bank: [points.get((code, bank), Fraction(0)) for code in codes] for bank in eligible}
    return Expected(
        points, amounts, score, {bank: score[bank] / total if bank in eligible else Fraction(0) for bank in score},
        scoring.ranks({bank: score[bank] for bank in eligible}, breakers),
    )  # fmt: skip


def fraction(said: Any) -> Fraction | None:
    """A parameter, or nothing."""
    return None if said is None else Fraction(said.value)


def read(county: County) -> tuple[dict[tuple[str, str], Fraction], scoring.Figures]:
    """The values of the county's indicators, and what they may be held against."""
    known = {(v.measure, v.bank): Fraction(v.value) for v in county.values}
    values, parts = {}, {}
    for placed in county.rulebook.placed():
        for bank in county.banks:
            above, below = known.get((placed.code, bank.code)), known.get((f"{placed.code}-over", bank.code))
            if above is None:
                continue
            if not placed.indicator.over:
                values[placed.code, bank.code] = above
            elif below:
                values[placed.code, bank.code] = above / below
                parts[placed.code, bank.code] = above, below
    units = {"%": Fraction(1, 100), "": Fraction(1), "万元": Fraction(10000)}
    peers = {p.measure: Fraction(p.value) * units[p.unit] for p in county.peers if p.peer == "{region}"}
    targets = {(t.bank, t.measure): Fraction(t.amount or 0) for t in county.targets}
    return values, scoring.Figures(parts, peers, targets)


def scored(rulebook: Rulebook) -> tuple[scoring.Scored, ...]:
    """A rule book's leaves in the oracle's words."""
    return tuple(
        _scored(placed.code, Fraction(placed.full_points), placed.effect, placed.indicator)
        for placed in rulebook.placed()
        if placed.indicator.leaf
    )


def _scored(code: str, full: Fraction, effect: str, node: Indicator) -> scoring.Scored:
    said: Mapping[str, Fraction] = {
        key: Fraction(getattr(node, key).value)
        for key in (
            *(
                "base",
                "step",
                "step_percent",
                "per_point",
                "below_per_point",
                "unit",
                "unit_points",
                "below_unit_points",
            ),
            *("threshold", "otherwise", "out_of", "cap", "floor"),
        )
        if getattr(node, key) is not None
    }
    gate = _held(node.gate)
    keeps = node.negative.value == "keep" if node.negative else node.method in SIGNED
    return scoring.Scored(
        code, full, node.method or "", node.missing, effect,
        reference=_held(node.reference), gate=gate, operator=node.operator,
        whole_steps=bool(node.whole_steps and node.whole_steps.value),
        bands=tuple(_band(band) for band in (node.bands.value if node.bands else ())),
        lowest_first=node.direction == "lowest", ties=node.ties.value if node.ties else "better", keeps_sign=keeps,
        decimals=node.decimals.value if node.decimals else None,
        **said,
    )  # fmt: skip


def _held(said: Any) -> scoring.Held | None:
    if said is None:
        return None
    value = None if said.value is None else Fraction(said.value)
    return scoring.Held(said.of or "value", value, said.measure, getattr(said, "operator", None))


def _band(band: Any) -> scoring.Band:
    lower, upper = band.over if band.from_ is None else band.from_, band.below if band.to is None else band.to
    return scoring.Band(
        Fraction(band.points),
        None if lower is None else Fraction(lower),
        band.over is None,
        None if upper is None else Fraction(upper),
        band.below is None,
    )
