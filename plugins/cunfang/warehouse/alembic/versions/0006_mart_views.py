"""mart_views: the SQL stands in include/sql/migrations/0006_mart_views.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0006_mart_views.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0006_mart_views.down.sql")
