"""Settings of queues: the store's numbers with the names from content.

Cached with the `settings_seq` they were read at. A function that was given
older ones refuses before it writes; then they are read again.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allocator.model import (
    DEFAULT_STATUSES,
    EQUAL,
    Dealing,
    Meaning,
    Priority,
    QueueSettings,
    SkipPolicy,
    Status,
)
from allocator.origin import NO_PIPELINE, Channel, Pipeline
from allocator.ports import Content, Ledger
from allocator.services import review_rules
from allocator.services.outcomes import some, value
from allocator.strategies import distribution
from allocator.strategies.pulling import OutOfBoundsError, Pulling
from dibs import errors
from reviewqueue.settings import ReviewSettings

MOST_CACHED = 10_000


_TEXTS = ("description", "recipe_ref", "instruction_ref", "source_query")


def body_of(settings: QueueSettings) -> bytes:
    """The part of the settings that is text: kept as content, never in the log."""
    body = {
        "display_name": settings.display_name,
        "statuses": [status.name for status in settings.statuses],
        "unit_classes": list(settings.classes),
        "tags": list(settings.tags),
        "related": list(settings.related),
        "channel": int(settings.channel),
        "pipeline": dataclasses.asdict(settings.pipeline),
        "metadata": dict(settings.metadata),
        "source_statuses": list(settings.source_statuses),
        **{name: getattr(settings, name) for name in _TEXTS},
    }
    return json.dumps(body, sort_keys=True, ensure_ascii=False).encode()


def check_batches(settings: QueueSettings) -> None:
    """A queue without batches has neither size; one with them has both in bounds.

    Raises InvalidArgument, which names the range.
    """
    if settings.batch_size == settings.max_workload == 0:
        return
    try:
        Pulling(batch_size=settings.batch_size, max_batch_workload=settings.max_workload)
    except OutOfBoundsError as wrong:
        raise errors.InvalidArgument(f"queue.batches.{wrong.name}", str(wrong)) from None


def check_shares(settings: QueueSettings) -> None:
    """Loads are all equal, or add up; there are people for all slots; batches are something else.

    Raises InvalidArgument.
    """
    if settings.distributed and settings.batch_size:
        raise errors.InvalidArgument("queue.batches", "must not be set with a distribution")
    if not settings.shares:
        return
    loads = [load for _, load in settings.shares]
    if EQUAL in loads and set(loads) != {EQUAL}:
        place = loads.index(EQUAL)
        right = "must be set, as it is for others"
        raise errors.InvalidArgument(f"queue.distribution.shares[{place}].load", right)
    try:
        distribution.shares_of(
            [person for person, _ in settings.shares],
            None if EQUAL in loads else loads,
            slots=settings.slots,
        )
    except distribution.WrongSharesError as wrong:
        raise errors.InvalidArgument("queue.distribution.shares", str(wrong)) from None


def check_origin(settings: QueueSettings) -> None:
    """Only what a pipeline made belongs to one. Raises InvalidArgument."""
    if settings.channel is not Channel.PIPELINE and settings.pipeline != NO_PIPELINE:
        raise errors.InvalidArgument("queue.pipeline", "must not be set unless channel is PIPELINE")


UNKNOWN = -1
"""The event up to which a QA queue takes what is finished, before it is written anywhere."""
DEFAULT_NAMES = tuple(status.name for status in DEFAULT_STATUSES)
"""Every queue has these statuses, and first."""
_NUMBERS = ("slots", "lease_ms", "max_held", "batch_size", "max_workload", "max_skips")
_IDS = ("owner", "due_ms")


def rules_of(settings: QueueSettings) -> dict[str, Any]:
    """The part of the settings that allocation depends on: numbers, for the event and Redis."""
    return {
        **{name: getattr(settings, name) for name in (*_NUMBERS, *_IDS)},
        "priority": int(settings.priority),
        "allowed": sorted(settings.allowed),
        "groups": sorted(settings.groups),
        "restricted": int(settings.restricted),
        "statuses": [int(status.meaning) for status in settings.statuses],
        "skip_policy": int(settings.skip_policy),
        "allow_pick": int(settings.allow_pick),
        "manual": int(settings.manual),
        "hidden": int(settings.hidden),
        "reassess": int(settings.reassess),
        "distributed": int(settings.distributed),
        "shares": [list(share) for share in settings.shares],
        "source": settings.source,
        "takes": list(settings.takes),
        "upto": settings.upto if settings.upto or settings.follow else UNKNOWN,
    }


def settings_of(found: Mapping[str, Any], body: bytes, queue: int) -> QueueSettings:
    """Settings from the rules that a read or an event has, and their texts."""
    rules, texts = found["rules"], json.loads(body)
    meanings = [Meaning(number) for number in some(rules["statuses"])]
    return QueueSettings(
        queue=queue,
        settings_seq=int(found.get("settings_seq", 0)),
        display_name=texts["display_name"],
        **_plain(rules, texts),
        **_around(texts),
        priority=Priority(rules["priority"]),
        allowed=frozenset(some(rules["allowed"])),
        groups=frozenset(some(rules["groups"])),
        restricted=bool(rules["restricted"]),
        statuses=tuple(
            Status(name=name, meaning=meaning)
            for name, meaning in zip(texts["statuses"], meanings, strict=True)
        ),
        classes=tuple(texts["unit_classes"]),
        skip_policy=SkipPolicy(rules["skip_policy"]),
        allow_pick=bool(rules["allow_pick"]),
        manual=bool(rules.get("manual", 0)),
        hidden=bool(rules.get("hidden", 0)),
        reassess=bool(rules.get("reassess", 0)),
        distributed=Dealing(rules["distributed"]),
        shares=tuple((int(person), float(load)) for person, load in some(rules["shares"])),
        **_of_qa(rules, texts),
    )


def _of_qa(rules: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    """What only a QA queue has. Rules may have none of it."""
    upto = int(rules.get("upto", 0))
    return {
        "source": int(rules.get("source", 0)),
        "source_statuses": tuple(texts.get("source_statuses", ())),
        "takes": tuple(some(rules.get("takes"))),
        "follow": upto == 0,
        "upto": upto,
    }


def _plain(rules: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that are numbers and texts as they stand."""
    numbers = {name: int(rules[name]) for name in (*_NUMBERS, *_IDS)}
    return numbers | {name: texts[name] for name in _TEXTS}


def _around(texts: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept for others. A content may have none of it."""
    return {
        "tags": tuple(texts.get("tags", ())),
        "related": tuple(texts.get("related", ())),
        "channel": Channel(texts.get("channel", Channel.WORKFLOW)),
        "pipeline": Pipeline(**texts.get("pipeline", {})),
        "metadata": texts.get("metadata", {}),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a process knows of a queue: its settings, and how its work is reviewed."""

    settings: QueueSettings
    review: ReviewSettings


class SettingsCache:
    """The settings of the queues that this process has met."""

    def __init__(self, ledger: Ledger, content: Content) -> None:
        self._ledger = ledger
        self._content = content
        self._known: dict[tuple[int, int], Known] = {}

    async def get(self, project: int, queue: int) -> QueueSettings:
        """The settings as this process knows them."""
        return (await self.whole(project, queue)).settings

    async def reload(self, project: int, queue: int) -> QueueSettings:
        """The settings as they are now, of a queue that has tasks.

        Raises QueueNotFound if it was deleted.
        """
        return (await self.reload_whole(project, queue)).settings

    async def whole(self, project: int, queue: int) -> Known:
        """The settings, with those of its reviews, as this process knows them."""
        known = self._known.get((project, queue))
        return known or await self.reload_whole(project, queue)

    async def fresh(self, project: int, queue: int) -> Known:
        """The same, with reviews as they are now. Raises QueueNotFound if it was deleted."""
        known = self._known.get((project, queue))
        outcome = await self._ledger.read(project, "queue", queue=queue)
        if known and known.review.set_seq == int(value(outcome)["review_seq"]):
            return known
        return await self.reload_whole(project, queue)

    async def reload_whole(self, project: int, queue: int) -> Known:
        """The same, as they are now. Raises QueueNotFound if it was deleted."""
        outcome = await self._ledger.read(project, "queue", queue=queue)
        body = await self._content.get(project, int(value(outcome)["content"]))
        known = Known(
            settings=settings_of(value(outcome), body, queue),
            review=await self._review(project, queue, int(value(outcome)["review_seq"])),
        )
        if len(self._known) >= MOST_CACHED:
            self._known.clear()
        self._known[(project, queue)] = known
        return known

    async def _review(self, project: int, queue: int, seq: int) -> ReviewSettings:
        """What event `seq` (0: none) said about reviews."""
        if not seq:
            return ReviewSettings(queue=queue)
        event = (await self._ledger.event_at(project, seq)).body
        body = await self._content.get(project, int(event["content"]))
        return review_rules.settings_of(queue, event["rules"], body, seq)
