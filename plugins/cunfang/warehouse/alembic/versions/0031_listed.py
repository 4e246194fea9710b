"""listed: the SQL stands in include/sql/migrations/0031_listed{,_views,_mart,_pages}.{up,down}.sql."""

from alembic import op

from cunfang.warehouse.sql import run

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    for part in ("", "_views", "_mart", "_pages"):
        run(op.get_bind(), f"migrations/0031_listed{part}.up.sql")


def downgrade() -> None:
    for part in ("_pages", "_mart", "_views", ""):
        run(op.get_bind(), f"migrations/0031_listed{part}.down.sql")
