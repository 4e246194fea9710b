"""Put many counties into an empty corner of the warehouse at once: a submission per feed, typed rows, pinned runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count

from sqlalchemy import Connection, text

from cunfang.rulebook import store_rulebook
from cunfang.warehouse.copy import copy_rows
from evaluation.county import County, delivered_with

FEEDS = (
    *("institutions", "accounts", "balances", "indicators", "pboc_credit"),
    *("decisions", "supervisory_events", "timeliness_events"),
)
# Feeds of which a test may deliver figures of earlier dates.
DATED = ("indicators", "pboc_credit")
_REGIONS = count(100000)

Key = tuple[str, str, str]
"""(region, period, feed) of a submission."""


def load(connection: Connection, counties: Sequence[County]) -> list[int]:
    """Deliver `counties` and register a run for each, in their order; gives the run ids."""
    regions = [f"{next(_REGIONS)}" for _ in counties]
    deliver(connection, dict(zip(regions, counties, strict=True)))
    return register(connection, dict(zip(regions, counties, strict=True)))


def deliver(connection: Connection, counties: dict[str, County]) -> None:
    """Each county's feeds as accepted submissions under its region."""
    keys = [key for region, county in counties.items() for key in _keys(region, county)]
    columns = ("region", "period", "feed", "sequence", "provider", "sha256", "file_name", "file_size")
    rows = ((*key, 1, "示例", _digest(counties[key[0]], key), "示例.csv", 1) for key in keys)
    copy_rows(connection, "raw.submission", columns, rows)
    known = _submissions(connection, list(counties))
    copy_rows(
        connection, "raw.submission_event", ("submission_id", "status"), ((i, "accepted") for i in known.values())
    )
    tables: dict[str, tuple[tuple[str, ...], list[tuple[object, ...]]]] = {}
    for region, county in counties.items():
        came = (item for item in _core(region, county) if item[2][2] not in county.absent)
        for table, columns, key, row in came:
            rows_of = tables.setdefault(table, (("submission_id", "record_no", "region", *columns), []))[1]
            rows_of.append((known[key], len(rows_of) + 1, region, *row))
    for table, (columns, table_rows) in tables.items():
        copy_rows(connection, table, columns, table_rows)


def register(connection: Connection, counties: dict[str, County]) -> list[int]:
    """A run per county that pins all that was delivered for it."""
    rulebooks = {id(c.rulebook): c.rulebook for c in counties.values()}
    ids = {key: store_rulebook(connection, rulebook) for key, rulebook in rulebooks.items()}
    copy_rows(
        connection,
        "eval.run",
        ("region", "period", "as_of", "year_start", "rulebook_id", "input_hash"),
        (
            (region, str(c.period), c.period.end, c.period.year_start, ids[id(c.rulebook)], f"test {region}")
            for region, c in counties.items()
        ),
    )
    runs = _ids(connection, "SELECT region, run_id FROM eval.run WHERE region = ANY(:regions)", list(counties))
    copy_rows(
        connection,
        "eval.run_input",
        ("run_id", "submission_id", "feed", "family", "period", "sha256", "history"),
        (
            (runs[region], submission, feed, *_role(counties[region], period, feed))
            for (region, period, feed), submission in _submissions(connection, list(counties)).items()
        ),
    )
    return [runs[region] for region in counties]


def _role(county: County, period: str, feed: str) -> tuple[str, str, str, bool]:
    """Family, period, digest, and whether it is read for earlier dates alone."""
    history = period != str(county.period) and (feed in DATED or period[:4] != str(county.period.year))
    return "tax" if feed.startswith("tax") else feed, period, "-", history


def _digest(county: County, key: Key) -> str:
    """A file has the digest of what stands in it, as files do."""
    return hashlib.sha256(f"{key} {county}".encode()).hexdigest()


def _ids(connection: Connection, query: str, regions: list[str]) -> dict[str, int]:
    return {row.region: row.run_id for row in connection.execute(text(query), {"regions": regions})}


def _submissions(connection: Connection, regions: list[str]) -> dict[Key, int]:
    query = text("SELECT region, period, feed, submission_id FROM raw.submission WHERE region = ANY(:regions)")
    return {(region, period, feed): i for region, period, feed, i in connection.execute(query, {"regions": regions})}


def _keys(region: str, county: County) -> list[Key]:
    taxes = [(region, str(item.period), item.feed) for item in county.tax] or [(region, str(county.period), "tax")]
    more = [feed for feed, rows in (("targets", county.targets), ("peers", county.peers)) if rows]
    before = [(region, str(delivered_with(item, county.period)), "indicators") for item in county.values]
    before += [(region, str(delivered_with(item, county.period)), "pboc_credit") for item in county.credit]
    keys = dict.fromkeys((*((region, str(county.period), feed) for feed in (*FEEDS, *more)), *taxes, *before))
    return [key for key in keys if key[2] not in county.absent]


Row = tuple[str, tuple[str, ...], Key, tuple[object, ...]]


def _core(region: str, county: County) -> Iterator[Row]:
    """Typed rows: table, columns, the submission they came with, values."""
    period, end = str(county.period), county.period.end
    for b in county.banks:
        columns = ("institution", "name", "type", "opened_on", "closed_on", "successor")
        row = (b.code, f"{b.code}行", b.type, b.opened_on, b.closed_on, b.successor)
        yield "core.institution", columns, (region, period, "institutions"), row
    for a in county.accounts:
        columns = ("account", "institution", "owner", "fund_category", "adjustable", "opened_on", "closed_on")
        row = (a.code, a.bank, a.owner, a.category, a.adjustable, a.opened_on, a.closed_on)
        yield "core.account", columns, (region, period, "accounts"), row
    for a in (*county.accounts, *county.unregistered):
        if a.balance is not None:
            row = (a.code, end, a.balance, a.matures_on)
            yield "core.balance", ("account", "as_of", "balance", "matures_on"), (region, period, "balances"), row
    for v in county.values:
        columns = ("institution", "measure", "as_of", "value")
        key = region, str(delivered_with(v, county.period)), "indicators"
        yield "core.indicator", columns, key, (v.bank, v.measure, v.on or end, v.value)
    for c in county.credit:
        loans = ("loans", "loans_sme", "loans_medium_long", "loans_agri", "loans_year_start")
        columns = ("institution", "as_of", "deposits", "deposits_year_start", *loans)
        key = region, str(delivered_with(c, county.period)), "pboc_credit"
        row = (c.bank, c.on or end, c.deposits, c.deposits_year_start, *(getattr(c, name) for name in loans))
        yield "core.credit", columns, key, row
    for t in county.tax:
        columns = ("institution", "tax_type", "window_from", "window_to", "paid", "local_part")
        row = (t.bank, t.type, t.window_from, t.window_to, t.local * Decimal(2), t.local)
        yield "core.tax", columns, (region, str(t.period), t.feed), row
    yield from _events(region, county)
    yield from _held_against(region, county)


def _held_against(region: str, county: County) -> Iterator[Row]:
    period, end = str(county.period), county.period.end
    for number, t in enumerate(county.targets):
        columns = ("target", "subject", "measure", "operator", "amount", "rate", "year")
        row = (f"T{number}", t.bank, t.measure, ">=", t.amount, t.rate, t.year)
        yield "core.target", columns, (region, period, "targets"), row
    for p in county.peers:
        columns = ("peer", "as_of", "measure", "value", "unit")
        row = (p.peer.format(region=region), end, p.measure, p.value, p.unit)
        yield "core.peer", columns, (region, period, "peers"), row


def _events(region: str, county: County) -> Iterator[Row]:
    period = str(county.period)
    for d in county.decisions:
        columns = (
            "decision",
            "kind",
            "institution",
            "account",
            "amount",
            "valid_from",
            "valid_to",
            "decided_on",
            "approver",
        )
        row = (d.number, d.kind, d.bank, d.account, d.amount, d.valid_from, d.valid_to, d.decided_on, "领导小组")
        yield "core.decision", columns, (region, period, "decisions"), row
    for x in county.violations:
        columns = ("event", "institution", "kind", "severity", "decided_on")
        row = (x.number, x.bank, "withhold", x.severity, x.decided_on)
        yield "core.supervisory_event", columns, (region, period, "supervisory_events"), row
    for e in county.errands:
        columns = ("event", "kind", "institution", "issued_at", "due_at", "done_at", "leg")
        row = (e.number, e.kind, e.bank, e.issued_at, e.due_at, e.done_at, e.leg)
        yield "core.timeliness_event", columns, (region, period, "timeliness_events"), row
