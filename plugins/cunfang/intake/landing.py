"""Land: a file is registered and its bytes kept before anybody reads it (promise 1)."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from cunfang.feeds.contract import contract
from cunfang.intake.faults import UNREADABLE
from cunfang.intake.inbox import SETTLE_SECONDS, Delivery, new_deliveries
from cunfang.intake.several import note_several
from cunfang.intake.submissions import clean, event, keep_findings, locked, undecided
from cunfang.settings import Settings

_CHUNK = 1 << 20


def land(engine: Engine, settings: Settings, feed: str, settle: float = SETTLE_SECONDS) -> list[int]:
    """Register every new file of `feed`; the submissions of the feed that wait for a decision, oldest first.

    The same bytes for the same region, period, feed and reporter are the same submission. Delivered again after they
    were rejected, they are taken up once more, as the contract or a register may have been corrected since.
    """
    register(engine, settings, new_deliveries(engine, settings.inbox, feed, settle))
    return undecided(engine, feed)


def register(engine: Engine, settings: Settings, deliveries: Iterable[Delivery]) -> None:
    """Keep the bytes of each delivery and register it; one that changes while it is copied waits for the next time."""
    came = list(deliveries)
    for delivery in came:
        try:
            sha256, size = store(delivery.path, settings.archive)
        except UnreadableError as error:
            _unreadable(engine, delivery, error)
            continue
        if size == delivery.size and _unchanged(delivery):
            with engine.begin() as connection:
                _register(connection, delivery, sha256, contract(delivery.feed).provider)
    note_several(engine, came)


def _unchanged(delivery: Delivery) -> bool:
    """Whether the file is still the one that was seen: its bytes were copied while nobody wrote them."""
    try:
        facts = delivery.path.lstat()
    except OSError:
        return False
    return (facts.st_size, facts.st_mtime_ns) == (delivery.size, delivery.modified_ns)


class UnreadableError(Exception):
    """The bytes of a delivered file cannot be had; any other error is our own archive's."""


def store(path: Path, archive: Path) -> tuple[str, int]:
    """Copy the bytes of `path` to `archive/<sha[:2]>/<sha>`; their sha-256 and count. Nobody ever sees half a copy."""
    archive.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=archive, delete=False) as copy:
        try:
            for chunk in chunks(path):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
            place = archived(archive, digest.hexdigest())
            place.parent.mkdir(exist_ok=True)
            Path(copy.name).replace(place)
        except BaseException:
            Path(copy.name).unlink(missing_ok=True)
            raise
    return digest.hexdigest(), size


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file; a link put in its place is not followed, a pipe or device is not waited for."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as source:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise UnreadableError("不是普通文件")
            while chunk := source.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error


def archived(archive: Path, sha256: str) -> Path:
    """Where the bytes with this digest are kept."""
    return archive / sha256[:2] / sha256


_SAME = "(region, period, feed, reporter) = (:region, :period, :feed, :reporter)"
_KNOWN = text(f"SELECT submission_id FROM raw.submission WHERE {_SAME} AND sha256 = :sha256")  # noqa: S608
_NEW = text(
    "INSERT INTO raw.submission (region, period, feed, reporter, sequence, provider, sha256, file_name, file_size)"  # noqa: S608
    " SELECT :region, :period, :feed, :reporter, coalesce(max(sequence), 0) + 1, :provider, :sha256, :name, :size"
    f" FROM raw.submission WHERE {_SAME} RETURNING submission_id"
)
_ARRIVAL = text(
    "INSERT INTO raw.arrival (path, file_size, modified_ns, submission_id) VALUES (:key, :size, :modified, :id)"
    " ON CONFLICT DO NOTHING RETURNING submission_id"
)


def _register(connection: Connection, delivery: Delivery, sha256: str, provider: str) -> None:
    """One transaction: submission, event, arrival; a second worker waits and then finds it done."""
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('cunfang.land'), hashtext(:feed))"), {"feed": delivery.feed}
    )
    facts: dict[str, object] = {
        "region": delivery.region,
        "period": str(delivery.period),
        "feed": delivery.feed,
        "reporter": clean(delivery.reporter),
        "sha256": sha256,
        "provider": provider,
        "name": clean(delivery.path.name),
        "key": delivery.key,
        "size": delivery.size,
        "modified": delivery.modified_ns,
    }
    known = connection.scalar(_KNOWN, facts)
    if known is None:
        known = connection.execute(_NEW, facts).scalar_one()
        event(connection, known, "registered", "已登记，尚未读取。")
        connection.execute(_ARRIVAL, facts | {"id": known})
        return
    arrived = connection.scalar(_ARRIVAL, facts | {"id": known})
    if arrived is not None and locked(connection, known).status == "rejected":
        event(connection, known, "registered", "原件再次送达，重新读取。")


_SAID = text(
    "SELECT finding_id FROM ops.finding WHERE submission_id IS NULL"
    " AND (region, period, file_name, message) = (:region, :period, :file, :message) LIMIT 1"
)


def _unreadable(engine: Engine, delivery: Delivery, error: UnreadableError) -> None:
    """Keep one finding about a file whose bytes cannot be had; it is tried again at the next landing."""
    name = clean(delivery.path.name)
    fault = UNREADABLE.finding(file=name, reason=error)
    facts = {"region": delivery.region, "period": str(delivery.period), "file": name, "message": fault.message}
    with engine.begin() as connection:
        if connection.scalar(_SAID, facts) is None:
            moment = connection.execute(text("SELECT now()")).scalar_one()
            keep_findings(
                connection, [fault], moment, region=delivery.region, period=delivery.period, submission_id=None
            )
