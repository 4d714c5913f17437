"""The log: the one place where a change becomes true.

Per project one row `head` and the events before it. Everything here is a
compare-and-set on that row, so any number of processes may try: one wins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import asyncpg

from store.events import decode, epoch_chain
from store.live import Effects, LiveViolated, effects_of
from store.postgres import AWAY, Postgres, told_to_end

COMMIT_PATIENCE_S: Final = 10.0
"""After this a commit's connection is closed, and a barrier tells how it ended."""

LIVE_VIOLATED: Final = "DB001"
CONTRADICTIONS: Final = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)
"""Numbers given out twice, or beyond their type: only a damaged Redis makes them."""

_APPEND = "SELECT dibs_append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)"
_BARRIER = """
UPDATE head SET barrier = barrier + 1 WHERE project = $1 RETURNING epoch, seq, chain"""
_PROOFS = """
SELECT epoch, seq, chain,
       (SELECT array_agg(ROW(e.seq, e.chain)) FROM event e
         WHERE e.project = $1 AND e.seq = ANY ($2)) AS events,
       (SELECT array_agg(ROW(s.seq, s.chain_after)) FROM epoch_step s
         WHERE s.project = $1 AND s.seq = ANY ($2)) AS steps
  FROM head WHERE project = $1"""


class Head(NamedTuple):
    """Where a project's log ends. `chain` in hex."""

    epoch: int
    seq: int
    chain: str


class Logged(NamedTuple):
    """One event as the log has it. `chain` in hex."""

    seq: int
    epoch: int
    chain: str
    payload: bytes


class Proofs(NamedTuple):
    """What the log says at some seqs, all of it at one moment."""

    head: Head
    chains: dict[int, set[str]]
    """Per seq the chains that are true there: its event's, and those of epochs begun there."""


class AppendUnknown(Exception):
    """The commit may or may not have happened; only a barrier tells."""


class Log:
    """The events of all projects in one Postgres."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def head(self, project: int) -> Head | None:
        """Where the project's log ends now; None if there is no such project."""
        row = await self._postgres.fetchrow(
            "SELECT epoch, seq, chain FROM head WHERE project = $1", project
        )
        return _head(row)

    async def heads(self) -> dict[int, Head]:
        """Where every project's log ends."""
        rows = await self._postgres.fetch("SELECT project, epoch, seq, chain FROM head")
        return {row["project"]: Head(row["epoch"], row["seq"], row["chain"].hex()) for row in rows}

    async def append(self, project: int, head: Head, run: Sequence[Logged]) -> bool:
        """Append `run` if the log still ends at `head`; returns whether it did.

        Raises LiveViolated if leases contradict it, AppendUnknown if the
        connection was lost, or StoreUnavailable if nothing was sent.
        """
        effects = effects_of(decode(event.payload, project=project, seq=event.seq) for event in run)
        arguments = _append_arguments(project, head, run, effects)
        async with self._postgres.committing() as connection:
            try:
                async with asyncio.timeout(COMMIT_PATIENCE_S):
                    return bool(await connection.fetchval(_APPEND, *arguments))
            except asyncpg.PostgresError as error:
                if error.sqlstate == LIVE_VIOLATED or isinstance(error, CONTRADICTIONS):
                    raise LiveViolated(str(error)) from error
                if isinstance(error, AWAY):
                    raise AppendUnknown from error
                raise
            except (*AWAY, asyncio.CancelledError) as error:
                connection.terminate()
                if isinstance(error, asyncio.CancelledError) or told_to_end():
                    raise asyncio.CancelledError from error
                raise AppendUnknown from error

    async def read(self, project: int, after: int, limit: int = 1000) -> list[Logged]:
        """Up to `limit` events after seq `after`, in order."""
        rows = await self._postgres.fetch(
            "SELECT seq, epoch, chain, payload FROM event"
            " WHERE project = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            project,
            after,
            limit,
        )
        return [_logged(row) for row in rows]

    async def events_at(self, project: int, seqs: Iterable[int]) -> dict[int, Logged]:
        """The events with these seqs, as far as they are there."""
        rows = await self._postgres.fetch(
            "SELECT seq, epoch, chain, payload FROM event WHERE project = $1 AND seq = ANY ($2)",
            project,
            list(seqs),
        )
        return {row["seq"]: _logged(row) for row in rows}

    async def chain_at(self, project: int, seq: int) -> str | None:
        """The chain of the event with this seq, or None."""
        row = await self._postgres.fetchrow(
            "SELECT chain FROM event WHERE project = $1 AND seq = $2", project, seq
        )
        return row["chain"].hex() if row else None

    async def proofs(self, project: int, seqs: Iterable[int]) -> Proofs | None:
        """What is true at `seqs`. Believe it after a barrier (R14)."""
        row = await self._postgres.fetchrow(_PROOFS, project, list(seqs))
        if row is None:
            return None
        head = Head(row["epoch"], row["seq"], row["chain"].hex())
        chains: dict[int, set[str]] = {head.seq: {head.chain}}
        for seq, chain in (*(row["events"] or ()), *(row["steps"] or ())):
            chains.setdefault(seq, set()).add(chain.hex())
        return Proofs(head, chains)

    async def barrier(self, project: int) -> Head | None:
        """Where the log ends, after a commit that everything visible so far precedes."""
        async with self._postgres.committing() as connection:
            try:
                async with asyncio.timeout(COMMIT_PATIENCE_S):
                    row = await connection.fetchrow(_BARRIER, project)
            except (TimeoutError, asyncio.CancelledError):
                connection.terminate()
                raise
        return _head(row)

    async def bump_epoch(self, project: int, head: Head, cause: str) -> Head | None:
        """Begin the next epoch at `head`; None if the log does not end there any more."""
        after = Head(head.epoch + 1, head.seq, epoch_chain(head.chain, head.epoch + 1))
        chains = (bytes.fromhex(head.chain), bytes.fromhex(after.chain))
        async with self._postgres.committing() as connection:
            try:
                async with asyncio.timeout(COMMIT_PATIENCE_S):
                    bumped = await connection.fetchval(
                        "SELECT dibs_bump_epoch($1,$2,$3,$4,$5,$6)",
                        *(project, head.epoch, head.seq, *chains, cause),
                    )
            except (TimeoutError, asyncio.CancelledError):
                connection.terminate()
                raise
        return after if bumped else None


def _append_arguments(
    project: int, head: Head, run: Sequence[Logged], effects: Effects
) -> tuple[Any, ...]:
    """The arguments of dibs_append, in its order."""
    tracked = effects.tracked
    return (
        project,
        head.epoch,
        head.seq,
        bytes.fromhex(head.chain),
        [bytes.fromhex(event.chain) for event in run],
        [event.payload for event in run],
        [entry for entry, _ in tracked],
        [slot for _, slot in tracked],
        [before for before, _ in tracked.values()],
        [after for _, after in tracked.values()],
        list(effects.removed),
        effects.items,
        effects.entries,
    )


def _head(row: asyncpg.Record | None) -> Head | None:
    return Head(row["epoch"], row["seq"], row["chain"].hex()) if row else None


def _logged(row: asyncpg.Record) -> Logged:
    return Logged(row["seq"], row["epoch"], row["chain"].hex(), row["payload"])
