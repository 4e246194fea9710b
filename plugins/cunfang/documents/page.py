"""The page of a run: one HTML file without scripts or remote parts, for var/ and for the approver."""

from __future__ import annotations

from sqlalchemy import Connection

from cunfang.documents.loading import load_result
from cunfang.documents.result import RunResult
from cunfang.documents.templates import render
from cunfang.documents.view import result_view
from cunfang.documents.words import KLASSES, SAMPLE, feed_name


def result_page(connection: Connection, run_id: int) -> str:
    """The page of run `run_id`; RunNotFoundError when there is none."""
    return build(load_result(connection, run_id))


def build(result: RunResult) -> str:
    """The page of a run that was read already."""
    return render("page/result.html.j2", view=result_view(result), klasses=KLASSES, feed_name=feed_name, sample=SAMPLE)
