"""eval: the SQL stands in include/sql/migrations/0003_eval.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0003_eval.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0003_eval.down.sql")
