"""order_mart: the SQL stands in include/sql/migrations/0027_order_mart.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0027_order_mart.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0027_order_mart.down.sql")
