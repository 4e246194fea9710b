"""Let a warehouse live another day than today: for the demonstration and tests alone (migration 0033)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, text


def set_today(engine: Engine, day: date | None) -> None:
    """Make `day` the day of the warehouse, or today again with None, for every session from now on.

    Sessions that idle in somebody's pool are ended, as they would go on living the old day; a pool opens new ones.
    """
    with engine.begin() as connection:
        name = str(connection.execute(text("SELECT quote_ident(current_database())")).scalar_one())
        value = f"SET cunfang.today = '{day.isoformat()}'" if day else "RESET cunfang.today"
        connection.execute(text(f"ALTER DATABASE {name} {value}"))
    engine.dispose()
    with engine.connect() as connection:
        connection.execute(
            text("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'
            """)
        )
