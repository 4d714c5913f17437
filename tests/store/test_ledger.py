"""The promise, at the ledger: nobody is told anything that Postgres does not have."""

import asyncio

import pytest

from dibs.errors import Internal, OutcomeUnknown, StoreUnavailable
from store.redis import ConnectionLost
from tests.store.servers import copy_of, head_locked, redis_client, rewind, waiting_appends
from tests.store.stack import Stack, eventually, opened, tasks_of


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


async def test_a_log_that_moves_on_all_the_time_keeps_no_answer_waiting(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is told no, or reads, needs a state as new as the call, not as new as the answer."""
    calls, call, since = [], stack.store.kernel.call, stack.store.ledger._heads.since

    async def counted(name: str, *args: object, **options: object) -> object:
        calls.append(name)
        return await call(name, *args, **options)  # type: ignore[arg-type]

    async def later(project: int, arrived: float) -> object:
        await stack.reserve(3)
        return await since(project, arrived)

    monkeypatch.setattr(stack.store.kernel, "call", counted)
    monkeypatch.setattr(stack.store.ledger._heads, "since", later)
    found = await stack.store.ledger.read(stack.project, "member", person=2)

    assert found.word == "ok"
    assert calls == ["member", "reserve", "member"]


async def test_no_is_never_said_from_a_state_older_than_the_log(stack: Stack) -> None:
    """R9: a rewound Redis knows nothing of a lease that this worker has not heard of either."""
    async with (
        redis_client(stack.redis_url) as client,
        opened(Stack(stack.redis_url, stack.dsn), roles=False) as other,
    ):
        other.project = stack.project
        await other.store.recovery.ensure(stack.project)
        earlier = await copy_of(client)
        held = await stack.reserve(2)
        await eventually(lambda: other.store.gate.durable(stack.project) == held.seq)
        other.store.gate._projects.clear()
        await rewind(client, earlier)

        [(entry, slot)] = tasks_of(held)
        renewed = await other.change(
            "renew", person=2, queue=1, takeover=0, tasks=[[entry, slot, held.seq]]
        )

    assert renewed.word == "ok", "not lease_lost"
    assert other.rebuilds == ["behind"]


async def test_without_any_message_the_log_itself_is_asked(stack: Stack) -> None:
    async with opened(Stack(stack.redis_url, stack.dsn), roles=False) as other:
        other.project, other.session, other.n = stack.project, stack.session, 100
        await other.store.subscriber.close()
        assert tasks_of(await other.reserve(2)) == [(1, 1)]
        assert (await other.reserve(9)).word == "nothing"


async def test_a_fast_project_answers_before_the_log_has_it(stack: Stack) -> None:
    await stack.admin.execute("UPDATE project SET fast = true")
    project = await stack.store.directory.project("p")
    assert project is not None
    async with head_locked(stack.dsn, stack.project):
        key = stack.key()
        first = await stack.reserve(2, request=key)
        again = await stack.reserve(2, request=key)
        assert [event.kind for event in await stack.events()].count("granted") == 0
    assert (again.dup, tasks_of(again)) == (True, tasks_of(first))


async def test_too_many_waiting_events_are_told_at_once(stack: Stack) -> None:
    async with redis_client(stack.redis_url) as client:
        await client.hset(f"dibs:{{{stack.project}}}:header", "lag_limit", 2)
    async with head_locked(stack.dsn, stack.project):
        calls = [asyncio.create_task(stack.reserve(2)) for _ in range(3)]
        await eventually(lambda: waiting_appends(stack.admin))
        with pytest.raises(StoreUnavailable) as refused:
            await stack.reserve(3)
        assert refused.value.reason == "STORE_UNAVAILABLE"
        assert not any(call.done() for call in calls)
    assert {(await call).word for call in calls} == {"ok"}


async def test_an_unanswered_change_without_a_key_says_that_nobody_knows(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object, **__: object) -> None:
        raise ConnectionLost

    monkeypatch.setattr(stack.store.kernel, "call", lost)
    with pytest.raises(OutcomeUnknown):
        await stack.change("reserve", queue=1, person=2, count=1, target=0)


async def test_a_function_that_always_breaks_is_an_error_of_its_call_only(stack: Stack) -> None:
    broken = {"queue": 1, "person": 2, "count": "many", "target": 0}
    for _ in range(2):
        with pytest.raises(Internal):
            await stack.change("reserve", stack.key(), **broken)
    assert stack.rebuilds == ["not_verified", "function_failed"], "one rebuild tells"
    assert tasks_of(await stack.reserve(2)) == [(1, 1)]


async def test_an_event_can_be_read_again(stack: Stack) -> None:
    outcome = await stack.reserve(2)
    assert await stack.store.ledger.event_at(stack.project, outcome.seq) == outcome.event
    with pytest.raises(LookupError):
        await stack.store.ledger.event_at(stack.project, outcome.seq + 1)
