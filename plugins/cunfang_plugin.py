"""What Airflow must be told of cunfang: its timetable, and the heavy imports in the process that forks workers."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from cunfang.airflow.preload import warm
from cunfang.airflow.timetable import CalendarTimetable
from cunfang.settings import HOME

warm(
    dags=HOME / "dags",
    modules=(
        "cunfang.airflow.announce",
        "cunfang.documents.files",
        "cunfang.evaluation.official",
        "cunfang.intake",
        "cunfang.orders",
    ),
)


class CunfangPlugin(AirflowPlugin):
    """Registered under one module name in every component, so that a serialised timetable is found again."""

    name = "cunfang"
    timetables = [CalendarTimetable]  # noqa: RUF012 - the plugin manager reads a plain class attribute
