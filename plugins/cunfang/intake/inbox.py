"""The inbox: which delivered files are new. Only looks; `land` takes."""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from cunfang.intake.submissions import clean
from cunfang.period import Period

SETTLE_SECONDS = 2.0
"""A file touched within this time may still be on its way."""
_REGION = re.compile(r"[0-9]{6}")
_PERIOD = re.compile(r"[0-9]{4}-Q[1-4]")
_PASSING = re.compile(r"^(\.|~\$)|\.(tmp|part|crdownload|filepart)$", re.IGNORECASE)


@dataclass(frozen=True)
class Delivery:
    """One file in the inbox at `region/period/feed/[reporter/]name`. `key`: its path within the inbox."""

    path: Path
    key: str
    region: str
    period: Period
    feed: str
    reporter: str
    size: int
    modified_ns: int

    @property
    def mark(self) -> tuple[str, int, int]:
        """What tells it from any other arrival."""
        return self.key, self.size, self.modified_ns


def deliveries(inbox: Path, feed: str, settle: float = SETTLE_SECONDS) -> list[Delivery]:
    """Files of `feed` at rest in the inbox, oldest first. Hidden, temporary and linked ones are not deliveries."""
    found: list[Delivery] = []
    newest = time.time_ns() - int(settle * 1e9)
    for folder, region, period in _folders(inbox, feed):
        for path, reporter in _files(folder):
            facts = path.lstat()
            if settle > 0 and facts.st_mtime_ns > newest:
                continue
            key = clean(path.relative_to(inbox).as_posix())
            found.append(Delivery(path, key, region, period, feed, reporter, facts.st_size, facts.st_mtime_ns))
    return sorted(found, key=lambda one: (one.modified_ns, one.key))


def new_deliveries(engine: Engine, inbox: Path, feed: str, settle: float = SETTLE_SECONDS) -> list[Delivery]:
    """Deliveries that were not registered yet as they are now."""
    found = deliveries(inbox, feed, settle)
    if not found:
        return []
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT path, file_size, modified_ns FROM raw.arrival WHERE path = ANY(:paths)"),
            {"paths": [one.key for one in found]},
        )
        seen = {tuple(row) for row in rows}
    return [one for one in found if one.mark not in seen]


def pending(engine: Engine, inbox: Path, feed: str, settle: float = SETTLE_SECONDS) -> list[Path]:
    """Paths of the files of `feed` that wait to be landed, oldest first."""
    return [one.path for one in new_deliveries(engine, inbox, feed, settle)]


def _folders(inbox: Path, feed: str) -> Iterator[tuple[Path, str, Period]]:
    for region in _children(inbox):
        if not _REGION.fullmatch(region.name):
            continue
        for period in _children(region):
            folder = period / feed
            if _PERIOD.fullmatch(period.name) and _is(folder, stat.S_ISDIR):
                yield folder, region.name, Period.parse(period.name)


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Files of the folder, and of the folders of reporting institutions in it, with the reporter."""
    for path in _children(folder):
        if _is(path, stat.S_ISREG):
            yield path, ""
        elif _is(path, stat.S_ISDIR):
            yield from ((inner, path.name) for inner in _children(path) if _is(inner, stat.S_ISREG))


def _children(folder: Path) -> list[Path]:
    if not _is(folder, stat.S_ISDIR):
        return []
    return sorted(path for path in folder.iterdir() if not _PASSING.search(path.name))


def _is(path: Path, kind: object) -> bool:
    """Whether the path itself, links not followed, is of this kind; one that is gone is of none."""
    try:
        return bool(kind(path.lstat().st_mode))  # type: ignore[operator]
    except OSError:
        return False


def strays(inbox: Path, region: str, period: Period, feeds: set[str]) -> list[Path]:
    """What lies in the period's folder and belongs to no feed: unknown folders, files outside any folder."""
    return [
        path
        for path in _children(inbox / region / str(period))
        if path.name not in feeds or not _is(path, stat.S_ISDIR)
    ]
