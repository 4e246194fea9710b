"""eval: the SQL stands in include/sql/migrations/0003_eval.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    script(op.get_bind(), "migrations/0003_eval.up.sql")


def downgrade() -> None:
    script(op.get_bind(), "migrations/0003_eval.down.sql")
