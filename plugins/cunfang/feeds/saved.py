"""The day on which a workbook was last saved, as its own properties say it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, timedelta, timezone

PROPERTIES = "docProps/core.xml"
MOST_BYTES = 65536
CHINA = timezone(timedelta(hours=8))
_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>\s*([0-9T:.+Z-]{10,35})\s*<")


def saved_on(data: bytes) -> date | None:
    """The day in China; None for a file that does not say it."""
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book, book.open(PROPERTIES) as part:
            match = _MODIFIED.search(part.read(MOST_BYTES))
        said = datetime.fromisoformat(match[1].decode()) if match else None
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError):
        return None
    if said is None:
        return None
    return said.astimezone(CHINA).date() if said.tzinfo else said.date()
