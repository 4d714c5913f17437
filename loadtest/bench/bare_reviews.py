"""Reviews on bare functions: a queue whose work is reviewed, authors, and what waits."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from audit.review_state import APPROVE, REVIEWS, stage_of
from loadtest.bench.bare import QUEUE, UNLIMITED, Project

AT_ONCE: Final = 100
"""Tasks that one Reserve may ask for."""
RULES: Final = {
    "on": 1,
    "lease_ms": UNLIMITED,
    "max_held": UNLIMITED,
    "fallback_ms": 0,
    "early": 0,
    "threshold": 0,
    "same": 0,
    "backlog": 0,
}
WORK: Final[dict[str, Any]] = {
    "status": 1,
    "meaning": 1,
    "spent_ms": 5,
    "content": 0,
    "digest": "",
    "inline": "",
}


class Reviews:
    """The reviews of a project's queue, each of a submission with so many units, all drawn."""

    def __init__(self, project: Project, authors: Sequence[int], units: int) -> None:
        self.project = project
        self.authors = authors
        self.people = project.people
        self.left = 0
        """Reviews that a decision about all units did not finish."""
        self._units = list(range(1, units + 1))
        self._settings_seq = 0
        self._held: deque[tuple[int, int, int]] = deque()
        self._turn = itertools.count()

    async def open(self) -> None:
        """From here on all that is submitted is reviewed, by whoever comes."""
        settings: dict[str, Any] = {"rules": RULES, "content": 1, "people": []}
        reply = await self.project.change("change_review", queue=QUEUE, expected=0, **settings)
        self._settings_seq = reply.seq

    async def wait(self, count: int) -> None:
        """So many more reviews wait: of new entries, the authors in turn."""
        await self.project.fill(count)
        while count > 0:
            author = self.authors[next(self._turn) % len(self.authors)]
            token, tasks = await self.project.grant(author, min(AT_ONCE, count))
            await asyncio.gather(*(self._submit(author, task, token) for task in tasks))
            count -= len(tasks)

    async def _submit(self, author: int, entry: int, token: int) -> None:
        group = {"candidates": [], "units": self._units, "by": 0}
        given: dict[str, Any] = {"round": 1, "known": 0, "resolve": 0, "missing": 0}
        lists: dict[str, Any] = {"gone": [], "authors": [], "rejects": [], "groups": [group]}
        await self.project.change(
            *("submit",),
            person=author,
            entry=entry,
            slot=1,
            token=token,
            settings_seq=self._settings_seq,
            units=len(self._units),
            review=given | lists,
            sampled="",
            **WORK,
        )

    async def take(self, person: int) -> list[int]:
        """Reserve one, with a request id, as a client does: which it is, from 1."""
        _, given = await self.project.grant(person, queue=stage_of(QUEUE))
        return [entry - REVIEWS for entry in given]

    async def hand_out(self, people: Sequence[int], count: int) -> None:
        """Somebody holds each of the next so many, in turn."""
        for n in range(count):
            person = people[n % len(people)]
            token, given = await self.project.grant(person, queue=stage_of(QUEUE))
            self._held += [(person, entry, token) for entry in given]

    async def decide(self, _: int) -> list[int]:
        """Approve all units of the next one that is held, by its holder: which it is, from 1."""
        person, entry, token = self._held.popleft()
        event = await self.project.asked(
            *("decide", person),
            entry=entry,
            slot=1,
            token=token,
            decisions=[[unit, APPROVE] for unit in self._units],
            missing=0,
            content=0,
            experts="",
        )
        self.left += not event.body["ended"]
        return [entry - REVIEWS]
