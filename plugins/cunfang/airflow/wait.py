"""Waiting without a slot: a trigger asks again and again, and the task goes on when the answer is yes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from airflow.sdk import BaseSensorOperator
from airflow.triggers.base import BaseTrigger, TriggerEvent

POKE = 2.0
"""Seconds between two looks, unless a trigger says otherwise."""


class Poll(BaseTrigger):
    """Asks `there` again and again off the event loop; one event when the answer is yes."""

    def __init__(self, **asked: Any) -> None:
        super().__init__()
        self.asked = asked

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", self.asked

    async def run(self) -> AsyncIterator[TriggerEvent]:
        import asyncio

        while not await asyncio.to_thread(self.there):
            await asyncio.sleep(self.interval())
        yield TriggerEvent(True)

    def there(self) -> bool:
        """Whether the wait is over."""
        raise NotImplementedError

    def interval(self) -> float:
        """Seconds until the next look."""
        return POKE


class Wait(BaseSensorOperator):
    """Waits deferred: no slot is held, however long it takes."""

    def wait(self, trigger: Poll) -> None:
        """Go on at once where there is nothing to wait for."""
        if not trigger.there():
            self.defer(trigger=trigger, method_name="done")

    def done(self, context: Mapping[str, Any], event: bool) -> None:
        """The trigger has seen what was waited for."""
