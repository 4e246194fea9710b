"""All faults of a file in one round: what a file that reading refuses has wrong besides."""

from __future__ import annotations

from dataclasses import replace

from cunfang.feeds.contract import Contract
from cunfang.feeds.faults import Fault
from cunfang.feeds.normalise import normalise
from cunfang.feeds.record import Reading
from cunfang.finding import Finding
from cunfang.quality.basis import Basis
from cunfang.quality.gate import check

ROWS_STAND = frozenset({Fault.MISSING_COLUMN, Fault.UNKNOWN_COLUMN, Fault.FLOW_COLUMN, Fault.RAGGED_ROW})
"""Faults that leave the other columns and rows as they are; after any other, amounts or days may be taken wrongly."""


def rows_stand(reading: Reading) -> bool:
    """Whether the rows that were read of a refused file are what the provider meant, as far as they go."""
    return bool(reading.records) and {one.check for one in reading.findings if one.blocking} <= ROWS_STAND


def further(contract: Contract, reading: Reading, basis: Basis, *, region: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """What can be said of the rows of a refused file, beside `reading.findings`.

    Cells that are no figure or no day are named in any case. The suite is applied where the rows can be trusted; of a
    column that is missing nothing more is said. The rows were not kept, so that no finding has a `record_no`.
    """
    if not reading.records:
        return ()
    typed = normalise(contract, reading, basis.register, basis.period, region=region)
    found = typed.findings
    if rows_stand(reading):
        found = check(contract, typed, basis, file=reading.file).findings
    lacking = {finding.column for finding in reading.findings if finding.check == Fault.MISSING_COLUMN}
    return tuple(replace(one, record_no=None) for one in found if one.column not in lacking)
