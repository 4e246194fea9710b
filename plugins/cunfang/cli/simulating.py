"""What `cunfang simulate` does: finds the ground, runs what was asked in a transaction, prints it, rolls back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from sqlalchemy import Connection
from sqlalchemy.exc import ArgumentError, OperationalError

from cunfang.cli.options import Exit, console, fail
from cunfang.cli.simulate import Asked, Place
from cunfang.cli.simulated import (
    inverse_object,
    print_inverse_result,
    print_simulation,
    print_stability_result,
    simulated_object,
    stability_object,
)
from cunfang.cli.simulated_book import write_workbook
from cunfang.cli.taking_in import NothingDeliveredError, Say, require_files, taken_in
from cunfang.cli.terms import TermError, all_settings, amount, one_off, rulebook_named
from cunfang.cli.warehouse import WarehouseError, warehouse_url
from cunfang.evaluation import RunStoppedError
from cunfang.evaluation.official import rulebook_of
from cunfang.finding import Finding
from cunfang.period import Period
from cunfang.rulebook import Rulebook, RulebookError
from cunfang.simulation.fault import SimulationError
from cunfang.simulation.ground import Ground, ground
from cunfang.simulation.inverse import invert
from cunfang.simulation.scratch import Variant
from cunfang.simulation.stability import stability
from cunfang.simulation.trial import trial_comparison
from cunfang.simulation.whatif import Terms, simulate, variant_of
from cunfang.warehouse import engine


@contextmanager
def answered() -> Iterator[None]:
    """What was asked wrongly ends with 2, a question of the evaluation with 3; each with a sentence."""
    try:
        yield
    except (SimulationError, TermError, RulebookError, WarehouseError) as error:
        fail(str(error), Exit.USAGE)
    except RunStoppedError as stopped:
        _say_questions(stopped.findings)
        fail("测算停在以上问题；没有保存任何东西", Exit.STOPPED)


def _say_questions(findings: list[Finding]) -> None:
    said = Console(stderr=True)
    for item in findings:
        said.print(f"{item.check} {item.message}", highlight=False, markup=False)
        said.print(f"    → {item.advice}", highlight=False, markup=False, style="dim")


def print_simulated(asked: Asked, xlsx: Path | None) -> None:
    """Run the what-if and print it, as tables or as one object."""
    with _opened(asked.place, _books(asked)) as (connection, say):
        standing, terms = _ground(connection, asked, say), _terms(asked)
        say("考核：现行与假设两种")
        done = simulate(connection, standing, terms)
    if xlsx is not None:
        write_workbook(done, xlsx)
    if asked.place.json:
        _write(simulated_object(done))
    else:
        print_simulation(done, console())


def print_inverse(asked: Asked, bank: str, gain: str) -> None:
    """Find what the bank must do, and print it."""
    wanted = amount(gain)
    with _opened(asked.place, _books(asked)) as (connection, say):
        standing, base = _base(connection, asked, say)
        say("反算")
        done = invert(connection, standing, base, bank, wanted, say)
    if asked.place.json:
        _write(inverse_object(done))
    else:
        print_inverse_result(done, console())


def print_stability(asked: Asked, by: str) -> None:
    """Try other weights, and print how firmly the ranking stands."""
    share = amount(by if by.endswith(("%", "％")) else f"{by}%")
    if not 0 < share < 1:
        raise TermError(f"“{by}”应在 0% 与 100% 之间")
    with _opened(asked.place, _books(asked)) as (connection, say):
        standing, base = _base(connection, asked, say)
        done = stability(connection, standing, base, share, say)
    if asked.place.json:
        _write(stability_object(done))
    else:
        print_stability_result(done, console())


def print_trial(place: Place, xlsx: Path | None) -> None:
    """The stored run on trial beside the official one."""
    with _opened(place) as (connection, _):
        region, period = _where(place)
        done = trial_comparison(connection, region, period)
    if xlsx is not None:
        write_workbook(done, xlsx)
    if place.json:
        _write(simulated_object(done))
    else:
        print_simulation(done, console())


def _write(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _where(place: Place) -> tuple[str, Period]:
    if place.region is None or place.period is None:
        raise TermError("请写明 --region 和 --period，如 --region 420922 --period 2025-Q4")
    return place.region, place.period


def _terms(asked: Asked) -> Terms:
    return Terms(
        rulebook=rulebook_named(asked.rulebook, asked.file),
        settings=all_settings(asked.settings, asked.methods),
        rescale=asked.rescale,
        total=amount(asked.total) if asked.total else None,
        excluded=asked.excluded,
        one_offs=tuple(map(one_off, asked.one_offs)),
    )


def _books(asked: Asked) -> list[Rulebook]:
    """The rule books in play: the one that is held against, and the other one where one is named."""
    region, period = _where(asked.place)
    named = (
        rulebook_named(asked.base, None) or rulebook_of(region, period.end),
        rulebook_named(asked.rulebook, asked.file),
    )
    return [book for book in named if book is not None]


def _ground(connection: Connection, asked: Asked, say: Say) -> Ground:
    region, period = _where(asked.place)
    say("锁定基准批次")
    return ground(connection, region, period, rulebook_named(asked.base, None))


def _base(connection: Connection, asked: Asked, say: Say) -> tuple[Ground, Variant]:
    standing = _ground(connection, asked, say)
    return standing, variant_of(connection, standing, _terms(asked))


@contextmanager
def _opened(place: Place, books: Sequence[Rulebook] = ()) -> Iterator[tuple[Connection, Say]]:
    """A connection whose transaction is never committed, and where to say what is being done."""
    region, period = _where(place)
    if place.inbox is not None and place.database:
        raise TermError("--database 与 --inbox 只写一个")
    with Console(stderr=True).status("准备") as status:
        if place.inbox is not None:
            try:
                require_files(place.inbox, region, period)
            except NothingDeliveredError as error:
                raise TermError(str(error)) from error
            with (
                taken_in(place.inbox, region, period, books, status.update) as (database, _),
                database.connect() as connection,
            ):
                yield connection, status.update
            return
        with _addressed(place.database) as url:
            try:
                database = engine(url)
                connection = database.connect()
            except (ArgumentError, OperationalError) as error:
                raise TermError(f"连不上数据仓库：{str(error).splitlines()[0]}") from error
            try:
                with connection:
                    yield connection, status.update
            finally:
                database.dispose()


@contextmanager
def _addressed(url: str) -> Iterator[str]:
    if url:
        yield url
    else:
        with warehouse_url() as found:
            yield found
