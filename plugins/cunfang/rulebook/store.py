"""Put a rule book into the tables that the evaluation's SQL reads."""

from __future__ import annotations

from sqlalchemy import Connection, text

from cunfang.rulebook.model import Placed, Rulebook
from cunfang.warehouse.copy import copy_rows

_HEAD = text("""
    INSERT INTO eval.rulebook (
        code, content_hash, name, document, effective_from, effective_to, parent, full_scale,
        quota_mode, rounding_unit, min_leg, concentration_cap, disqualification_years, content
    ) VALUES (
        :code, :content_hash, :name, :document, :effective_from, :effective_to, :parent, :full_scale,
        :quota_mode, :rounding_unit, :min_leg, :concentration_cap, :disqualification_years, CAST(:content AS jsonb)
    )
    ON CONFLICT (content_hash) DO NOTHING
    RETURNING rulebook_id
""")


def store_rulebook(connection: Connection, rulebook: Rulebook) -> int:
    """Load `rulebook` by content hash; its id, the same each time for the same content."""
    inserted = connection.scalar(_HEAD, _head(rulebook))
    if inserted is None:
        known = text("SELECT rulebook_id FROM eval.rulebook WHERE content_hash = :hash")
        return int(connection.execute(known, {"hash": rulebook.content_hash}).scalar_one())
    rulebook_id = int(inserted)
    copy_rows(
        connection,
        "eval.indicator",
        (
            *("rulebook_id", "indicator", "parent", "ordinal", "name", "full_points", "leaf", "family", "measure"),
            *("over", "basis", "method", "missing", "due_workdays", "clause"),
        ),
        (_indicator(rulebook_id, ordinal, placed) for ordinal, placed in enumerate(rulebook.placed(), start=1)),
    )
    copy_rows(
        connection,
        "eval.warning_limit",
        ("rulebook_id", "metric", "name", "operator", "limit_value", "yellow_margin", "red_margin", "clause"),
        (
            (rulebook_id, metric, w.name, w.operator, w.limit, w.yellow_margin, w.red_margin, w.clause)
            for metric, w in rulebook.warnings.items()
        ),
    )
    return rulebook_id


def _head(rulebook: Rulebook) -> dict[str, object]:
    return {
        "code": rulebook.code,
        "content_hash": rulebook.content_hash,
        "name": rulebook.name,
        "document": rulebook.document,
        "effective_from": rulebook.effective_from,
        "effective_to": rulebook.effective_to,
        "parent": rulebook.parent,
        "full_scale": rulebook.full_scale.value,
        "quota_mode": rulebook.allocation.quota_mode.value,
        "rounding_unit": rulebook.allocation.rounding_unit.value,
        "min_leg": rulebook.allocation.min_leg.value,
        "concentration_cap": cap.value if (cap := rulebook.allocation.concentration_cap) else None,
        "disqualification_years": rulebook.participation.disqualification_years.value,
        "content": rulebook.model_dump_json(),
    }


def _indicator(rulebook_id: int, ordinal: int, placed: Placed) -> tuple[object, ...]:
    node = placed.indicator
    measure = node.measure if isinstance(node.measure, str) else ",".join(node.measure or ())
    return (
        *(rulebook_id, placed.code, placed.parent, ordinal, node.name, placed.full_points, node.leaf),
        *(node.family, measure or None, node.over, node.basis, node.method, node.missing if node.leaf else None),
        *(node.due_workdays.value if node.due_workdays else None, placed.clause),
    )
