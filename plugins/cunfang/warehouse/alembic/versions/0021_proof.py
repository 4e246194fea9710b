"""proof: the SQL stands in include/sql/migrations/0021_proof.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    run(op.get_bind(), "migrations/0021_proof.up.sql")


def downgrade() -> None:
    run(op.get_bind(), "migrations/0021_proof.down.sql")
