"""Dealing: what comes into a queue whose work is distributed goes to its people, chunk by chunk.

Who gets what is computed here, from what one read told; the store does it only if nothing of
that has changed meanwhile. So any number may deal at once, and a kill costs nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from allocator.model import EQUAL, Dealing
from allocator.ports import Deals, Directory, EntryPlace, Groups, Items, Ledger, Views
from allocator.services.outcomes import some, value
from allocator.strategies.distribution import Addition, Share, distribute
from dibs.errors import QueueArchived, QueueNotFound

CHUNK: Final = 100
"""Tasks of one event."""
QUEUES_AT_ONCE: Final = 100
MEMBERS_AT_ONCE: Final = 1_000
TRIES: Final = 20
"""Each change by somebody else between reading and dealing costs one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """What one chunk is dealt from: all of it as of one moment, but for who is in a group."""

    upto: int
    among: str
    given: Mapping[int, float]
    set_seq: int
    skills: Mapping[int, frozenset[int]]
    """Per person the classes that they may do."""
    entries: Sequence[tuple[int, int, Sequence[int], frozenset[int]]]
    """(entry, class, free slots, who may not have any)."""


class DealingOut:
    """Deals until nothing is left that nobody has decided about."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        deals: Deals,
        items: Items,
        groups: Groups,
        directory: Directory,
        views: Views,
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._deals = deals
        self._items = items
        self._groups = groups
        self._directory = directory

    async def follow(self, project: int) -> None:
        """Deal out what has come into the project's queues."""
        for queue in await self._deals.behind(project, QUEUES_AT_ONCE):
            await self.drive(project, queue)

    async def drive(self, project: int, queue: int) -> None:
        """Deal until all that the queue has is decided about; where people pull, nothing."""
        tries = TRIES
        while tries:
            try:
                done = await self._step(project, queue)
            except (QueueNotFound, QueueArchived):
                return
            if done is None:
                return
            tries = TRIES if done else tries - 1

    async def _step(self, project: int, queue: int) -> bool | None:
        """Deal a chunk. None: there is nothing to deal; False: something changed, look again."""
        outcome = await self._ledger.read(project, "queue", queue=queue)
        found = value(outcome)
        rules = found["rules"]
        dealing = Dealing(rules["distributed"])
        if dealing is Dealing.NONE:
            return None
        size = max(1, CHUNK // rules["slots"])
        entries = await self._deals.entries_after(project, queue, found["upto"], size)
        if not entries:
            return None
        if some(rules["groups"]):
            await self._views.wait_for(project, outcome.seq)
        shares = await self.shares(project, rules)
        hand = await self._hand(project, queue, [share.person for share in shares], entries)
        if hand.upto != found["upto"]:
            return False
        weights = await self._weights(project, entries, dealing)
        among = _hash(dealing, shares)
        given = hand.given if hand.among == among else {}
        additions = [one for entry in hand.entries for one in _additions(entry, hand, weights)]
        dealt = distribute(shares, given, additions, weighted=dealing is Dealing.BY_WEIGHT)
        came = await self._items.places(project, entries)
        outcome = await self._ledger.change(
            *(project, "deal", None, 0),
            queue=queue,
            expected=hand.upto,
            set_seq=hand.set_seq,
            upto=entries[-1],
            among=among,
            tasks=[
                _told(one, person, came[one.entry], weights)
                for one, person in zip(additions, dealt.people, strict=True)
                if person is not None
            ],
        )
        return outcome.word == "ok"

    async def shares(self, project: int, rules: Mapping[str, Any]) -> list[Share]:
        """Those who are listed; else equal shares for whom the queue allows."""
        if listed := some(rules["shares"]):
            return [
                Share(person, Fraction(1) if load == EQUAL else Fraction(str(load)))
                for person, load in listed
            ]
        people = set(some(rules["allowed"]))
        for group in some(rules["groups"]):
            people |= await self._members(project, group)
        return [Share(person, Fraction(1)) for person in sorted(people)]

    async def _members(self, project: int, group: int) -> set[int]:
        names: list[str] = []
        after = ""
        while page := await self._groups.members(project, group, after, MEMBERS_AT_ONCE):
            names += page
            after = page[-1]
        return set((await self._directory.people(project, names)).values())

    async def _hand(
        self, project: int, queue: int, people: Sequence[int], entries: Sequence[int]
    ) -> _Hand:
        came = await self._items.places(project, entries)
        outcome = await self._ledger.read(
            *(project, "dealt"),
            queue=queue,
            people=list(people),
            entries=[[entry, came[entry].class_, came[entry].priority] for entry in entries],
        )
        found = value(outcome)
        rows = some(found["entries"])
        skills = some(found["skills"])
        return _Hand(
            upto=found["upto"],
            among=found["among"],
            given=dict(some(found["given"])),
            set_seq=found["set_seq"],
            skills={
                person: frozenset(some(classes))
                for person, classes in zip(people, skills, strict=True)
            },
            entries=[
                (entry, class_, some(free), frozenset(some(not_they)))
                for entry, (class_, free, not_they) in zip(entries, rows, strict=True)
            ],
        )

    async def _weights(
        self, project: int, entries: Sequence[int], dealing: Dealing
    ) -> Mapping[int, float]:
        """What each entry counts; by number each counts one."""
        if dealing is Dealing.BY_NUMBER:
            return {}
        items = await self._items.of_entries(project, entries)
        return {entry: item.weight for entry, item in items.items()}


def _additions(
    row: tuple[int, int, Sequence[int], frozenset[int]],
    hand: _Hand,
    weights: Mapping[int, float],
) -> list[Addition]:
    entry, class_, free, not_they = row
    may = frozenset(person for person, classes in hand.skills.items() if class_ in classes)
    return [
        Addition(entry, slot, weights.get(entry, 1), may=may, without=not_they) for slot in free
    ]


def _told(
    one: Addition, person: int, came: EntryPlace, weights: Mapping[int, float]
) -> list[float]:
    """A task as the store is told it."""
    weight = float(weights.get(one.entry, 1))
    return [one.entry, one.slot, came.class_, came.priority, person, weight]


def _hash(dealing: Dealing, shares: Sequence[Share]) -> str:
    """Tells people and loads apart: what was given counts only while they are the same."""
    told = repr((int(dealing), [(share.person, str(share.load)) for share in shares]))
    return hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()
