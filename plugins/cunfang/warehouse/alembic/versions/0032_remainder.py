"""remainder: the SQL stands in include/sql/migrations/0032_remainder*.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0032"
down_revision = "0031"
PARTS = ("remainder", "remainder_once", "remainder_mart")


def upgrade() -> None:
    for part in PARTS:
        run(op.get_bind(), f"migrations/0032_{part}.up.sql")


def downgrade() -> None:
    for part in reversed(PARTS):
        run(op.get_bind(), f"migrations/0032_{part}.down.sql")
