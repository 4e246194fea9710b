"""Several files of one feed at once: each is a version of its own and the last one stands, which should be meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Engine, text

from cunfang.feeds.contract import contract
from cunfang.intake.faults import SEVERAL
from cunfang.intake.inbox import Delivery
from cunfang.intake.submissions import clean, keep_findings

_ARRIVED = text("""
    SELECT a.submission_id, max(e.happened_at) AS registered_at
    FROM raw.arrival AS a
    INNER JOIN raw.submission_event AS e ON a.submission_id = e.submission_id AND e.status = 'registered'
    WHERE (a.path, a.file_size, a.modified_ns) = (:key, :size, :modified)
    GROUP BY a.submission_id
""")


def note_several(engine: Engine, registered: Iterable[Delivery]) -> None:
    """Keep a finding with the last of each group of files that came together; once per registration.

    Nothing is said where several files are meant: where each counts for itself, or where a file may hold a part.
    """
    together: dict[tuple[object, ...], list[Delivery]] = defaultdict(list)
    for one in registered:
        together[one.region, one.period, one.feed, one.reporter].append(one)
    groups = [group for group in together.values() if len(group) > 1 and not contract(group[0].feed).several]
    if groups:
        with engine.begin() as connection:
            for group in groups:
                _note(connection, group)


def _note(connection: Connection, group: Sequence[Delivery]) -> None:
    arrived = [
        (one, row)
        for one in group
        for row in connection.execute(_ARRIVED, {"key": one.key, "size": one.size, "modified": one.modified_ns})
    ]
    if len({row.submission_id for _, row in arrived}) < 2:
        return
    names = [clean(one.path.name) for one, _ in arrived]
    last, row = arrived[-1]
    facts = {"feed": last.feed, "count": len(names), "names": "、".join(names), "last": names[-1]}
    keep_findings(
        connection,
        [SEVERAL.finding(file=names[-1], **facts)],
        row.registered_at,
        region=last.region,
        period=last.period,
        submission_id=row.submission_id,
    )
