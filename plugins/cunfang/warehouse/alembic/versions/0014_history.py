"""history: the SQL stands in include/sql/migrations/0014_history.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0014_history.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0014_history.down.sql")
