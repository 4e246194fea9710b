"""A folder of files taken into a warehouse that is gone afterwards: a period, and what a rule book reads of before."""

from __future__ import annotations

import importlib
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from cunfang.evaluation.history import earlier_periods
from cunfang.finding import Finding
from cunfang.intake import take_in
from cunfang.period import Period
from cunfang.rulebook import Rulebook
from cunfang.settings import settings
from cunfang.warehouse import engine
from cunfang.warehouse.embedded import throwaway

STEPS = {"read": "已读取", "accepted": "已接受", "rejected": "被退回", "waiting": "等名册"}
Say = Callable[[str], None]


class NothingDeliveredError(Exception):
    """The inbox has no file for the region and period; the message says where one should lie."""


def require_files(inbox: Path, region: str, period: Period) -> None:
    """NothingDeliveredError where nothing was delivered for `region` and `period`."""
    if not _has_files(inbox, region, period):
        folder = inbox / region / str(period)
        raise NothingDeliveredError(f"{folder} 里没有报送文件；应为 {folder}/<报送>/<文件>")


def _has_files(inbox: Path, region: str, period: Period) -> bool:
    return any(path.is_file() for path in (inbox / region / str(period)).glob("*/**/*"))


@contextmanager
def taken_in(
    inbox: Path, region: str, period: Period, rulebooks: Sequence[Rulebook], say: Say
) -> Iterator[tuple[Engine, list[Finding]]]:
    """The warehouse with the files of `period`, and what was found in them.

    Of earlier periods that lie in the inbox come in those whose figures a rule book reads (year start, last year); of
    what is found there only what kept a file out is told.
    """
    # The checks' library takes seconds to import; PostgreSQL starts meanwhile.
    importing = threading.Thread(target=importlib.import_module, args=("great_expectations",), daemon=True)
    importing.start()
    with throwaway() as url, tempfile.TemporaryDirectory(prefix="cunfang-") as var:
        say("载入校验规则")
        importing.join()
        place = replace(settings(), warehouse_url=url, inbox=inbox.resolve(), var=Path(var))
        database = engine(url)
        try:
            found: list[Finding] = []
            for then in (*_earlier(database, inbox, region, period, rulebooks), period):
                new = take_in(database, place, region, then, _progress(say, "" if then == period else f"{then} "))
                found += new if then == period else [item for item in new if item.blocking]
            yield database, found
        finally:
            database.dispose()


def _progress(say: Say, then: str) -> Callable[[str, str], None]:
    return lambda feed, step: say(f"{then}{feed} {STEPS.get(step, step)}")


def _earlier(database: Engine, inbox: Path, region: str, period: Period, rulebooks: Sequence[Rulebook]) -> list[Period]:
    with database.connect() as connection:
        wanted = {then for book in rulebooks for then in earlier_periods(connection, period, book)}
    return sorted(then for then in wanted if _has_files(inbox, region, then))
