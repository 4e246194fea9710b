"""The methods of a rule book as spreadsheet formulas (N7), so that a workbook recomputes points from its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor

from cunfang.documents.clauses import number
from cunfang.rulebook import Indicator
from cunfang.rulebook.parameter import Band, Parameter, Reference

RANKED = ("rank_step", "rank_bands")


@dataclass(frozen=True)
class Spot:
    """Where things stand: references to cells of one bank's row, and to columns of the banks that take part.

    `part` is 1 for a bank that counts, else 0. `full` are the full points, `factor` what they are stretched by (N12;
    empty where nothing is), `value` the bank's own and `x` what of it counts. `known` is the reference and `limit` that
    of the gate, where it came from another feed (a target, a figure of the region). `best` is N4's class.
    """

    part: str
    full: str
    factor: str
    value: str
    x: str
    reference: str
    rank: str
    counted: str
    numerators: str
    denominators: str
    known: Decimal | None
    limit: Decimal | None
    best: bool = False


# What compares the banks with each other: where all are at 0 nobody gets points (N7).
_COMPARING = ("share_of_total", "share_of_best", "inverse_of_best", "frontier", "rank_step", "rank_bands", "mean_cap")
# What takes points off stops at 0 where nothing else is said.
_FROM_ZERO = ("rank_step", "area_relative", "target_completion", "points_per_unit")


def value_of(parameter: Parameter[Decimal] | None, otherwise: str = "0") -> str:
    """A parameter's value as it stands in a formula."""
    return number(parameter.value) if parameter else otherwise


def reference(node: Indicator, spot: Spot) -> str | None:
    """The formula of what x is held against; None where the method needs nothing."""
    if node.reference is not None:
        return held(node.reference, node, spot, spot.known)
    match node.method:
        case "share_of_total":
            return f"SUM({spot.counted})"
        case "inverse_of_best":
            return f"MIN({spot.counted})"
        case "share_of_best":
            return f"MAX({spot.counted})"
        case "frontier":
            return f"{'MIN' if node.direction == 'lowest' else 'MAX'}({spot.counted})"
        case "mean_cap":
            return f"AVERAGE({spot.counted})"
        case "area_relative":
            return f"SUM({spot.numerators})/SUM({spot.denominators})"
        case "score":
            return value_of(node.out_of)
        case _:
            return None


def held(against: Reference, node: Indicator, spot: Spot, known: Decimal | None) -> str:
    """The formula of a reference or of the limit of a gate."""
    match against.of:
        case None:
            return number(against.value or Decimal(0))
        case "area":
            return f"SUM({spot.numerators})/SUM({spot.denominators})"
        case "mean":
            return f"AVERAGE({spot.counted})"
        case "best":
            return f"{'MIN' if node.direction == 'lowest' else 'MAX'}({spot.counted})"
        case _:
            return number(known or Decimal(0))


def _places(node: Indicator, spot: Spot) -> tuple[str, str]:
    """The first and the last of the places that banks with the same x fill; one outside would fill a further one."""
    ahead = "<" if node.direction == "lowest" else ">"
    level = f"SUMPRODUCT(--({spot.counted}{ahead}={spot.x}))"
    return f"(1+SUMPRODUCT(--({spot.counted}{ahead}{spot.x})))", f"({level}+1-{spot.part})"


def rank(node: Indicator, spot: Spot) -> str:
    """The rank of x among the banks that take part; ties as the rule book says."""
    better, worse = _places(node, spot)
    match node.ties.value if node.ties else "better":
        case "worse":
            return worse
        case "mean":
            return f"({better}+{worse})/2"
        case _:
            return better


def points(node: Indicator, spot: Spot) -> str:
    """The whole formula of the points: method, limits, stretching, precision, and what gives none at all."""
    formula = _method(node, spot)
    least = value_of(node.floor, "0" if node.method in _FROM_ZERO else "")
    most = value_of(node.cap, spot.full if node.method == "area_relative" else "")
    formula = f"MAX({formula},{least})" if least else formula
    formula = f"MIN({formula},{most})" if most else formula
    formula = f"({formula}){spot.factor}" if spot.factor else formula
    # What is half a step exactly may fall just short of it in binary fractions.
    formula = f"ROUND(ROUND({formula},12),{node.decimals.value})" if node.decimals else formula
    for condition in _none(node, spot):
        formula = f"IF({condition},0,{formula})"
    return formula


def _none(node: Indicator, spot: Spot) -> list[str]:
    """Conditions under which there are no points."""
    conditions = []
    if node.method in _COMPARING:
        conditions.append(f"AND(MAX({spot.counted})<=0,MIN({spot.counted})>=0)")
    if node.method == "target_completion" and node.threshold:
        conditions.append(f"ROUND({_completion(spot)},12)<{value_of(node.threshold)}")
    if node.gate is not None:
        limit = held(node.gate, node, spot, spot.limit)
        conditions.append(f"NOT({_compared(spot.value, node.gate.operator, limit)})")
    return conditions


def _method(node: Indicator, spot: Spot) -> str:
    full, x, ref = spot.full, spot.x, spot.reference
    match node.method:
        case "share_of_total":
            return f"IF({ref}=0,0,{full}*{x}/{ref})"
        case "share_of_best":
            return f"IF({ref}>0,{full}*{x}/{ref},0)"
        case "inverse_of_best":
            return f"IF({x}<=0,{full},{full}*MAX({ref},0)/{x})"
        case "frontier":
            low, high = f"MIN({spot.counted})", f"MAX({spot.counted})"
            base = value_of(node.base)
            lead = f"({high}-{x})" if node.direction == "lowest" else f"({x}-{low})"
            return f"IF(ROUND({high}-{low},12)=0,{full},{base}+({full}-{base})*{lead}/({high}-{low}))"
        case "rank_step":
            step = value_of(node.step) if node.step else f"{full}*{value_of(node.step_percent)}/100"
            return f"{full}-{step}*({spot.rank}-1)"
        case "rank_bands" if node.ties and node.ties.value == "mean":
            return _mean_of_bands(node, spot)
        case "rank_bands":
            return _bands(node, spot.rank)
        case "bands":
            return _bands(node, x)
        case "mean_cap":
            return f"IF({x}>={ref},{full},IF({ref}>0,{full}*{x}/{ref},0))"
        case "rate":
            return f"{full}*MIN(MAX({x},0),1)"
        case "score":
            return f"{full}*MIN(MAX({x}/{ref},0),1)"
        case _:
            return _held_against(node, spot)


def _held_against(node: Indicator, spot: Spot) -> str:
    full, x, ref = spot.full, spot.x, spot.reference
    base, each, unit = value_of(node.base), value_of(node.unit_points), value_of(node.unit, "1")
    match node.method:
        case "area_relative":
            gained = f"{base}+{value_of(node.per_point)}*{_steps(node, f'({x}-{ref})*100')}"
            lost = f"{base}-{value_of(node.below_per_point)}*{_steps(node, f'({ref}-{x})*100')}"
            return f"IF({x}>={ref},{gained},{lost})"
        case "target_completion" if node.unit is None:
            return f"{full}*MIN({_completion(spot)},1)"
        case "target_completion":
            met = value_of(node.base, full)
            done = _completion(spot)
            above, below = _steps(node, f"({done}-1)/{unit}"), _steps(node, f"(1-{done})/{unit}")
            return f"IF({done}>=1,{met}+{each}*{above},{met}-{value_of(node.below_unit_points)}*{below})"
        case "points_per_unit":
            start = f"({x}-{ref})" if node.reference else x
            return f"{base}+{each}*{_steps(node, f'{start}/{unit}')}"
        case _:
            # Lending that grows while deposits fall passes whatever the others have (N4, the rule of 2010).
            passed = "TRUE" if spot.best and node.operator in (">=", ">") else _compared(x, node.operator or ">=", ref)
            return f"IF({passed},{full},{value_of(node.otherwise)})"


def _completion(spot: Spot) -> str:
    """How much of its target a bank has reached; nothing of one that is 0 or less (N14)."""
    return f"IF({spot.reference}>0,{spot.x}/{spot.reference},0)"


def _compared(left: str, operator: str, right: str) -> str:
    # Two ways to the same quotient may differ in the last binary digit.
    return f"ROUND({left},12){operator}ROUND({right},12)"


def _steps(node: Indicator, formula: str) -> str:
    # Binary fractions of a spreadsheet may fall just short of a whole step.
    return f"INT(ROUND({formula},9))" if node.whole_steps and node.whole_steps.value else f"({formula})"


def _bands(node: Indicator, x: str) -> str:
    formula = value_of(node.otherwise, "NA()")
    for band in reversed(node.bands.value if node.bands else ()):
        formula = f"IF({_within(band, x)},{number(band.points)},{formula})"
    return formula


def _mean_of_bands(node: Indicator, spot: Spot) -> str:
    """Banks of the same value share the points of all the places they fill."""
    first, last = _places(node, spot)
    last = f"MAX({first},{last})"
    count = f"({last}-{first}+1)"
    rest = value_of(node.otherwise)
    terms = [f"{rest}*{count}"]
    for band in node.bands.value if node.bands else ():
        low = "1" if band.lower is None else str(floor(band.lower) + 1 if band.over is not None else ceil(band.lower))
        high = (
            last if band.upper is None else str(ceil(band.upper) - 1 if band.below is not None else floor(band.upper))
        )
        terms.append(f"({number(band.points)}-{rest})*MAX(0,MIN({last},{high})-MAX({first},{low})+1)")
    return f"({'+'.join(terms)})/{count}"


def _within(band: Band, x: str) -> str:
    # An edge is a decimal that a quotient of binary fractions may miss by a hair.
    edges = []
    if band.lower is not None:
        edges.append(f"ROUND({x},12){'>' if band.over is not None else '>='}{number(band.lower)}")
    if band.upper is not None:
        edges.append(f"ROUND({x},12){'<' if band.below is not None else '<='}{number(band.upper)}")
    return f"AND({','.join(edges)})" if edges else "TRUE"
