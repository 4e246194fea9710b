"""loop: the SQL stands in include/sql/migrations/0023_*.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0023"
down_revision = "0022"


PARTS = ("loop", "reconciliation", "timeliness")


def upgrade() -> None:
    for part in PARTS:
        run(op.get_bind(), f"migrations/0023_{part}.up.sql")


def downgrade() -> None:
    for part in reversed(PARTS):
        run(op.get_bind(), f"migrations/0023_{part}.down.sql")
