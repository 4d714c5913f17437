"""What the audit of the log does not look at: items, counts as they were read, and the work itself.

Compares what clients saw (loadtest/witness.py) with the events, replayed by
the audit's model, and with the rows that the events speak of.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import xxhash

from audit import history
from audit.model import Model
from audit.source import log, projects
from audit.state import ASSIGNED, FINISHED, IN_PROGRESS, Project, Queue
from loadtest.faults.units import Units
from loadtest.witness import Depth, Holding, Witness
from store.events import Event, decode

_ITEMS = """
SELECT r.base + i.ordinal - r.first AS number, d.external_id AS dataset, i.external_id
  FROM item_range r
  JOIN item i ON i.project = r.project AND i.import = r.import
             AND i.ordinal >= r.first AND i.ordinal < r.first + r.count
  JOIN dataset d ON d.project = r.project AND d.dataset = r.dataset
 WHERE r.project = $1"""

_POSITION = "SELECT coalesce(max(seq), 0) FROM view_position WHERE project = $1"
_STATES = """
SELECT queue, state, count(*) AS tasks FROM view_task WHERE project = $1 GROUP BY queue, state"""
PROJECTED_S, LOOK_S = 30.0, 0.1


@dataclass(slots=True, kw_only=True)
class Compared:
    """What differs, and how many cases were looked at."""

    wrong: list[str] = field(default_factory=list)
    looked_at: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def expect(self, what: str, holds: object, sentence: str) -> None:
        """Count a case."""
        self.looked_at[what] += 1
        if not holds:
            self.wrong.append(f"{what}: {sentence}")


async def compare(dsn: str, project: str, witness: Witness, file: Path) -> Compared:
    """Everything, for one project."""
    compared = Compared()
    connection = await asyncpg.connect(dsn)
    try:
        [named] = await projects(connection, project)
        number = named.project
        queues = await _names(connection, number, "queue")
        people = {name: n for n, name in (await _names(connection, number, "person")).items()}
        reads = _Reads(witness=witness, queues=queues, people=people, compared=compared)
        units = Units(found=compared)
        model, contents = await _replayed(connection, number, reads, units)
        await _items(connection, number, witness, model, queues, compared)
        await _rows(connection, number, model, compared)
        await units.compare(connection, number)
        await _contents(connection, number, contents, compared)
        await _drafts(connection, number, file, people, compared)
    finally:
        await connection.close()
    return compared


async def _names(connection: Any, project: int, table: str) -> dict[int, str]:
    rows = await connection.fetch(
        f"SELECT {table} AS number, external_id FROM {table} WHERE project = $1", project
    )
    return {row["number"]: row["external_id"] for row in rows}


class _Reads:
    """What was read, judged where it was read."""

    def __init__(
        self,
        *,
        witness: Witness,
        queues: dict[int, str],
        people: dict[str, int],
        compared: Compared,
    ) -> None:
        self._queues = {name: number for number, name in queues.items()}
        self._people = people
        self._compared = compared
        self._at: defaultdict[int, list[Depth | Holding]] = defaultdict(list)
        reads: list[Depth | Holding] = [*witness.depths, *witness.holdings]
        for read in reads:
            self._at[read.seq].append(read)

    def judge(self, project: Project) -> None:
        """All that was read in this state."""
        for read in self._at.get(project.seq, ()):
            if isinstance(read, Depth):
                found = _counts(project.queues[self._queues[read.queue]])
                holds = (read.states, read.held) == found
                self._compared.expect("depths", holds, f"{read} was read, the log says {found}")
            else:
                leases = _leases(project, self._people[read.person])
                holds = read.leases == leases
                self._compared.expect("holdings", holds, f"{read} was read, the log says {leases}")


async def _replayed(
    connection: Any, project: int, reads: _Reads, units: Units
) -> tuple[Model, dict[int, str]]:
    """The model after all events, and content -> digest of all work that is kept as a row."""
    model, contents = Model(project), dict[int, str]()
    async for row in log(connection, project):
        event = decode(row.payload, project=project, seq=row.seq)
        model.apply(event)
        units.take(event)
        contents.update(_content(event))
        reads.judge(model.state)
    return model, contents


def _leases(project: Project, person: int) -> frozenset[tuple[str, int]]:
    return frozenset(
        (f"{entry}-{slot}", project.entries[entry].slot(slot).token)
        for queue in project.queues.values()
        for entry, slot in queue.held.get(person, {}).items()
    )


def _content(event: Event) -> Iterator[tuple[int, str]]:
    if event.kind == "submitted" and event.body["content"]:
        yield event.body["content"], event.body["digest"]


def _counts(queue: Queue) -> tuple[dict[int, int], int]:
    states = {state: n for state, n in queue.counts.items() if n}
    return states, states.get(ASSIGNED, 0) + states.get(IN_PROGRESS, 0)


async def _items(
    connection: Any,
    project: int,
    witness: Witness,
    model: Model,
    queues: dict[int, str],
    compared: Compared,
) -> None:
    """The item that a client saw is the one that the events made the entry of."""
    rows = {row["number"]: row for row in await connection.fetch(_ITEMS, project)}
    for number, shown in witness.entries.items():
        entry = model.state.entries.get(number)
        if entry is None:
            deleted = [queues[queue] for queue in model.state.deleted]
            compared.expect("items", shown.queue in deleted, f"entry {number} is not there")
            continue
        item = rows[entry.item]
        truth = (queues[entry.queue], item["dataset"], item["external_id"], entry.item)
        said = (shown.queue, shown.dataset, shown.external_id, shown.number)
        compared.expect("items", said == truth, f"entry {number} is {truth}, somebody saw {said}")
    there = {(row["dataset"], row["external_id"]) for row in rows.values()}
    for imported in witness.imported:
        compared.expect("imports", imported in there, f"{imported} was imported and is not there")


async def _projected(connection: Any, project: int, seq: int) -> None:
    """Return once the views have come so far; whether they ever do is the audit's to say."""
    for _ in range(int(PROJECTED_S / LOOK_S)):
        if await connection.fetchval(_POSITION, project) >= seq:
            return
        await asyncio.sleep(LOOK_S)


async def _rows(connection: Any, project: int, model: Model, compared: Compared) -> None:
    """Rows of tasks by state, be their queue archived or not, are those that the events make."""
    await _projected(connection, project, model.state.seq)
    found = Counter[tuple[int, int]]()
    for row in await connection.fetch(_STATES, project):
        found[row["queue"], row["state"]] = row["tasks"]
    for number in model.state.queues:
        for state in sorted(FINISHED):
            made = sum(
                slot.state == state
                for entry in model.state.entries.values()
                if entry.queue == number
                for slot in entry.slots
            )
            wrong = f"queue {number} has {found[number, state]} rows of state {state}, not {made}"
            compared.expect("rows by state", found[number, state] == made, wrong)


async def _contents(
    connection: Any, project: int, contents: dict[int, str], compared: Compared
) -> None:
    """Content first: what an event names is there, and is what was submitted."""
    rows = await connection.fetch(
        "SELECT content, bytes FROM content WHERE project = $1 AND content = ANY ($2)",
        *(project, list(contents)),
    )
    found = {row["content"]: xxhash.xxh3_64_hexdigest(row["bytes"]) for row in rows}
    for number, digest in contents.items():
        right = found.get(number) == digest
        compared.expect("contents", right, f"content {number} is {found.get(number)}, not {digest}")


async def _drafts(
    connection: Any, project: int, file: Path, people: dict[str, int], compared: Compared
) -> None:
    """The work of who came too late is kept."""
    rows = await connection.fetch(
        "SELECT entry, slot, person, token FROM draft WHERE project = $1", project
    )
    kept = {tuple(row) for row in rows}
    for record in history.read([file]):
        if (record.method, record.outcome) == ("Submit", "LEASE_LOST"):
            draft = (*record.entry_slot, people[str(record.person)], record.token)
            compared.expect("drafts", draft in kept, f"{record}: the work is not kept")
