"""What QA queues are to be asked; implements allocator.ports.Checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from allocator.ports import Asked, Finished, FinishedPage, Place, QaQueue, Source
from store.postgres import Postgres

if TYPE_CHECKING:
    from store.postgres import Connection

_QUEUES: Final = """
SELECT q.queue, q.set_seq, q.slots, s.queue AS source, s.slots AS source_slots,
       ARRAY(SELECT e::integer FROM jsonb_array_elements_text(
                 coalesce(nullif(q.rules -> 'takes', '{}'), '[]')) AS e) AS takes,
       (q.rules ->> 'upto')::bigint AS upto
  FROM view_queue q
  JOIN view_queue s ON s.project = q.project AND s.queue = (q.rules ->> 'source')::bigint
 WHERE q.project = $1 AND (q.rules ->> 'source')::bigint > 0
   AND NOT q.archived AND q.submitted_wall = 0
 ORDER BY q.queue"""
_SOURCE: Final = "SELECT source, source_entry FROM view_qa WHERE project = $1 AND entry = $2"
_POSITION: Final = "SELECT seq FROM view_position WHERE project = $1"
_NEXT: Final = """
SELECT updated_seq AS seq, entry, slot FROM view_task
 WHERE project = $1 AND queue = $2 AND state IN (6, 7)
   AND updated_seq >= $3 AND (updated_seq, entry, slot) > ($3, $4, $5)
 ORDER BY updated_seq, entry, slot LIMIT $6"""
_SLOTS: Final = """
SELECT entry, item, class, priority, status, person, submitter, submitted_seq, updated_seq, done
  FROM view_task WHERE project = $1 AND entry = ANY ($2) AND state IN (6, 7) ORDER BY entry, slot"""
_AUTHORS: Final = "SELECT entry, person FROM view_author WHERE project = $1 AND entry = ANY ($2)"
_ASKED: Final = """
SELECT DISTINCT ON (q.source_entry) q.source_entry, q.made_seq, q.submitted,
       (SELECT count(*) FROM view_task t
         WHERE t.project = q.project AND t.entry = q.entry AND t.state IN (6, 7)) AS judged
  FROM view_qa q WHERE q.project = $1 AND q.source_entry = ANY ($2) AND q.queue = $3
 ORDER BY q.source_entry, q.entry DESC"""


class Checks:
    """Reads of the views, each as of one moment."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def source(self, project: int, entry: int) -> Source | None:
        """What the QA tasks of an entry are about; None: it is none for QA."""
        row = await self._postgres.fetchrow(_SOURCE, project, entry)
        return Source(*row) if row else None

    async def queues(self, project: int) -> Sequence[QaQueue]:
        """The QA queues that may change, of labeling queues that are there."""
        rows = await self._postgres.fetch(_QUEUES, project)
        return [QaQueue(**{**row, "takes": frozenset(row["takes"])}) for row in rows]

    async def finished(self, project: int, of: QaQueue, after: Place, limit: int) -> FinishedPage:
        """The items of the next tasks behind `after`, at most `limit`; none: that is all."""
        async with self._postgres.moment() as connection:
            as_of = await connection.fetchval(_POSITION, project) or 0
            rows = await connection.fetch(_NEXT, project, of.source, *after, limit)
            last = Place(*rows[-1]) if rows else after
            entries = sorted({row["entry"] for row in rows})
            items = await _items(connection, project, of, entries)
        return FinishedPage(as_of=as_of, last=last, items=items)


async def _items(
    connection: Connection, project: int, of: QaQueue, entries: Sequence[int]
) -> Sequence[Finished]:
    slots: dict[int, list[Any]] = defaultdict(list)
    people: dict[int, set[int]] = defaultdict(set)
    for row in await connection.fetch(_SLOTS, project, entries):
        slots[row["entry"]].append(row)
        people[row["entry"]] |= {row["person"], row["submitter"], *row["done"]} - {0}
    for row in await connection.fetch(_AUTHORS, project, entries):
        people[row["entry"]].add(row["person"])
    asked = {
        row["source_entry"]: _asked(row)
        for row in await connection.fetch(_ASKED, project, entries, of.queue)
    }
    return [_item(slots[entry], people[entry], asked.get(entry)) for entry in entries]


def _asked(row: Any) -> Asked:
    return Asked(made_seq=row["made_seq"], submitted=row["submitted"], judged=row["judged"])


def _item(slots: Sequence[Any], people: set[int], asked: Asked | None) -> Finished:
    first = slots[0]
    return Finished(
        entry=first["entry"],
        item=first["item"],
        class_=first["class"],
        priority=first["priority"],
        statuses=[slot["status"] for slot in slots],
        submitted=[slot["submitted_seq"] for slot in slots],
        people=frozenset(people),
        changed_seq=max(slot["updated_seq"] for slot in slots),
        asked=asked,
    )
