"""What only QA queues have among their settings: whose items they look at, and which."""

from __future__ import annotations

import dataclasses
import json

from allocator.model import QueueSettings
from allocator.ports import Content, Directory, Ledger
from allocator.services.outcomes import value
from dibs import errors

SOURCE = "queue.source_queue_id"
STATUSES = "queue.source_statuses"


def check_type(settings: QueueSettings, source_id: str, *, is_qa: bool) -> None:
    """Only a QA queue looks at another one, and it does. Raises InvalidArgument."""
    if is_qa and not source_id:
        raise errors.InvalidArgument(SOURCE, "must name a labeling queue if type is QA")
    if not is_qa and (source_id or settings.source_statuses or not settings.follow):
        field = SOURCE if source_id else STATUSES if settings.source_statuses else "queue.follow"
        raise errors.InvalidArgument(field, "must not be set unless type is QA")


class Sources:
    """Labeling queues, as the QA queues over them see them."""

    def __init__(self, directory: Directory, ledger: Ledger, content: Content) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content

    async def of(self, project: int, source_id: str, settings: QueueSettings) -> QueueSettings:
        """The settings of a QA queue that is made over the one with this id.

        Raises QueueNotFound, InvalidArgument.
        """
        source = await self._directory.queue(project, source_id)
        if source is None:
            raise errors.QueueNotFound(source_id)
        return await self.chosen(project, dataclasses.replace(settings, source=source))

    async def chosen(self, project: int, settings: QueueSettings) -> QueueSettings:
        """The same settings, with numbers of statuses, and up to which event it follows.

        What is known of a labeling queue that was deleted since stays as it is.

        Raises QueueNotFound, InvalidArgument.
        """
        try:
            outcome = await self._ledger.read(project, "queue", queue=settings.source)
        except errors.QueueNotFound:
            if settings.source_statuses and not settings.takes:
                raise
            return settings
        found = value(outcome)
        if found["rules"].get("source"):
            raise errors.InvalidArgument(SOURCE, "must be a labeling queue")
        names = json.loads(await self._content.get(project, found["content"]))["statuses"]
        upto = settings.upto if settings.upto > 0 else outcome.seq
        return dataclasses.replace(
            settings,
            takes=_numbers(settings.source_statuses, names),
            upto=0 if settings.follow else upto,
        )


def _numbers(chosen: tuple[str, ...], names: list[str]) -> tuple[int, ...]:
    for place, name in enumerate(chosen):
        if name not in names:
            right = f"must be a status of the labeling queue: {', '.join(map(repr, names))}"
            raise errors.InvalidArgument(f"{STATUSES}[{place}]", right)
    return tuple(sorted(names.index(name) + 1 for name in chosen))
