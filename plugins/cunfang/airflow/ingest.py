"""Tasks of the `ingest_<feed>` DAGs: each calls one step of the intake room, and is safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk import task

from cunfang.airflow.assets import FED, MOVED, OUTBOX, PERIOD_READY, feed_asset
from cunfang.airflow.partition import partition_key
from cunfang.airflow.wait import Poll, Wait
from cunfang.settings import INCLUDE

NOT_FEEDS = {"reading"}


def feeds() -> list[str]:
    """The feeds that have a contract; names only, so that parsing a DAG file reads no contract."""
    return sorted(path.stem for path in (INCLUDE / "feeds").glob("*.yaml") if path.stem not in NOT_FEEDS)


class NewFileTrigger(Poll):
    """Over when the inbox holds a file of the feed that was not seen before."""

    def there(self) -> bool:
        from cunfang.intake import pending
        from cunfang.settings import settings
        from cunfang.warehouse import engine

        return bool(pending(engine(settings().warehouse_url), settings().inbox, self.asked["feed"]))


class RegistersTrigger(Poll):
    """Over when the registers that any of the submissions refers to have been accepted, or there is none."""

    def there(self) -> bool:
        from cunfang.intake import waiting_for_nothing
        from cunfang.settings import settings
        from cunfang.warehouse import engine

        asked, place = self.asked["submission_ids"], settings()
        return not asked or bool(waiting_for_nothing(engine(place.warehouse_url), asked, place.inbox))


class NewFileSensor(Wait):
    """Until a new file of `feed` lies in the inbox; a run with `wait: false` goes on at once."""

    def __init__(self, *, feed: str, **options: Any) -> None:
        super().__init__(**options)
        self.feed = feed

    def execute(self, context: Mapping[str, Any]) -> None:
        if context["params"]["wait"]:
            self.wait(NewFileTrigger(feed=self.feed))


class RegistersSensor(Wait):
    """Until the registers that the landed submissions refer to stand: no bank is known before there is a register.

    One run takes in the files of many counties. Those whose register stands go on; the others stay, registered and
    read, and are taken up by the next run, or the next morning once they can be.
    """

    template_fields: Sequence[str] = ("submission_ids",)

    def __init__(self, *, submission_ids: Any, **options: Any) -> None:
        super().__init__(**options)
        self.submission_ids = submission_ids

    def execute(self, context: Mapping[str, Any]) -> None:
        self.wait(RegistersTrigger(submission_ids=list(self.submission_ids)))


@task
def land(feed: str) -> list[int]:
    """Register every new file of the feed by its sha-256, before anything reads it."""
    from cunfang import intake
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    return intake.land(engine(settings().warehouse_url), settings(), feed)


@task
def read(submission_ids: list[int]) -> list[int]:
    """Take the records out of each file, every value with its cell."""
    from cunfang import intake
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    for submission_id in submission_ids:
        intake.read(engine(settings().warehouse_url), settings(), submission_id)
    return submission_ids


@task
def check(submission_ids: list[int]) -> list[int]:
    """Type the records and run the feed's suite; findings go to ops, pages to var/data-docs.

    Gives those that were checked: one whose register is still to come is left for later.
    """
    from cunfang import intake
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    database = engine(settings().warehouse_url)
    ready = intake.to_check(database, submission_ids, settings().inbox)
    for submission_id in ready:
        intake.check(database, settings(), submission_id)
    return ready


def accept(feed: str) -> Any:
    """The task that decides on a feed's submissions and announces what became of them."""
    return _accept.override(task_id="accept", outlets=[feed_asset(feed), *FED, PERIOD_READY, OUTBOX])


@task
def _accept(feed: str, submission_ids: list[int], *, outlet_events: Any = None) -> dict[str, str]:
    """Accept or refuse each submission; announce the feed's partition, what else lives on its table, and `period_ready`
    where nothing is missing.
    """
    from cunfang.airflow.announce import after_decision, with_orders
    from cunfang.settings import settings
    from cunfang.warehouse import engine

    database = engine(settings().warehouse_url)
    decided = after_decision(database, submission_ids)
    for region, period in decided.accepted:
        outlet_events[feed_asset(feed)].add_partitions(partition_key(region, period))
    for asset, tables in FED.items():
        fed = decided.fed(tables)
        for region, period in with_orders(database, fed) if asset == MOVED else fed:
            outlet_events[asset].add_partitions(partition_key(region, period))
    for region, period in decided.ready:
        outlet_events[PERIOD_READY].add_partitions(partition_key(region, period))
    for region, period in decided.refused:
        outlet_events[OUTBOX].add_partitions(partition_key(region, period))
    return decided.statuses
