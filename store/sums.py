"""Sums of counters: a row for each queue, or for each state of a person's tasks in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from allocator.answers_figures import MemberFigures, ProjectFigures
from allocator.model import TaskState
from store.assignment_list import OF_PROJECT
from store.postgres import Postgres
from store.task_row import COUNTED

_OVERDUE: Final = "q.due_ms BETWEEN 1 AND $2 AND q.remaining > 0"
_SUMS: Final = ("total", "remaining", "annotated", "with_issues", "for_review")
_PROJECT: Final = f"""
SELECT count(*) AS queues, count(*) FILTER (WHERE q.status <= 2) AS open_queues,
       count(*) FILTER (WHERE {_OVERDUE}) AS overdue_queues,
       coalesce(sum(q.remaining) FILTER (WHERE {_OVERDUE}), 0)::bigint AS overdue,
       ({OF_PROJECT}) AS assignments,
       {", ".join(f"coalesce(sum(q.{n}), 0)::bigint AS {n}" for n in (*_SUMS, *COUNTED.values()))}
  FROM view_queue q WHERE q.project = $1 AND NOT q.archived"""
_PEOPLE: Final = f"""
SELECT c.value AS person, c.dimension AS state, sum(c.tasks)::bigint AS tasks,
       coalesce(sum(c.tasks) FILTER (WHERE {_OVERDUE}), 0)::bigint AS overdue
  FROM view_count c JOIN view_queue q USING (project, queue)
 WHERE c.project = $1 AND c.dimension = ANY ($3) AND c.value = ANY ($4)
 GROUP BY c.value, c.dimension"""
_STATES: Final = {name: state for state, name in COUNTED.items()}
_HAVE: Final = frozenset({TaskState.ASSIGNED, TaskState.IN_PROGRESS, TaskState.RETURNED})
_HAVE_OR_DID: Final = [
    COUNTED[state]
    for state in (
        *sorted(_HAVE),
        *(TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED),
    )
]


class Sums:
    """Implements allocator.ports.Sums."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def project(self, project: int, now_ms: int) -> ProjectFigures:
        """Of all queues that are not archived."""
        [row] = await self._postgres.fetch(_PROJECT, project, now_ms)
        names = ("queues", "open_queues", "overdue_queues", "overdue", "assignments", *_SUMS)
        by_state = {state: row[name] for name, state in _STATES.items() if row[name]}
        return ProjectFigures(**{name: row[name] for name in names}, by_state=by_state)

    async def people(
        self, project: int, people: Sequence[int], now_ms: int
    ) -> Mapping[int, MemberFigures]:
        """Of each of them, in all queues."""
        by_state: dict[int, dict[TaskState, int]] = {person: {} for person in people}
        overdue: Counter[int] = Counter()
        arguments = (project, now_ms, _HAVE_OR_DID, list(people))
        for row in await self._postgres.fetch(_PEOPLE, *arguments) if people else ():
            state = _STATES[row["state"]]
            by_state[row["person"]][state] = row["tasks"]
            overdue[row["person"]] += row["overdue"] if state in _HAVE else 0
        return {
            person: MemberFigures(
                by_state=found,
                remaining=sum(tasks for state, tasks in found.items() if state in _HAVE),
                overdue=overdue[person],
            )
            for person, found in by_state.items()
        }
