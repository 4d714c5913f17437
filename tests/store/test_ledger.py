"""The promise, at the ledger: nobody is told anything that Postgres does not have."""

import asyncio

from tests.store.stack import Stack, tasks_of


async def test_a_change_is_answered_with_its_event_in_the_log(stack: Stack) -> None:
    outcome = await stack.reserve(2)

    assert outcome.word == "ok"
    assert tasks_of(outcome) == [(1, 1)]
    last = (await stack.events())[-1]
    assert (last.seq, last.kind) == (outcome.seq, "granted")


async def test_the_same_request_happens_once(stack: Stack) -> None:
    key = stack.key()

    first = await stack.reserve(2, request=key)
    again = await stack.reserve(2, request=key)

    assert (again.dup, again.seq, tasks_of(again)) == (True, first.seq, tasks_of(first))


async def test_many_callers_at_once_get_each_task_once(stack: Stack) -> None:
    outcomes = await asyncio.gather(*(stack.reserve(2 + i % 3) for i in range(20)))

    assert sorted(task for o in outcomes for task in tasks_of(o)) == [(n, 1) for n in range(1, 21)]
    nothing = await stack.reserve(2)
    assert nothing.word == "nothing"
