"""The inbox: which delivered files are new. Only looks; `land` takes."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, text

from cunfang.feeds.contract import DOCUMENTS, attaches
from cunfang.intake.submissions import clean
from cunfang.period import Period

SETTLE_SECONDS = 2.0
"""A file touched within this time may still be on its way."""
_REGION = re.compile(r"[0-9]{6}")
_PERIOD = re.compile(r"[0-9]{4}-Q[1-4]")
_PASSING = r"(\.|~\$).*|.*\.(tmp|part|crdownload|filepart)"
_STAYING = re.compile(rf"(?!({_PASSING})$).+", re.IGNORECASE | re.DOTALL)


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
    """Files of `feed` at rest in the inbox, oldest first.

    Hidden, temporary and linked ones are not deliveries, nor the documents of a register: they are taken with it.
    """
    return _in_order(_at_rest(inbox, feed, settle))


def new_deliveries(engine: Engine, inbox: Path, feed: str, settle: float = SETTLE_SECONDS) -> list[Delivery]:
    """Deliveries that were not registered yet as they are now."""
    found = {one.mark: one for one in _at_rest(inbox, feed, settle)}
    if not found:
        return []
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT path, file_size, modified_ns FROM raw.arrival WHERE path = ANY(:paths)"),
            {"paths": [key for key, _, _ in found]},
        )
        seen = {tuple(row) for row in rows}
    return _in_order(one for mark, one in found.items() if mark not in seen)


class _Seen(NamedTuple):
    """A file as it was seen: of the thousands that lie there, only the new ones become deliveries."""

    mark: tuple[str, int, int]
    path: str
    region: str
    period: str
    feed: str
    reporter: str


def _at_rest(inbox: Path, feed: str, settle: float) -> Iterator[_Seen]:
    now = time.time_ns()
    beside = DOCUMENTS if attaches(feed) else ""
    for folder, region, period in _folders(inbox, feed):
        for entry, reporter in _files(folder, beside):
            try:
                facts = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            # A clock that goes ahead dates files in the future; when they came here is known all the same.
            touched = facts.st_mtime_ns if facts.st_mtime_ns <= now else facts.st_ctime_ns
            if settle > 0 and touched > now - int(settle * 1e9):
                continue
            key = clean("/".join((region, period, feed, *filter(None, (reporter, entry.name)))))
            yield _Seen((key, facts.st_size, facts.st_mtime_ns), entry.path, region, period, feed, reporter)


def _in_order(found: Iterable[_Seen]) -> list[Delivery]:
    return [
        Delivery(
            Path(one.path), one.mark[0], one.region, Period.parse(one.period), one.feed, one.reporter, *one.mark[1:]
        )
        for one in sorted(found, key=lambda one: (one.mark[2], one.mark[0]))
    ]


def pending(engine: Engine, inbox: Path, feed: str, settle: float = SETTLE_SECONDS) -> list[Path]:
    """Paths of the files of `feed` that wait to be landed, oldest first."""
    return [one.path for one in new_deliveries(engine, inbox, feed, settle)]


def _folders(inbox: Path, feed: str) -> Iterator[tuple[str, str, str]]:
    if not _is_folder(inbox):
        return
    for region in _children(inbox, os.DirEntry.is_dir, _REGION):
        for period in _children(region.path, os.DirEntry.is_dir, _PERIOD):
            folder = f"{period.path}/{feed}"
            if _is_folder(folder):
                yield folder, region.name, period.name


def _files(folder: str, beside: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Files of the folder, and of folders of reporting institutions in it, with the reporter; `beside` is not one."""
    for entry in _children(folder, _is_either, _STAYING):
        if entry.is_file(follow_symlinks=False):
            yield entry, ""
        elif entry.name != beside:
            yield from ((inner, entry.name) for inner in _children(entry.path, os.DirEntry.is_file, _STAYING))


def _is_either(entry: os.DirEntry[str], *, follow_symlinks: bool) -> bool:
    return entry.is_file(follow_symlinks=follow_symlinks) or entry.is_dir(follow_symlinks=follow_symlinks)


def _children(folder: str | Path, kind: Callable[..., bool], named: re.Pattern[str]) -> list[os.DirEntry[str]]:
    """What a folder holds of a kind and of such names, links not followed; a folder that is gone holds nothing."""
    try:
        with os.scandir(folder) as entries:
            found = [one for one in entries if named.fullmatch(one.name) and kind(one, follow_symlinks=False)]
    except OSError:
        return []
    return sorted(found, key=_name) if len(found) > 1 else found


_name = attrgetter("name")


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
    found = sorted(path for path in folder.iterdir() if _STAYING.fullmatch(path.name))
    return [path for path in found if path.name not in feeds or not _is_folder(path)]
