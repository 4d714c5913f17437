"""Rows of archived queues move step by step, whoever is killed in the middle."""

from __future__ import annotations

import pytest

from store import cold
from tests.store.stack import Stack, tasks_of

PROJECTOR = 2
"""The place of its role."""


async def finished(stack: Stack, count: int) -> None:
    """So many tasks are done, and their queue is archived; the views know."""
    held = await stack.reserve(2, count)
    settings = (await stack.store.ledger.read(stack.project, "queue", queue=1)).detail[0]
    for entry, slot in tasks_of(held):
        await stack.change(
            "submit",
            stack.key(),
            person=2,
            token=held.seq,
            entry=entry,
            slot=slot,
            settings_seq=settings["settings_seq"],
            status=1,
            meaning=1,
            spent_ms=5,
            units=0,
            content=0,
            digest="",
            inline=b"",
            review="",
            sampled="",
        )
    await stack.store.roles[PROJECTOR].stop()
    await stack.change("archive_queue", stack.key(), queue=1, archived=1)
    await stack.store.projector.project(stack.project)


async def test_a_kill_in_any_step_costs_that_step(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cold, "AT_ONCE", 2)
    await finished(stack, 5)
    query, seen = "SELECT count(*) FROM task_cold", list[tuple[int, bool]]()
    for _ in range(5):
        killed = stack.admin.transaction()
        await killed.start()
        await cold._step(stack.admin, stack.project, 1)  # type: ignore[arg-type]
        await killed.rollback()
        before = await stack.admin.fetchval(query)
        seen.append((before, await cold.settle_some(stack.store.postgres)))

    assert seen == [(0, True), (2, True), (4, True), (5, True), (5, False)]
