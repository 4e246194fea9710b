"""points: the SQL stands in include/sql/migrations/0018_points.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0018_points.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0018_points.down.sql")
