"""explanations: the SQL stands in include/sql/migrations/0010_explanations.{up,down}.sql and 0010_finding_state.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0010_explanations.up.sql")
    run(op.get_bind(), "migrations/0010_finding_state.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0010_explanations.down.sql")
