"""QA queues follow their labeling queues: what gets a status there is asked about here.

Whoever follows may do so twice, or from the start: the store leaves out what is asked about
already, and refuses what was not known as it is now. How far this process has looked is no more
than a saving.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from allocator.ports import Asked, Checks, Content, Finished, Ledger, Place, QaQueue, Views
from dibs import errors

AT_ONCE = 100
GONE_WRONG = (errors.QueueNotFound, errors.QueueArchived, errors.DataSubmitted)

Decode = Callable[[bytes], Sequence[Any]]
"""The units in the body of a submission."""


class Checking:
    """Brings finished items into the QA queues that look at them."""

    def __init__(
        self, *, ledger: Ledger, checks: Checks, content: Content, views: Views, decode: Decode
    ) -> None:
        self._ledger = ledger
        self._checks = checks
        self._content = content
        self._views = views
        self._decode = decode
        self._seen: dict[tuple[int, int], tuple[int, Place]] = {}

    async def follow(self, project: int) -> None:
        """Bring in what the project's QA queues have to ask about."""
        for of in await self._checks.queues(project):
            await self.drive(project, of)

    async def begin(self, project: int, queue: int) -> None:
        """The same for one queue, that was made or changed just now."""
        for of in await self._checks.queues(project):
            if of.queue == queue:
                await self.drive(project, of)

    async def drive(self, project: int, of: QaQueue) -> None:
        """Go on from where this process stopped, until nothing is left or somebody else goes on."""
        set_seq, after = self._seen.get((project, of.queue), (0, Place()))
        after = after if set_seq == of.set_seq else Place()
        while page := await self._step(project, of, after):
            after = page
            self._seen[project, of.queue] = (of.set_seq, after)

    async def _step(self, project: int, of: QaQueue, after: Place) -> Place | None:
        """Some more; None: there are no more, or what is known of them is too old."""
        page = await self._checks.finished(project, of, after, AT_ONCE)
        if not page.items:
            return None
        due = [item for item in page.items if await self._is_due(project, of, item)]
        if not due:
            return page.last
        try:
            outcome = await self._ledger.change(
                *(project, "add_qa", None, 0),
                queue=of.queue,
                as_of=page.as_of,
                tasks=[_told(item) for item in due],
            )
        except GONE_WRONG:
            return None
        if outcome.word in ("stale_entry", "not_found"):
            return None
        await self._views.wait_for(project, outcome.seq)
        return page.last

    async def _is_due(self, project: int, of: QaQueue, item: Finished) -> bool:
        """Whether the item has a status that the queue takes, and was not asked about since."""
        whole = len(item.statuses) == of.source_slots
        taken = not of.takes or set(item.statuses) <= of.takes
        late = 0 < of.upto < item.changed_seq
        if not whole or not taken or late:
            return False
        if item.asked is None:
            return True
        if item.asked.made_seq > item.changed_seq:
            return False
        judged = item.asked.judged == of.slots
        return not judged or await self._has_changed(project, item, item.asked)

    async def _has_changed(self, project: int, item: Finished, asked: Asked) -> bool:
        """Whether any unit is another one than when it was judged.

        A submission without units does not say what it is: one that came since is another.
        """
        for then, now in zip(asked.submitted, item.submitted, strict=True):
            if then == now or not now:
                continue
            before, after = await self._units(project, then), await self._units(project, now)
            if before != after or not after:
                return True
        return False

    async def _units(self, project: int, seq: int) -> dict[str, tuple[str, bytes]]:
        """Class and digest of the units that were submitted by an event, by their ids."""
        if not seq:
            return {}
        body = (await self._ledger.event_at(project, seq)).body
        content = int(body["content"])
        work = await self._content.get(project, content) if content else body["inline"]
        return {unit.unit_id: (unit.class_name, unit.digest) for unit in self._decode(work)}


def _told(item: Finished) -> list[Any]:
    return [item.entry, item.item, item.class_, item.priority, sorted(item.people)]
