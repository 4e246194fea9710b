"""trial: the SQL stands in include/sql/migrations/0019_trial.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0019_trial.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0019_trial.down.sql")
