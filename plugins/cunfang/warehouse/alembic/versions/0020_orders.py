"""orders: the SQL stands in include/sql/migrations/0020_*.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0020_orders.up.sql")
    run(op.get_bind(), "migrations/0020_order_rules.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0020_order_rules.down.sql")
    run(op.get_bind(), "migrations/0020_orders.down.sql")
