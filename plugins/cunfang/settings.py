"""Settings by environment; `.env.example` names every one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
INCLUDE = Path(os.environ.get("CUNFANG_INCLUDE", HOME / "include"))


@dataclass(frozen=True)
class Settings:
    """Where things are. Paths are absolute; URLs are SQLAlchemy's and `smtp://user:password@host:port?starttls=1`.

    `look_seconds`: how often a wait for people, such as the time to object, looks again.
    """

    warehouse_url: str
    inbox: Path
    var: Path
    smtp_url: str
    mail_from: str
    look_seconds: float = 300.0

    @property
    def archive(self) -> Path:
        """Delivered files by content, byte for byte."""
        return self.var / "archive"


def settings() -> Settings:
    """Read the environment now, so that a test or a command may set it first."""
    env = os.environ
    return Settings(
        warehouse_url=env.get("CUNFANG_WAREHOUSE_URL", ""),
        inbox=Path(env.get("CUNFANG_INBOX", HOME / "var" / "inbox")).resolve(),
        var=Path(env.get("CUNFANG_VAR", HOME / "var")).resolve(),
        smtp_url=env.get("CUNFANG_SMTP_URL", "smtp://localhost:1025"),
        mail_from=env.get("CUNFANG_MAIL_FROM", "金融办 <jrb@example.invalid>"),
        look_seconds=float(env.get("CUNFANG_LOOK_SECONDS", "300")),
    )
