"""The sample county goes in as delivered: all of it but the return with a zero too many, whose correction passes."""

from __future__ import annotations

import shutil

from cunfang import intake
from cunfang.settings import INCLUDE
from intake.county import Q3, Q4, County

SAMPLE, DAWU = INCLUDE / "sample", "420922"


def deliver(county: County, part: str) -> None:
    shutil.copytree(SAMPLE / part, county.settings.inbox, dirs_exist_ok=True)


def test_only_the_deliberate_error_is_refused_and_the_correction_says_the_same_as_the_canonical_files(
    county: County,
) -> None:
    deliver(county, "inbox")
    for period in (Q3, Q4):
        intake.take_in(county.db, county.settings, DAWU, period)
    refused = "SELECT period, feed, sequence FROM raw.submission_state WHERE status <> 'accepted'"
    assert county.rows(refused) == [("2025-Q4", "pboc_credit", 1)]
    blocking = [entry.finding for entry in intake.reported(county.db, DAWU, Q4) if entry.finding.blocking]
    assert [(finding.check, finding.cell) for finding in blocking] == [("PBC-V010", "J10")]
    delivered = [path for period in (Q3, Q4) for path in (SAMPLE / "inbox" / DAWU / str(period)).rglob("*.*")]
    assert county.rows("SELECT count(*) FROM raw.submission") == [(len(delivered),)]

    deliver(county, "corrections")
    intake.take_in(county.db, county.settings, DAWU, Q4)
    office = facts(county)
    # What the demo would stop at: every finding of what stands is corrected or explained by the sample itself.
    stood = "SELECT period, check_id, explained_by FROM ops.finding_state WHERE is_explained ORDER BY period"
    assert county.rows("SELECT feed, check_id, message FROM ops.finding_state WHERE NOT is_explained") == []
    assert county.rows(stood) == [(str(period), "TXL-Q010", "县地税局征管股") for period in (Q3, Q4)]
    for feed in ("pboc_credit", "tax_national", "tax_local", "balances"):
        shutil.copytree(
            SAMPLE / "canonical" / DAWU / str(Q4) / feed,
            county.settings.inbox / DAWU / str(Q4) / feed,
            dirs_exist_ok=True,
        )
    intake.take_in(county.db, county.settings, DAWU, Q4)
    assert county.rows(refused) == [("2025-Q4", "pboc_credit", 1)]
    assert facts(county) == office
    assert all(office)


def facts(county: County) -> list[list[tuple[object, ...]]]:
    """What stands for the fourth quarter of the feeds that offices deliver in forms of their own."""
    tables = {
        "credit": "institution, as_of, deposits, loans, loans_sme, loans_medium_long, npl, deposits_year_start",
        "tax": "institution, tax_type, window_from, window_to, paid, local_part",
        "balance": "account, as_of, balance, matures_on",
    }
    return [
        county.rows(
            f"SELECT {columns} FROM core.{table} JOIN raw.standing_submission USING (submission_id, region)"
            " WHERE period = '2025-Q4' ORDER BY 1, 2, 3, 4"
        )
        for table, columns in tables.items()
    ]
