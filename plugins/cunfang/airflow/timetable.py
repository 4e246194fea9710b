"""The calendar on which DAGs of ours run, with partitions named by the tasks themselves."""

from __future__ import annotations

from airflow.timetables.trigger import CronTriggerTimetable


class CalendarTimetable(CronTriggerTimetable):
    """Runs on a cron; which `region|period` a run is about shows only when a file has been read (S14, S25)."""

    partitioned_at_runtime = True
