"""Mistakes about snapshots, and a rebuild from one, in which they do their harm."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from store import image
from store.build import Build
from tests.faults.field import Field, settled
from tests.faults.protocol_bugs import Bug


def a_key_is_missed(patch: pytest.MonkeyPatch) -> None:
    """What somebody holds: without it what comes behind can be replayed, without a queue not."""
    sound = image.found_keys

    async def found_keys(redis: Any, pattern: str) -> AsyncIterator[list[bytes]]:
        async for found in sound(redis, pattern):
            yield [key for key in found if b":held:" not in key]

    patch.setattr(image, "found_keys", found_keys)


def an_event_is_taken_for_a_part_of_it(patch: pytest.MonkeyPatch) -> None:
    """The first one behind it is passed over."""
    restore, replayed = Build._restore, Build._replayed

    async def further_on(self: Build, after: int, piece: bytes, seq: int = 0) -> bool:
        return await restore(self, after, piece, seq + 1 if seq else 0)

    async def from_there(self: Build, after: int) -> Any:
        return await replayed(self, after + 1 if after else 0)

    patch.setattr(Build, "_restore", further_on)
    patch.setattr(Build, "_replayed", from_there)


def a_part_is_put_back_twice(patch: pytest.MonkeyPatch) -> None:
    """What adds to a list adds again."""
    sound = image.pieces

    async def pieces(redis: Any, prefix: str) -> AsyncIterator[bytes]:
        async for piece in sound(redis, prefix):
            yield piece
            yield piece

    patch.setattr("store.snapshotter.pieces", pieces)


async def redis_loses_what_a_snapshot_has(field: Field, _: pytest.MonkeyPatch) -> None:
    """A snapshot, some events behind it, and a rebuild from both."""
    stack, sources = field.stack, list[str]()
    stack.store.recovery._rebuild_ended = lambda source, seconds: sources.append(source)
    await field.reserve(2)
    await settled(field)
    await stack.store.snapshotter.make(stack.project)
    held = await field.reserve(3)
    await settled(field)
    epoch = await stack.store.recovery.ensure(stack.project)
    await stack.store.recovery.fence(stack.project, epoch, "behind")
    await field.submit(3, held)
    await field.reserve(2)
    assert sources[0] == "snapshot"


BUGS = (
    Bug(
        name="a snapshot without one of the keys",
        plant=a_key_is_missed,
        play=redis_loses_what_a_snapshot_has,
    ),
    Bug(
        name="a snapshot that is said to be one event newer",
        plant=an_event_is_taken_for_a_part_of_it,
        play=redis_loses_what_a_snapshot_has,
    ),
    Bug(
        name="a snapshot with each part twice",
        plant=a_part_is_put_back_twice,
        play=redis_loses_what_a_snapshot_has,
    ),
)
