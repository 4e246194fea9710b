"""Runs on other terms, beside a run that stands: laid as copies, evaluated in batches, and rolled back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection, text

from cunfang.evaluation import RunStoppedError, compute
from cunfang.feeds.contract import contract
from cunfang.finding import Finding
from cunfang.rulebook import Rulebook, store_rulebook
from cunfang.warehouse.copy import copy_rows
from cunfang.warehouse.sql import run

BATCH = 100
"""Variants that are evaluated together: enough to share the cost of a step, few enough to show progress."""
# Numbers that no sequence reaches, apart for each session: a simulation uses up no number of a run or a receipt.
_FAR = 4 * 10**18
_PER_SESSION = 10**9


@dataclass(frozen=True)
class Patch:
    """Other values in one row that a run reads, by column; `drop` leaves the row out."""

    submission_id: int
    feed: str
    record_no: int
    changes: tuple[tuple[str, str], ...] = ()
    drop: bool = False


@dataclass(frozen=True)
class Decree:
    """A decision that was not taken: `exclude` a bank, or the `quota` T in yuan."""

    kind: Literal["exclude", "quota"]
    institution: str | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class Variant:
    """One evaluation on other terms: the inputs of `template`, another rule book, decisions more, figures changed."""

    template: int
    rulebook: Rulebook = field(repr=False)
    decrees: tuple[Decree, ...] = ()
    patches: tuple[Patch, ...] = ()


@dataclass(frozen=True)
class Tried:
    """What became of a variant: its run, or the questions that it stopped at."""

    run_id: int | None
    questions: tuple[Finding, ...] = ()


@contextmanager
def tried(connection: Connection, variants: Sequence[Variant]) -> Iterator[list[Tried]]:
    """Evaluate `variants` together; their rows can be read inside and are gone afterwards.

    A variant that stops with a question is left out and says so; the others are evaluated without it.
    """
    outcome: dict[int, Tried] = {}
    while True:
        waiting = [index for index in range(len(variants)) if index not in outcome]
        savepoint = connection.begin_nested()
        try:
            run_ids = dict(zip(waiting, _lay(connection, [variants[i] for i in waiting]), strict=True))
            try:
                compute(connection, list(run_ids.values()))
            except RunStoppedError as stopped:
                outcome |= _stopped(stopped, run_ids)
                continue
            outcome |= {index: Tried(run_id) for index, run_id in run_ids.items()}
            yield [outcome[index] for index in range(len(variants))]
            return
        finally:
            savepoint.rollback()


def _stopped(stopped: RunStoppedError, run_ids: dict[int, int]) -> dict[int, Tried]:
    found: dict[int, Tried] = {}
    for index, run_id in run_ids.items():
        questions = [item.finding for item in stopped.answers if item.run_id == run_id and item.finding.blocking]
        if questions:
            found[index] = Tried(None, tuple(questions))
    if not found:
        raise stopped
    return found


def _lay(connection: Connection, variants: Sequence[Variant]) -> list[int]:
    """A run per variant with all that it reads, not yet computed."""
    first = _FAR + int(connection.scalar(text("SELECT pg_backend_pid()")) or 0) * _PER_SESSION
    run_ids = [first + number for number in range(1, len(variants) + 1)]
    run(connection, "simulation/10_tables.sql")
    books = {id(one.rulebook): one.rulebook for one in variants}
    stored = {key: store_rulebook(connection, rulebook) for key, rulebook in books.items()}
    rows = [(i, one.template, stored[id(one.rulebook)]) for i, one in zip(run_ids, variants, strict=True)]
    copy_rows(connection, "variant", ("run_id", "template_id", "rulebook_id"), rows)
    feeds = _lay_patches(connection, dict(zip(run_ids, variants, strict=True)), first)
    run(connection, "simulation/20_runs.sql")
    run(connection, "simulation/22_submissions.sql")
    run(connection, "simulation/24_inputs.sql")
    for table in sorted({contract(feed).table for feed in feeds}):
        connection.execute(text(_COPY_ROWS.format(table=table)))
    _decree(connection, dict(zip(run_ids, variants, strict=True)), first + _PER_SESSION // 2)
    connection.execute(text("DROP TABLE variant, replaced, patch"))
    return run_ids


# The table is a contract's, not a caller's.
_COPY_ROWS = """
    INSERT INTO {table}
    SELECT p.*
    FROM replaced AS x
    INNER JOIN {table} AS t ON x.original_id = t.submission_id
    LEFT JOIN patch AS c ON x.copy_id = c.copy_id AND t.record_no = c.record_no
    CROSS JOIN
        LATERAL jsonb_populate_record(
            t, coalesce(c.changes, jsonb_build_object()) || jsonb_build_object('submission_id', x.copy_id)
        ) AS p
    WHERE NOT coalesce(c.dropped, FALSE)
"""


def _lay_patches(connection: Connection, variants: dict[int, Variant], first: int) -> set[str]:
    """Which submissions are copied for which run, and what differs in their rows; the feeds concerned."""
    copies: dict[tuple[int, int], int] = {}
    changes: dict[tuple[int, int], dict[str, str]] = {}
    dropped: set[tuple[int, int]] = set()
    for run_id, variant in variants.items():
        for one in variant.patches:
            number = first + len(variants) + len(copies) + 1
            row = (copies.setdefault((run_id, one.submission_id), number), one.record_no)
            changes.setdefault(row, {}).update(one.changes)
            dropped |= {row} if one.drop else set()
    replaced = [(*key, copy, number) for number, (key, copy) in enumerate(copies.items(), start=1)]
    copy_rows(connection, "replaced", ("run_id", "original_id", "copy_id", "number"), replaced)
    patches = [(*row, said, row in dropped) for row, said in changes.items()]
    copy_rows(connection, "patch", ("copy_id", "record_no", "changes", "dropped"), patches)
    return {one.feed for variant in variants.values() for one in variant.patches}


def _decree(connection: Connection, variants: dict[int, Variant], first: int) -> None:
    """Decisions that are assumed come as one more submission of the register, dated the base date."""
    place = text("SELECT region, period, as_of FROM eval.run WHERE run_id = :run_id")
    for number, (run_id, variant) in enumerate(variants.items(), start=1):
        if not variant.decrees:
            continue
        region, period, as_of = connection.execute(place, {"run_id": run_id}).one()
        submission_id = first + number
        digest = hashlib.sha256(f"what-if {submission_id}".encode()).hexdigest()
        head = (submission_id, region, period, "decisions", _sequence(submission_id), "测算", digest, "测算", 0)
        copy_rows(connection, "raw.submission", _SUBMISSION, [head])
        row = (run_id, submission_id, "decisions", "decisions", period, digest)
        copy_rows(connection, "eval.run_input", _INPUT, [row])
        decisions = (_decision(submission_id, n, region, as_of, one) for n, one in enumerate(variant.decrees, start=1))
        copy_rows(connection, "core.decision", _DECISION, decisions)


_SUBMISSION = ("submission_id", "region", "period", "feed", "sequence", "provider", "sha256", "file_name", "file_size")
_INPUT = ("run_id", "submission_id", "feed", "family", "period", "sha256")
_DECISION = (
    *("submission_id", "record_no", "region", "decision", "kind", "institution", "amount"),
    *("valid_from", "decided_on", "approver"),
)


def _decision(submission_id: int, number: int, region: str, as_of: date, decree: Decree) -> tuple[object, ...]:
    what = (f"测算{number}", decree.kind, decree.institution, decree.amount)
    return (submission_id, number, region, *what, as_of, as_of, "测算")


def _sequence(submission_id: int) -> int:
    """Beyond what any provider delivers, apart for each session; as in simulation/22_submissions.sql."""
    return 10**9 + submission_id // _PER_SESSION % 1000 * 10**6 + submission_id % 10**6
