"""What becomes of each unit that is reviewed, by the events alone, and against its row.

Counted apart from the audit's model: by whom a unit was decided about, in which review, and
what it was in the end. A unit that an expert rejected is never looked at again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from audit.review_state import APPROVED, DECIDED, DELETED, EXPERT, REJECT, STAGE
from audit.state import FINISHED
from store.events import Event

Task = tuple[int, int]
DECIDED_ONCE, NOT_OWN, FOR_EVER, AT_THE_END = (
    "decisions in a review that has the unit",
    "decisions by others than the author",
    "rejections for good",
    "reviewed units at their end",
)
ROWS = "rows of reviewed units"
_ROWS = "SELECT entry, slot, unit, state, reviewer FROM view_unit WHERE project = $1"


class Expects(Protocol):
    """Where what was looked at is counted, and what does not hold is kept."""

    def expect(self, what: str, holds: object, sentence: str) -> None: ...


@dataclass(slots=True, kw_only=True)
class Units:
    """The units of a project, event by event."""

    found: Expects
    authors: defaultdict[Task, set[int]] = field(default_factory=lambda: defaultdict(set))
    waiting: dict[int, tuple[Task, set[int]]] = field(default_factory=dict)
    """By review: of which task it is, and its units without a decision."""
    states: defaultdict[Task, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    """The last decision about each unit …"""
    deciders: dict[tuple[Task, int], int] = field(default_factory=dict)
    """… and whose it was."""
    for_ever: defaultdict[Task, set[int]] = field(default_factory=lambda: defaultdict(set))
    passed: set[Task] = field(default_factory=set)
    """Tasks whose last review ended well, and with which nothing happened since."""

    def take(self, event: Event) -> None:
        """One event more."""
        body = event.body
        for review in body.get("cancelled") or ():
            self.waiting.pop(review, None)
        if event.kind == "submitted":
            self._submitted(body)
        elif event.kind == "decided":
            self._decided(body)
        elif event.kind in ("lot_closed", "lot_judged"):
            for entry, slot, made, _, *state in body["tasks"] or ():
                self._drawn((entry, slot), made or ())
                self._judged((entry, slot), *state)
        elif event.kind in ("reviews_added", "status_set", "objected", "reopened"):
            for entry, slot, *rest in body["tasks"]:
                self.passed.discard((entry, slot))
                if len(rest) > 7 and rest[7]:
                    self._drawn((entry, slot), rest[7]["reviews"] or ())
        elif event.kind in ("status_removed", "removed", "cleared"):
            self.passed -= {(task[0], task[1]) for task in body.get("tasks") or ()}

    def _submitted(self, body: Mapping[str, Any]) -> None:
        task = body["entry"], body["slot"]
        self.passed.discard(task)
        self.authors[task].add(body["person"])
        if body["review"]:
            self.states[task].update(dict.fromkeys(body["review"]["gone"] or (), DELETED))
            self._drawn(task, body["review"]["reviews"] or ())

    def _drawn(self, task: Task, reviews: Iterable[Any]) -> None:
        for review, _, _, _, units, *_ in reviews:
            self.waiting[review] = task, set(units)
            again = self.for_ever[task] & set(units)
            self.found.expect(FOR_EVER, not again, f"{again} of {task} are reviewed once more")

    def _decided(self, body: Mapping[str, Any]) -> None:
        review, person = body["entry"], body["person"]
        task, left = self.waiting.get(review, ((0, 0), set()))
        own = person in self.authors[task]
        self.found.expect(NOT_OWN, not own, f"person {person} decided about {task}, their own")
        for unit, action, state in body["units"]:
            told = f"unit {unit} of {task} was decided about in {review}, which waits for {left}"
            self.found.expect(DECIDED_ONCE, unit in left, told)
            left.discard(unit)
            self.states[task][unit] = state
            self.deciders[task, unit] = person
            if body["queue"] // STAGE == EXPERT and action == REJECT:
                self.for_ever[task].add(unit)
        if body["ended"]:
            self.waiting.pop(review, None)
        self._drawn(task, body["made"] or ())
        self._judged(task, body["state"])

    def _judged(self, task: Task, state: int = 0) -> None:
        if state in FINISHED:
            self.passed.add(task)
            self._ended(task)

    def _ended(self, task: Task) -> None:
        """With its task done, each unit that was ever drawn has one state, and keeps it."""
        waits = [review for review, (of, _) in self.waiting.items() if of == task]
        self.found.expect(AT_THE_END, not waits, f"{task} is done, and {waits} wait")
        for unit, state in self.states[task].items():
            told = f"{task} is done, and unit {unit} is {state}"
            self.found.expect(AT_THE_END, state in DECIDED, told)
            if unit in self.for_ever[task]:
                told = f"unit {unit} of {task} was rejected for good, and is {state}"
                self.found.expect(FOR_EVER, state != APPROVED, told)

    async def compare(self, connection: Any, project: int) -> None:
        """The rows say the same of the tasks that have passed."""
        rows = {
            (row["entry"], row["slot"], row["unit"]): (row["state"], row["reviewer"])
            for row in await connection.fetch(_ROWS, project)
        }
        for task, unit, state in self._final():
            shown = rows.get((*task, unit))
            right = state, self.deciders.get((task, unit), 0)
            told = f"unit {unit} of {task} is {right}, its row says {shown}"
            self.found.expect(ROWS, shown == right, told)

    def _final(self) -> Iterator[tuple[Task, int, int]]:
        for task in self.passed:
            for unit, state in self.states[task].items():
                yield task, unit, state
