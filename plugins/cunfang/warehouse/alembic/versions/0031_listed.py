"""listed: the SQL stands in include/sql/migrations/0031_listed{,_views,_mart}.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    for part in ("", "_views", "_mart"):
        run(op.get_bind(), f"migrations/0031_listed{part}.up.sql")


def downgrade() -> None:
    for part in ("_mart", "_views", ""):
        run(op.get_bind(), f"migrations/0031_listed{part}.down.sql")
