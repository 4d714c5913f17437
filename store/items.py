"""Items and where their entries are: numbers of the log, rows of Postgres.

Item numbers and entries are ranges (`item_range`, `entry_range`); what a range
stands for never changes, so blocks of it are cached.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import asyncpg

from allocator.model import Item, NewItem, RequestKey, TaskId
from allocator.ports import EntryPlace, ItemRun, Staged
from store.cache import Cache
from store.directory import Directory
from store.heads import heard
from store.imports import Bundle, Imports
from store.postgres import Postgres

BLOCK: Final = 512
"""Entries fetched at once: those handed out next are the neighbours."""
BLOCKS_KEPT: Final = 400
LONGEST_RUN: Final = 10_000
"""No entry_range is longer: bounds the look to the left of an item or entry."""

_QUEUE_OF_REVIEW: Final = "SELECT queue FROM view_review WHERE project = $1 AND review = $2"
_REVIEWED: Final = """
SELECT review, of_entry FROM view_review WHERE project = $1 AND review = ANY ($2)"""
_NUMBER: Final = "r.base + i.ordinal - r.first"
_ROWS: Final = f"""
       {_NUMBER} AS number, r.dataset, i.external_id, i.weight, i.classes,
       i.required_skills, i.attributes"""
_ITEMS_BEHIND: Final = """
WITH start AS (
    SELECT coalesce(max(base), 0) AS base FROM (
        SELECT base FROM item_range
         WHERE project = $1 AND dataset = $2 AND base <= $3 ORDER BY base DESC LIMIT 1) AS s),
ranges AS (
    SELECT r.*, sum(r.count) OVER (ORDER BY r.base) - r.count AS before FROM (
        SELECT * FROM item_range
         WHERE project = $1 AND dataset = $2 AND base >= (SELECT base FROM start)
           AND base + count > $3 + 1
         ORDER BY base LIMIT $4) AS r)
SELECT {columns}
  FROM ranges r
  JOIN item i ON i.project = r.project AND i.import = r.import
             AND i.ordinal >= r.first AND i.ordinal < r.first + r.count
 WHERE r.before < $4 + greatest($3 - (SELECT base FROM start), 0)
   AND r.base + i.ordinal - r.first > $3 AND i.removed = 0
 ORDER BY number LIMIT $4"""
_SKILLS_BEHIND: Final = _ITEMS_BEHIND.format(columns=f"{_NUMBER} AS number, i.required_skills")
_EXTENT_BEHIND: Final = f"""
SELECT count(*), min(number) AS first, max(number) AS last,
       min(required_skills) AS skills, min(required_skills) = max(required_skills) AS alike
  FROM ({_SKILLS_BEHIND}) AS i"""
_RUNS_BEHIND: Final = f"""
SELECT required_skills, min(number) AS first, count(*) AS count FROM (
    SELECT *, number - row_number() OVER (PARTITION BY required_skills ORDER BY number) AS run
      FROM ({_SKILLS_BEHIND}) AS i) AS i
 GROUP BY required_skills, run ORDER BY first"""
_ITEMS_OF_ENTRIES: Final = f"""
SELECT e.first + r.base + i.ordinal - r.first - e.first_item AS entry, e.queue, e.class,
       e.priority, e.wall, {_ROWS}
  FROM entry_range e
 CROSS JOIN LATERAL (SELECT e.first_item + greatest($2 - e.first, 0) AS low,
                            e.first_item + least($3 - e.first, e.count) AS high) AS n
 CROSS JOIN LATERAL (SELECT * FROM item_range x
                      WHERE x.project = $1 AND x.base < n.high
                        AND x.base >= (SELECT coalesce(max(y.base), 0) FROM item_range y
                                        WHERE y.project = $1 AND y.base <= n.low)) AS r
 CROSS JOIN LATERAL (SELECT * FROM item x
                      WHERE x.project = $1 AND x.import = r.import
                        AND x.ordinal >= r.first + greatest(n.low - r.base, 0)
                        AND x.ordinal < r.first + least(n.high - r.base, r.count)
                     OFFSET 0) AS i  -- a scan of the key, whatever the planner has yet to learn
 WHERE e.project = $1 AND e.first > $2 - {LONGEST_RUN} AND e.first < $3
   AND e.first + e.count > $2"""
_NUMBERS: Final = f"""
SELECT {_ROWS}
  FROM item i
  JOIN item_range r ON r.project = i.project AND r.import = i.import
                   AND r.first <= i.ordinal AND i.ordinal < r.first + r.count
 WHERE i.project = $1 AND i.dataset = $2 AND i.external_id = ANY ($3) AND i.removed = 0"""
_IN: Final = f"""
SELECT u.item FROM unnest($3::bigint[]) AS u (item)
 WHERE EXISTS (SELECT FROM entry_range e  -- asked once: it has nothing to do with u
                WHERE e.project = $1 AND e.queue = $2
                  AND e.first_item > $4 - {LONGEST_RUN} AND e.first_item <= $5
                  AND e.first_item + e.count > $4)
   AND EXISTS (SELECT FROM entry_range e WHERE e.project = $1 AND e.queue = $2
                  AND e.first_item <= u.item AND e.first_item > u.item - {LONGEST_RUN}
                  AND u.item < e.first_item + e.count AND {{which}})"""
_NOT_REMOVED: Final = """
NOT EXISTS (SELECT FROM view_removed v
             WHERE v.project = $1 AND v.entry = e.first + u.item - e.first_item)
AND (e.first + u.item - e.first_item
     > (SELECT cleared FROM view_queue q WHERE q.project = $1 AND q.queue = $2)
     OR EXISTS (SELECT FROM view_task t WHERE t.project = $1
                   AND t.entry = e.first + u.item - e.first_item AND t.state <> 9))
AND NOT EXISTS (
    SELECT FROM view_detached d JOIN view_queue q USING (project, queue)
     WHERE d.project = $1 AND d.queue = $2 AND e.first <= d.last
       AND d.dataset = (SELECT r.dataset FROM item_range r WHERE r.project = $1
                           AND r.base <= u.item ORDER BY r.base DESC LIMIT 1)
       AND (e.first + u.item - e.first_item > q.cleared
            AND q.slots > (SELECT count(*) FROM view_task t WHERE t.project = $1
                              AND t.entry = e.first + u.item - e.first_item)
            OR EXISTS (SELECT FROM view_task t WHERE t.project = $1
                          AND t.entry = e.first + u.item - e.first_item
                          AND t.state NOT IN (6, 7, 9))))"""
"""Of what a detachment that goes on is to remove only what is open still: what had ended stays."""


_DELAYED_IN: Final = f"""
SELECT u.item FROM unnest($3::bigint[]) AS u (item)
 WHERE EXISTS (SELECT FROM view_delayed d WHERE d.project = $1 AND d.queue = $2
                  AND d.first_item <= u.item AND d.first_item > u.item - {LONGEST_RUN}
                  AND u.item < d.first_item + d.count)"""
_WAITING: Final = f"""
SELECT d.queue, d.delayed, u.item FROM unnest($3::bigint[]) AS u (item)
  JOIN view_delayed d ON d.project = $1 AND (d.queue = $2 OR $2 = 0)
   AND d.first_item <= u.item AND d.first_item > u.item - {LONGEST_RUN}
   AND u.item < d.first_item + d.count
 ORDER BY d.delayed, u.item"""
_WAITING_AT: Final = """
SELECT u.entry, d.queue, d.first_item + u.entry - d.first AS item
  FROM unnest($2::bigint[]) AS u (entry)
 CROSS JOIN LATERAL (SELECT * FROM view_delayed x WHERE x.project = $1 AND x.first <= u.entry
                      ORDER BY x.first DESC LIMIT 1) AS d
 WHERE u.entry < d.first + d.count"""
_OF_NUMBERS: Final = f"""
SELECT {_ROWS}
  FROM unnest($2::bigint[]) AS u (item)
 CROSS JOIN LATERAL (SELECT * FROM item_range x WHERE x.project = $1 AND x.base <= u.item
                      ORDER BY x.base DESC LIMIT 1) AS r
  JOIN item i ON i.project = $1 AND i.import = r.import AND i.ordinal = r.first + u.item - r.base"""
_ENTRIES_OF: Final = f"""
SELECT e.first + $2 - e.first_item AS entry FROM view_queue q
 CROSS JOIN LATERAL (SELECT * FROM entry_range x WHERE x.project = $1 AND x.queue = q.queue
                        AND x.first_item <= $2 AND x.first_item > $2 - {LONGEST_RUN}
                        AND $2 < x.first_item + x.count) AS e
 WHERE q.project = $1 ORDER BY entry"""

_Block = tuple[int, int]
"""Project, and entry // BLOCK."""


class _Place(NamedTuple):
    """What an entry stands for; it never changes."""

    came: EntryPlace
    wall: int
    item: Item


class Items:
    """Item rows, and where their entries are; implements allocator.ports.Items."""

    def __init__(self, postgres: Postgres, directory: Directory) -> None:
        self._postgres = postgres
        self._directory = directory
        self._imports = Imports(postgres)
        self._blocks: Cache[_Block, dict[int, _Place]] = Cache(BLOCKS_KEPT)
        self._reading: dict[_Block, asyncio.Task[dict[int, _Place]]] = {}

    async def stage(
        self,
        project: int,
        dataset: int,
        key: RequestKey,
        actor: int,
        items: Sequence[NewItem],
        skills: Mapping[str, int],
    ) -> Staged:
        """Write the rows of a chunk, in one transaction."""
        return await self._imports.stage(Bundle(project, dataset, key, actor, items, skills))

    async def discard(self, project: int, import_: int) -> None:
        """Drop the rows of an import that nobody can add any more."""
        await self._imports.discard(project, import_)

    async def rows_of(self, project: int, import_: int) -> Sequence[str]:
        """The external ids of an import's rows, in order."""
        return await self._imports.rows_of(project, import_)

    async def classes_of(self, project: int, dataset: int) -> Sequence[tuple[int, ...]]:
        """The distinct sets of skills that the dataset's items require."""
        rows = await self._postgres.fetch(
            "SELECT i.required_skills FROM item_range r"
            " JOIN item i ON i.project = r.project AND i.import = r.import"
            "            AND i.ordinal >= r.first AND i.ordinal < r.first + r.count"
            " WHERE r.project = $1 AND r.dataset = $2 AND i.removed = 0"
            " GROUP BY i.required_skills",  # hashed, where DISTINCT is sorted
            *(project, dataset),
        )
        return sorted(tuple(row["required_skills"]) for row in rows)

    async def last_of(self, project: int, dataset: int) -> int:
        """The highest number of the dataset's items, 0 if it has none."""
        row = await self._postgres.fetchrow(
            "SELECT base + count - 1 AS last FROM item_range"
            " WHERE project = $1 AND dataset = $2 ORDER BY base DESC LIMIT 1",
            *(project, dataset),
        )
        return int(row["last"]) if row else 0

    async def ranges_of(self, project: int, dataset: int) -> Sequence[tuple[int, int]]:
        """(first number, count) of what came into the dataset, ascending; some may be removed."""
        rows = await self._postgres.fetch(
            "SELECT base, count FROM item_range WHERE project = $1 AND dataset = $2 ORDER BY base",
            *(project, dataset),
        )
        return [(row["base"], row["count"]) for row in rows]

    async def count_of(self, project: int, dataset: int) -> int:
        """How many items of the dataset are in the log."""
        return await self.count_after(project, dataset, 0)

    async def count_after(self, project: int, dataset: int, cursor: int) -> int:
        """How many items of the dataset come after the one numbered `cursor`."""
        row = await self._postgres.fetchrow(
            "SELECT coalesce(sum(least(count, base + count - 1 - $3)), 0)::bigint"
            "       - (SELECT count(*) FROM item WHERE project = $1 AND dataset = $2"
            "             AND removed > $3 AND removed > 0) AS items"
            "  FROM item_range WHERE project = $1 AND dataset = $2 AND base + count - 1 > $3",
            *(project, dataset, cursor),
        )
        assert row is not None
        return int(row["items"])

    async def runs_after(
        self, project: int, dataset: int, cursor: int, limit: int
    ) -> Sequence[ItemRun]:
        """Runs over the next `limit` items of the dataset behind `cursor`, in order."""
        all_of = await self._postgres.fetchrow(_EXTENT_BEHIND, project, dataset, cursor, limit)
        if all_of is None or not all_of["count"]:
            return []
        first, count = all_of["first"], all_of["count"]
        if (
            all_of["alike"] and all_of["last"] - first + 1 == count
        ):  # as most often, at half the cost
            return [ItemRun(skills=tuple(all_of["skills"]), first=first, count=count)]
        rows = await self._postgres.fetch(_RUNS_BEHIND, project, dataset, cursor, limit)
        return [
            ItemRun(skills=tuple(row["required_skills"]), first=row["first"], count=row["count"])
            for row in rows
        ]

    async def numbers(
        self, project: int, dataset: int, external_ids: Sequence[str]
    ) -> Mapping[str, tuple[int, tuple[int, ...]]]:
        """Number and required skills of those that are in the log."""
        rows = await self._postgres.fetch(_NUMBERS, project, dataset, list(external_ids))
        return {row["external_id"]: (row["number"], tuple(row["required_skills"])) for row in rows}

    async def waiting(
        self, project: int, numbers: Sequence[int], queue: int = 0
    ) -> Sequence[tuple[int, int, int]]:
        """(queue, event that made it wait, item) of those that wait for their time; 0: anywhere."""
        rows = await self._postgres.fetch(_WAITING, project, queue, list(numbers))
        return [(row["queue"], row["delayed"], row["item"]) for row in rows]

    async def waiting_at(
        self, project: int, entries: Sequence[int]
    ) -> Mapping[int, tuple[int, int]]:
        """Queue and item of each of these numbers (TaskId.waits) that waits for its time."""
        rows = await self._postgres.fetch(_WAITING_AT, project, list(entries))
        return {row["entry"]: (row["queue"], row["item"]) for row in rows}

    async def delayed_in(self, project: int, queue: int, numbers: Sequence[int]) -> frozenset[int]:
        """Those of the items that wait in the queue for their time, as the views have it."""
        rows = await self._postgres.fetch(_DELAYED_IN, project, queue, list(numbers))
        return frozenset(row["item"] for row in rows)

    async def already_in(self, project: int, queue: int, numbers: Sequence[int]) -> frozenset[int]:
        """Those of the items that have, or ever had, an entry in the queue."""
        return await self._in(project, queue, numbers, "true")

    async def still_in(self, project: int, queue: int, numbers: Sequence[int]) -> frozenset[int]:
        """Those of the items that have an entry in the queue which was not removed."""
        return await self._in(project, queue, numbers, _NOT_REMOVED)

    async def _in(
        self, project: int, queue: int, numbers: Sequence[int], which: str
    ) -> frozenset[int]:
        if not numbers:
            return frozenset()
        rows = await self._postgres.fetch(
            _IN.format(which=which), project, queue, numbers, min(numbers), max(numbers)
        )
        return frozenset(row["item"] for row in rows)

    async def queue_of(self, project: int, entry: int) -> int | None:
        """The queue that an entry is in, or that a review is of; None if there is no such entry."""
        if TaskId(entry=entry, slot=1).is_review:
            row = await self._postgres.fetchrow(_QUEUE_OF_REVIEW, project, entry)
            return row["queue"] if row else None
        place = await self._place(project, entry)
        return place.came.queue if place else None

    async def places(self, project: int, entries: Iterable[int]) -> Mapping[int, EntryPlace]:
        """How each entry that there is came into its queue."""
        found: dict[int, EntryPlace] = {}
        for entry in entries:
            place = await self._place(project, entry)
            if place is not None:
                found[entry] = place.came
        return found

    async def entries_of(self, project: int, item: int) -> Sequence[int]:
        """The entries of an item, in all queues that it is or was in, ascending."""
        rows = await self._postgres.fetch(_ENTRIES_OF, project, item)
        return [row["entry"] for row in rows]

    async def waiting_since(self, project: int, entry: int) -> int | None:
        """Wall time, in ms, at which an entry came into its queue."""
        place = await self._place(project, entry)
        return place.wall if place else None

    async def of_entries(self, project: int, entries: Iterable[int]) -> Mapping[int, Item]:
        """The item of each entry that the log has; of a review, if the views have it."""
        found: dict[int, Item] = {}
        wanted = list(entries)
        reviewed = await self._reviewed(project, wanted)
        for entry in wanted:
            place = await self._place(project, reviewed.get(entry, entry))
            if place is not None:
                found[entry] = place.item
        return found

    async def _reviewed(self, project: int, entries: Iterable[int]) -> Mapping[int, int]:
        """Which entry each review among these is of; 0: nobody knows."""
        wanted = [entry for entry in entries if TaskId(entry=entry, slot=1).is_review]
        if not wanted:
            return {}
        rows = await self._postgres.fetch(_REVIEWED, project, wanted)
        return dict.fromkeys(wanted, 0) | {row["review"]: row["of_entry"] for row in rows}

    async def of_numbers(self, project: int, numbers: Sequence[int]) -> Mapping[int, Item]:
        """The items of these numbers."""
        rows = await self._postgres.fetch(_OF_NUMBERS, project, list(numbers))
        return {item.number: item for item in await self.from_rows(project, rows)}

    async def page(self, project: int, dataset: int, after: int, limit: int) -> Sequence[Item]:
        """Items of the dataset by number, from the one behind `after`."""
        query = _ITEMS_BEHIND.format(columns=_ROWS)
        rows = await self._postgres.fetch(query, project, dataset, after, limit)
        return await self.from_rows(project, rows)

    async def _place(self, project: int, entry: int) -> _Place | None:
        block = (project, entry // BLOCK)
        kept = self._blocks.get(block)
        if kept is None or entry not in kept:
            began_before_us = block in self._reading
            kept = await self._read(block)
            if began_before_us and entry not in kept:
                kept = await self._read(block)
        return kept.get(entry)

    async def _read(self, block: _Block) -> dict[int, _Place]:
        """A block as Postgres has it; who asks while it is being read waits for the same."""
        reading = self._reading.get(block)
        if reading is None:
            reading = self._reading[block] = asyncio.create_task(self._block(*block))
            reading.add_done_callback(lambda _: self._reading.pop(block))
            reading.add_done_callback(heard)
        return await asyncio.shield(reading)

    async def _block(self, project: int, block: int) -> dict[int, _Place]:
        rows = await self._postgres.fetch(
            _ITEMS_OF_ENTRIES, project, block * BLOCK, (block + 1) * BLOCK
        )
        items = await self.from_rows(project, rows)
        kept = {
            row["entry"]: _Place(_came(row), row["wall"], item)
            for row, item in zip(rows, items, strict=True)
        }
        self._blocks.put((project, block), kept)
        return kept

    async def from_rows(self, project: int, rows: Sequence[asyncpg.Record]) -> list[Item]:
        """Items from rows that have their number, dataset and columns."""
        datasets = await self._directory.dataset_ids(project, {row["dataset"] for row in rows})
        skills = await self._directory.skill_names(
            project, {skill for row in rows for skill in row["required_skills"]}
        )
        return [
            Item(
                external_id=row["external_id"],
                dataset=datasets[row["dataset"]],
                number=row["number"],
                weight=row["weight"],
                classes=tuple(row["classes"]),
                required_skills=tuple(skills[skill] for skill in row["required_skills"]),
                attributes=json.loads(row["attributes"]),
            )
            for row in rows
        ]


def _came(row: asyncpg.Record) -> EntryPlace:
    return EntryPlace(queue=row["queue"], class_=row["class"], priority=row["priority"])
