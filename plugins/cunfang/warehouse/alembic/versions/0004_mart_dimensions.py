"""mart_dimensions: the SQL stands in include/sql/migrations/0004_mart_dimensions.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0004_mart_dimensions.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0004_mart_dimensions.down.sql")
