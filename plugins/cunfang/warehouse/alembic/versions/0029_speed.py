"""speed: the SQL stands in include/sql/migrations/0029_speed.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0029_speed.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0029_speed.down.sql")
