"""Hand-written logs with reviews: annotators 2, 3, 4, and reviewers 5, 6, 7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audit.review_state import EXPERT, REVIEW, REVIEWS, STAGE
from tests.audit.log import LEASE_MS, Log, Task, ready

REVIEWER = 8
STAGE_1 = REVIEW * STAGE + 1
EXPERTS_1 = EXPERT * STAGE + 1


def review_rules(**changes: int) -> dict[str, int]:
    """How a queue is reviewed, as an event writes it."""
    return {
        "on": 1,
        "lease_ms": 10_000,
        "max_held": 100,
        "fallback_ms": 60_000,
        "early": 0,
        "threshold": 0,
        "same": 0,
        "backlog": 0,
    } | changes


class Reviews:
    """What is done about reviews in a log."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.made = 0

    def change(self, queue: int = 1, **rules: int) -> int:
        return self.log.add("review_changed", queue=queue, rules=review_rules(**rules), content=1)

    def new(
        self,
        *units: int,
        person: int = 0,
        stage: int = STAGE_1,
        by: int = 0,
        rejected: Sequence[Task] = (),
        others: Sequence[int] = (),
    ) -> list[Any]:
        """What an event says of a review task that it makes."""
        self.made += 1
        before = [list(pair) for pair in rejected]
        candidates = [person] if person else []
        number = REVIEWS + self.made
        return [number, stage, person, by, list(units), before, list(others), candidates]

    def submit(
        self, person: int, task: Task, *made: Any, token: int = 0, state: int = 0, **said: Any
    ) -> int:
        """The task is given, and submitted for these reviews, by one who did so alone."""
        token = token or self.log.grant(person, task)
        review: dict[str, Any] = {
            "round": 1,
            "reviews": list(made),
            "gone": [],
            "resolved": 0,
            "authors": [person],
            "missing": 0,
        }
        state = state or (5 if made else 6)
        return self.log.submit(person, task, token, state=state, review=review | said)

    def grant(self, person: int, *numbers: int, stage: int = STAGE_1, **changes: Any) -> int:
        tasks = [(REVIEWS + number, 1) for number in numbers]
        return self.log.grant(person, *tasks, queue=stage, **changes)

    def decide(
        self,
        person: int,
        number: int,
        token: int,
        *units: tuple[int, int, int],
        of: Sequence[int] = (1, 1),
        stage: int = STAGE_1,
        **changes: Any,
    ) -> int:
        """(unit, decision, what it is then) each; by this the review and its round end well."""
        ended, request = changes.get("ended", 1), changes.pop("request", None)
        body: dict[str, Any] = {
            "queue": stage,
            "person": person,
            "entry": REVIEWS + number,
            "slot": 1,
            "token": token,
            "of": list(of),
            "author": 2,
            "units": [list(unit) for unit in units],
            "missing": 0,
            "content": 0,
            "deadline": 0 if ended else self.log.clock + LEASE_MS,
            "ended": ended,
            "state": 6 if ended else 0,
            "made": [],
            "cancelled": [],
        }
        return self.log.add("decided", request, **body | changes)

    def fix(self, person: int, *units: int, task: Task = (1, 1), **changes: Any) -> int:
        body: dict[str, Any] = {
            "queue": 1,
            "person": person,
            "entry": task[0],
            "slot": task[1],
            "units": list(units),
            "content": 0,
        }
        return self.log.add("fixed", **body | changes)

    def fall_back(self, *numbers: int) -> int:
        return self.log.add("fell_back", entries=[REVIEWS + number for number in numbers])


def reviewed(entries: int = 3, slots: int = 1, **rules: int) -> tuple[Log, Reviews]:
    """A queue whose work is reviewed."""
    log = ready(people=3, entries=entries, slots=slots)
    for person in (5, 6, 7):
        log.member(person, roles=REVIEWER)
    reviews = Reviews(log)
    reviews.change(**rules)
    return log, reviews
