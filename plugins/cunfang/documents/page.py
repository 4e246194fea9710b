"""The page of a run: one HTML file without scripts or remote parts, for var/ and for the approver."""

from __future__ import annotations

from sqlalchemy import Connection

from cunfang.documents.correction import correction_view
from cunfang.documents.loading import load_result
from cunfang.documents.result import RunResult
from cunfang.documents.templates import render
from cunfang.documents.view import result_view
from cunfang.documents.words import KLASSES, SAMPLE, feed_name
from cunfang.orders.correction import recorded
from cunfang.orders.priced import Correction


def result_page(connection: Connection, run_id: int) -> str:
    """The page of run `run_id`; RunNotFoundError when there is none."""
    return build(load_result(connection, run_id), recorded(connection, run_id))


def build(result: RunResult, correction: Correction | None = None) -> str:
    """The page of a run that was read already; that of a correction says what it changes."""
    return render(
        "page/result.html.j2",
        view=result_view(result),
        change=None if correction is None else correction_view(correction),
        klasses=KLASSES,
        feed_name=feed_name,
        sample=SAMPLE,
    )
