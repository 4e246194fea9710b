"""Verify the audit chain: that nothing was changed, taken out or put in since it was written (design §8)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from cunfang.warehouse.sql import rows


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold; `audit_id` is None where a row has no link in it at all."""

    audit_id: int | None
    object: str
    what: str


@dataclass(frozen=True)
class AuditReport:
    """How many links the chain has, the hash of its last one, and where it breaks, first place first."""

    rows: int
    head: str
    breaks: tuple[Break, ...]


def verify(connection: Connection, head: str | None = None) -> AuditReport:
    """Compute every hash again and hold the chain against the life of the orders.

    A row is held against the columns that its own link recorded, so that a column which a later migration adds breaks
    nothing; what that column says of the rows before it is not covered (docs/decisions/0024). A recorded column that
    was changed, renamed or taken away is a break.

    `head`: a hash that was noted earlier (it stands on every printed order); a chain that has lost it was cut off or
    written anew.
    """
    # The chain has times as text, of this zone.
    zone = connection.scalar(text("SELECT current_setting('TimeZone')"))
    set_zone = text("SELECT set_config('TimeZone', :zone, TRUE)")
    connection.execute(set_zone, {"zone": "Asia/Shanghai"})
    found = [Break(**row) for row in rows(connection, "orders/audit_breaks.sql")]
    connection.execute(set_zone, {"zone": zone})
    last = connection.execute(
        text("""
            SELECT count(*) AS links, coalesce((SELECT hash FROM ops.audit ORDER BY audit_id DESC LIMIT 1), '') AS head
            FROM ops.audit
        """)
    ).one()
    if head is not None and not connection.scalar(
        text("SELECT EXISTS (SELECT FROM ops.audit WHERE hash = :head)"), {"head": head}
    ):
        found.append(Break(None, head, "链中没有这个散列：末尾的记录被删除，或整条链被重写"))
    return AuditReport(last.links, last.head, tuple(found))
