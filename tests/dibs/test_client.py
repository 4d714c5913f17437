"""Both clients against a real server: sessions, repeats, typed errors."""

import asyncio
import threading
from functools import partial

import pytest

import dibs
from dibs import errors
from tests.dibs.conftest import PATIENCE, until


async def test_a_call_names_the_project_and_the_actor(ask, server):
    await ask("reserve", "digits", person="bob", count=2)
    [request] = server.requests("Reserve")
    assert (request.project_id, request.actor, request.person) == ("demo", "ann", "bob")
    assert (request.queue_id, request.count) == ("digits", 2)


async def test_what_is_left_empty_is_left_to_the_server(ask, server):
    await ask("reserve", "digits")
    assert not server.requests("Reserve")[0].HasField("count")


async def test_a_lost_answer_is_asked_for_again_under_the_same_request_id(ask, server):
    server.lose("Reserve", times=3)
    answer = await ask("reserve", "digits")
    assert [t.task_id for t in answer.tasks] == ["1-1"]
    ids = {r.request_id.SerializeToString() for r in server.requests("Reserve")}
    assert (len(server.requests("Reserve")), len(ids)) == (4, 1)
    assert len(server.held) == 1


async def test_a_new_change_gets_a_new_number_in_the_same_session(ask, server):
    for _ in range(3):
        await ask("reserve", "digits")
    assert [r.request_id.n for r in server.requests("Reserve")] == [1, 2, 3]
    assert len(server.sessions) == 1


async def test_a_read_is_repeated_and_needs_no_session(ask, server):
    server.fail("Ping", errors.StoreUnavailable(0.01), errors.StoreUnavailable(0.01))
    assert len((await ask("ping", size=100)).payload) == 100
    assert server.sessions == []


async def test_a_refusal_is_raised_as_what_it_is_and_not_repeated(ask, server):
    await ask("reserve", "digits")
    with pytest.raises(errors.LeaseLost) as raised:
        await ask("submit", "1-1", 999)
    assert (raised.value.task_id, raised.value.holder) == ("1-1", "bob")
    assert len(server.requests("Submit")) == 1


async def test_patience_ends_with_an_unknown_outcome(ask, server):
    ask.client.patience = dibs.Patience(total_s=0.2, first_pause_s=0.01, longest_pause_s=0.02)
    server.lose("Reserve", times=1000)
    with pytest.raises(errors.OutcomeUnknown):
        await ask("reserve", "digits")
    assert len(server.requests("Reserve")) > 2


async def test_a_server_that_says_nothing_ran_leaves_no_doubt(ask, server):
    ask.client.patience = dibs.Patience(total_s=0.05)
    server.fail("Reserve", *[errors.StoreUnavailable(10.0)] * 9)
    with pytest.raises(errors.StoreUnavailable) as raised:
        await ask("reserve", "digits")
    assert type(raised.value) is errors.StoreUnavailable
    assert raised.value.retry_after_s == 10.0
    assert len(server.requests("Reserve")) == 1


async def test_a_session_that_ended_is_replaced_if_nothing_ran(ask, server):
    await ask("reserve", "digits")
    server.end_sessions()
    await ask("reserve", "digits")
    assert len(server.sessions) == 2
    assert server.requests("Reserve")[-1].request_id.session_id == server.sessions[1]
    assert len(server.held) == 2


async def test_a_session_that_ended_after_an_attempt_leaves_the_outcome_unknown(ask, server):
    server.lose("Reserve")
    server.fail("Reserve", errors.SessionUnknown())
    with pytest.raises(errors.OutcomeUnknown):
        await ask("reserve", "digits")
    assert len(server.sessions) == 1


async def test_a_deadline_is_an_unknown_outcome_and_is_repeated(ask, server):
    ask.client.patience = dibs.Patience(timeout_s=0.1, total_s=5.0, first_pause_s=0.01)
    released = threading.Event()
    server.hold("Reserve", released)
    answer = await ask("reserve", "digits")
    released.set()
    assert len(answer.tasks) == 1
    assert len(server.requests("Reserve")) == 2


async def test_many_calls_at_once_share_sessions_eight_each(ask, server):
    server.waiting.extend(f"{n}-1" for n in range(11, 101))
    release = threading.Event()
    for _ in range(24):
        server.hold("Reserve", release)
    calls = [asyncio.create_task(ask("reserve", "digits")) for _ in range(24)]
    await until(lambda: len(server.requests("Reserve")) == 24)
    release.set()
    await asyncio.gather(*calls)
    assert max(server.most_in_flight.values()) <= 8
    assert 2 <= len(server.sessions) <= 3
    assert len(server.held) == 24


async def test_a_bound_client_acts_for_somebody_else_over_the_same_sessions(ask, server):
    await ask("reserve", "digits")
    other = type(ask)(ask.client.bound(actor="bob"))
    await other("reserve", "digits")
    assert [r.actor for r in server.requests("Reserve")] == ["ann", "bob"]
    assert len(server.sessions) == 1


async def test_opening_a_session_is_repeated_too(ask, server):
    server.fail("OpenSession", errors.StoreUnavailable(0.01))
    await ask("reserve", "digits")
    assert len(server.sessions) == 1


async def test_a_session_that_is_refused_refuses_the_call(ask, server):
    server.fail("OpenSession", errors.ProjectNotFound("demo"))
    with pytest.raises(errors.ProjectNotFound):
        await ask("reserve", "digits")
    assert (await ask("reserve", "digits")).tasks


async def test_no_server_is_an_unavailable_store():
    patience = dibs.Patience(total_s=0.3, first_pause_s=0.01)
    async with dibs.AsyncClient(
        "127.0.0.1:1", project="demo", actor="ann", patience=patience
    ) as client:
        with pytest.raises(errors.StoreUnavailable):
            await client.ping()


async def test_a_cancelled_call_gives_its_place_back(target, server):
    def arrived(calls: int) -> bool:
        return len(server.requests("Reserve")) == calls

    async with dibs.AsyncClient(target, project="demo", actor="ann", patience=PATIENCE) as client:
        for made in range(12):
            hold = threading.Event()
            server.hold("Reserve", hold)
            call = asyncio.create_task(client.reserve("digits"))
            await until(partial(arrived, made + 1))
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            hold.set()
        assert len(server.sessions) == 1


def test_methods_carry_the_documentation_of_their_call():
    assert "Give a person the next tasks" in (dibs.AsyncClient.reserve.__doc__ or "")
    assert "Give a person the next tasks" in (dibs.Client.reserve.__doc__ or "")


def test_both_clients_have_every_rpc():
    from tests.protos.test_protos import RPCS

    snake = {"".join(f"_{c.lower()}" if c.isupper() else c for c in m.name)[1:] for _, m in RPCS}
    for client in (dibs.AsyncClient, dibs.Client):
        assert {name for name in snake if not hasattr(client, name)} == set()
