"""The inbox: which delivered files are new. Only looks; `land` takes."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Iterator
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
    now = time.time_ns()
    for folder, region, period in _folders(inbox, feed):
        for entry, reporter in _files(folder):
            try:
                facts = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            # A clock that goes ahead dates files in the future; when they came here is known all the same.
            touched = facts.st_mtime_ns if facts.st_mtime_ns <= now else facts.st_ctime_ns
            if settle > 0 and touched > now - int(settle * 1e9):
                continue
            key = clean("/".join(filter(None, (region, str(period), feed, reporter, entry.name))))
            path = Path(entry.path)
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


def _folders(inbox: Path, feed: str) -> Iterator[tuple[str, str, Period]]:
    for region in _children(inbox, os.DirEntry.is_dir):
        if not _REGION.fullmatch(region.name):
            continue
        for period in _children(region.path, os.DirEntry.is_dir):
            folder = os.path.join(period.path, feed)  # noqa: PTH118 - of the thousand paths looked at few are kept
            if _PERIOD.fullmatch(period.name) and _is_folder(folder):
                yield folder, region.name, Period.parse(period.name)


def _files(folder: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Files of the folder, and of the folders of reporting institutions in it, with the reporter."""
    for entry in _children(folder, _is_either):
        if entry.is_file(follow_symlinks=False):
            yield entry, ""
        else:
            yield from ((inner, entry.name) for inner in _children(entry.path, os.DirEntry.is_file))


def _is_either(entry: os.DirEntry[str], *, follow_symlinks: bool) -> bool:
    return entry.is_file(follow_symlinks=follow_symlinks) or entry.is_dir(follow_symlinks=follow_symlinks)


def _children(folder: str | Path, kind: Callable[..., bool]) -> list[os.DirEntry[str]]:
    """What a folder holds of a kind, links not followed; a folder that is gone or a link itself holds nothing."""
    if not _is_folder(folder):
        return []
    try:
        with os.scandir(folder) as entries:
            found = [one for one in entries if not _PASSING.search(one.name) and kind(one, follow_symlinks=False)]
    except OSError:
        return []
    return sorted(found, key=lambda one: one.name)


def _is_folder(path: str | Path) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def strays(inbox: Path, region: str, period: Period, feeds: set[str]) -> list[Path]:
    """What lies in the period's folder and belongs to no feed: unknown folders, files outside any folder."""
    folder = inbox / region / str(period)
    if not _is_folder(folder):
        return []
    found = sorted(path for path in folder.iterdir() if not _PASSING.search(path.name))
    return [path for path in found if path.name not in feeds or not _is_folder(path)]
