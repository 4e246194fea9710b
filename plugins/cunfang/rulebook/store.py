"""Put a rule book into the tables that the evaluation's SQL reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, text

from cunfang.rulebook.model import Placed, Rulebook
from cunfang.rulebook.parameter import Band, Parameter, Term
from cunfang.warehouse.copy import copy_rows


def store_rulebook(connection: Connection, rulebook: Rulebook) -> int:
    """Load `rulebook`, and the one its policy banks are judged by (S17), by content hash; its id, always the same."""
    policy_id = store_rulebook(connection, rulebook.policy) if rulebook.policy else None
    head = {**_head(rulebook), "policy_rulebook_id": policy_id}
    columns, values = ", ".join(head), ", ".join(f":{column}" for column in head)
    insert = f"""
        INSERT INTO eval.rulebook ({columns}, content) VALUES ({values}, CAST(:content AS json))
        ON CONFLICT (content_hash) DO NOTHING
        RETURNING rulebook_id
    """  # noqa: S608 - the names are of this module
    content = rulebook.model_dump_json(by_alias=True, exclude_unset=True)
    inserted = connection.scalar(text(insert), {**head, "content": content})
    if inserted is None:
        known = text("SELECT rulebook_id FROM eval.rulebook WHERE content_hash = :hash")
        return int(connection.execute(known, {"hash": rulebook.content_hash}).scalar_one())
    rulebook_id = int(inserted)
    _copy(connection, "eval.indicator", rulebook_id, _indicators(rulebook))
    _copy(connection, "eval.indicator_term", rulebook_id, _terms(rulebook))
    _copy(connection, "eval.band", rulebook_id, _bands(rulebook))
    _copy(connection, "eval.rank_amount", rulebook_id, _rank_amounts(rulebook))
    _copy(connection, "eval.warning_limit", rulebook_id, _limits(rulebook))
    _copy(connection, "eval.warning_event", rulebook_id, _events(rulebook))
    _copy(connection, "eval.parameter", rulebook_id, _parameters(rulebook))
    return rulebook_id


def stored_rulebook(connection: Connection, rulebook_id: int) -> Rulebook:
    """The rule book as it was when it was loaded."""
    content = text("SELECT content FROM eval.rulebook WHERE rulebook_id = :rulebook_id")
    return Rulebook.model_validate(connection.execute(content, {"rulebook_id": rulebook_id}).scalar_one())


Row = dict[str, Any]


def _copy(connection: Connection, table: str, rulebook_id: int, rows: Iterable[Row]) -> None:
    listed = list(rows)
    if listed:
        copy_rows(connection, table, ("rulebook_id", *listed[0]), ((rulebook_id, *row.values()) for row in listed))


def _value(parameter: Parameter[Any] | None) -> Any:
    return None if parameter is None else parameter.value


def _head(rulebook: Rulebook) -> Row:
    scoring, share, who = rulebook.scoring, rulebook.allocation, rulebook.participation
    after, cap, late, falling = rulebook.orders, share.deposits_cap, who.suspension, who.four_falling
    return {
        "code": rulebook.code,
        "content_hash": rulebook.content_hash,
        "name": rulebook.name,
        "document": rulebook.document,
        "effective_from": rulebook.effective_from,
        "effective_to": rulebook.effective_to,
        "parent": rulebook.parent,
        "scheme": rulebook.scheme,
        "full_scale": rulebook.scale,
        "score_decimals": _value(scoring.decimals),
        "bonus_cap": _value(scoring.bonus_cap),
        "penalty_cap": _value(scoring.penalty_cap),
        "bonus_amount_cap": _value(scoring.bonus_amount_cap),
        "penalty_amount_cap": _value(scoring.penalty_amount_cap),
        "tie_break": list(_value(scoring.tie_break) or ()),
        "quota_mode": share.quota_mode.value,
        "rounding_unit": share.rounding_unit.value,
        "min_leg": share.min_leg.value,
        "reserve_amount": _value(share.reserve_amount),
        "reserve_share": _value(share.reserve_share),
        "max_drift": after.max_drift.value,
        "execute_workdays": after.execute_workdays.value,
        "issue_workdays": after.issue_workdays.value,
        "objection_workdays": after.objection_workdays.value,
        "recall_workdays": after.recall_workdays.value,
        "true_up_threshold": _value(after.true_up_threshold),
        "allocation": share.scheme.value,
        "base_amount": _value(share.base_amount),
        "base_score": _value(share.base_score),
        "top": _value(share.top),
        "leftover": _value(share.leftover),
        "concentration_cap": _value(share.concentration_cap),
        "deposits_cap": cap.share.value if cap else None,
        "deposits_family": cap.family if cap else None,
        "deposits_measure": cap.measure if cap else None,
        "minimum_amount": _value(share.minimum_amount),
        "maximum_amount": _value(share.maximum_amount),
        "remainder": _value(share.remainder) or "largest_remainder",
        "disqualification_years": who.disqualification_years.value,
        "policy_banks": who.policy_banks.value,
        "policy_support": _value(who.policy_support),
        "minimum_months": _value(who.minimum_months),
        "first_year": _value(who.first_year) or "take_part",
        "one_per_group": bool(_value(who.one_per_group)),
        "suspension_family": late.family if late else None,
        "suspension_measure": late.measure if late else None,
        "suspension_month": late.month if late else None,
        "suspension_day": late.day if late else None,
        "suspension_clause": late.clause if late else None,
        "four_falling_tax": falling.tax if falling else None,
        "four_falling_rate": _value(falling.rate) if falling else None,
        "four_falling_clause": falling.clause if falling else None,
    }


def _indicators(rulebook: Rulebook) -> Iterator[Row]:
    for ordinal, placed in enumerate(rulebook.placed(), start=1):
        yield {"ordinal": ordinal, **_place(placed), **_reading(placed), **_scoring(placed)}


def _place(placed: Placed) -> Row:
    node = placed.indicator
    return {
        "indicator": placed.code,
        "parent": placed.parent,
        "name": node.name,
        "full_points": placed.full_points,
        "leaf": node.leaf,
        "effect": placed.effect,
        "clause": placed.clause,
    }


def _reading(placed: Placed) -> Row:
    node = placed.indicator
    return {
        "family": node.family,
        "measure": ",".join(term.measure for term in node.measure or ()) or None,
        "over": ",".join(term.measure for term in node.over or ()) or None,
        "basis": node.basis,
        "flow_window": node.window,
        "since": node.since,
        "as_of_month": _value(node.as_of_month),
        "lag_months": _value(node.lag_months),
        "average_of": node.average_of,
        "missing": node.missing if node.leaf else None,
        "due_workdays": _value(node.due_workdays),
        "exempt_types": list(_value(node.exempt_types) or ()),
    }


def _scoring(placed: Placed) -> Row:
    node = placed.indicator
    held, gate = node.reference, node.gate
    return {
        "method": node.method,
        "reference": (held.of or "value") if held else None,
        "reference_value": held.value if held else None,
        "reference_measure": held.measure if held else None,
        "gate": (gate.of or "value") if gate else None,
        "gate_operator": gate.operator if gate else None,
        "gate_value": gate.value if gate else None,
        "gate_measure": gate.measure if gate else None,
        "operator": node.operator,
        "base_points": _value(node.base),
        "step": _value(node.step),
        "step_percent": _value(node.step_percent),
        "per_point": _value(node.per_point),
        "below_per_point": _value(node.below_per_point),
        "unit": _value(node.unit),
        "unit_points": _value(node.unit_points),
        "below_unit_points": _value(node.below_unit_points),
        "threshold": _value(node.threshold),
        "whole_steps": bool(_value(node.whole_steps)),
        "otherwise_points": _value(node.otherwise),
        "out_of": _value(node.out_of),
        "cap_points": _value(node.cap),
        "floor_points": _value(node.floor),
        "direction": node.direction or "highest",
        "ties": _value(node.ties) or "better",
        "keeps_sign": node.keeps_sign,
        "all_zero": _value(node.all_zero) or "zero",
        "decimals": _value(node.decimals),
    }


def _terms(rulebook: Rulebook) -> Iterator[Row]:
    for placed in rulebook.placed():
        node = placed.indicator
        for side, terms in (("measure", node.measure or ()), ("over", node.over or ())):
            for number, term in enumerate(terms, start=1):
                yield {"indicator": placed.code, "side": side, "term_no": number, **_term(term, node.family)}


def _term(term: Term, family: str | None) -> Row:
    return {
        "family": term.family or family,
        "measure": term.measure,
        "times": term.times,
        "missing": term.missing,
        "parts": list(term.parts),
    }


def _bands(rulebook: Rulebook) -> Iterator[Row]:
    listed = {placed.code: _value(placed.indicator.bands) or () for placed in rulebook.placed()}
    listed[""] = _value(rulebook.allocation.tiers) or ()
    for indicator, bands in listed.items():
        for number, band in enumerate(bands, start=1):
            yield {"indicator": indicator, "band_no": number, **_band(band)}


def _band(band: Band) -> Row:
    return {
        "lower": band.lower,
        "lower_included": band.over is None,
        "upper": band.upper,
        "upper_included": band.below is None,
        "points": band.points,
    }


def _rank_amounts(rulebook: Rulebook) -> Iterator[Row]:
    for rank, amount in enumerate(_value(rulebook.allocation.rank_amounts) or (), start=1):
        yield {"rank": rank, "amount": amount}


def _limits(rulebook: Rulebook) -> Iterator[Row]:
    for metric, limit in rulebook.warnings.items():
        for lines in limit.lines():
            yield {
                "metric": metric,
                "institution_type": lines.type,
                "name": limit.name,
                "operator": limit.operator,
                "limit_value": lines.limit,
                "yellow_margin": lines.yellow_margin,
                "red_margin": lines.red_margin,
                "clause": lines.clause,
            }


def _events(rulebook: Rulebook) -> Iterator[Row]:
    for event in rulebook.warning_events.values():
        for kind, severity in event.pairs():
            yield {
                "kind": kind,
                "severity": severity,
                "name": event.name,
                "level": event.level,
                "months": event.months,
                "clause": event.clause,
            }


def _parameters(rulebook: Rulebook) -> Iterator[Row]:
    """Every part that carries a clause, by its path in the document."""

    def walk(path: str, node: Any) -> Iterator[Row]:
        if isinstance(node, dict):
            if "clause" in node:
                said = node["value"] if "value" in node else {k: v for k, v in node.items() if k not in _SAID}
                yield {
                    "path": path,
                    "value": _text(said),
                    "clause": node["clause"],
                    "origin": node.get("origin", "stated"),
                }
            for key, value in node.items():
                yield from walk(f"{path}.{key}" if path else key, value)

    yield from walk("", rulebook.model_dump(mode="json", by_alias=True, exclude_none=True))


_SAID = frozenset({"clause", "origin"})


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(_text(item) for item in value)
    if isinstance(value, dict):
        return "，".join(f"{key} {_text(item)}" for key, item in value.items())
    return str(value)
