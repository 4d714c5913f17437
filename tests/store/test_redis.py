"""The multiplexer: one connection, replies in order, whatever callers do."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dibs.errors import StoreUnavailable
from store.redis import Multiplexer
from store.redis_link import Address, ReplyError, Server
from store.subscriber import Subscriber
from tests.store.servers import redis_client
from tests.store.stack import eventually


@pytest.fixture
async def redis(empty_redis: str) -> AsyncIterator[Multiplexer]:
    redis = Multiplexer(empty_redis)
    await redis.start()
    yield redis
    await redis.close()


async def test_calls_of_one_tick_go_out_as_one_write(redis: Multiplexer) -> None:
    await redis.call("PING")
    written: list[bytes] = []
    link = redis._link
    assert link is not None
    write = link.write

    def noted(data: bytes) -> None:
        written.append(data)
        write(data)

    link.write = noted  # type: ignore[method-assign]

    replies = await asyncio.gather(*(redis.call("ECHO", i) for i in range(100)))

    assert replies == [str(i).encode() for i in range(100)]
    assert len(written) == 1


async def test_a_caller_who_gives_up_does_not_shift_the_others_replies(redis: Multiplexer) -> None:
    calls = [asyncio.create_task(redis.call("ECHO", i)) for i in range(50)]
    await asyncio.sleep(0)
    for call in calls[::3]:
        call.cancel()
    replies = await asyncio.gather(*calls, return_exceptions=True)
    for i, reply in enumerate(replies):
        assert isinstance(reply, asyncio.CancelledError) or reply == str(i).encode()
    assert await redis.call("ECHO", "next") == b"next"


async def test_an_error_reply_is_raised_where_it_belongs(redis: Multiplexer) -> None:
    commands = [("ECHO", 1), ("NO_SUCH",), ("ECHO", 2)]
    replies = await asyncio.gather(*(redis.call(*c) for c in commands), return_exceptions=True)
    assert (replies[0], replies[2]) == (b"1", b"2")
    assert isinstance(replies[1], ReplyError)


async def test_beyond_the_window_calls_wait_and_then_are_refused(empty_redis: str) -> None:
    redis = Multiplexer(empty_redis, window=5)
    await redis.start()
    await redis.call("PING")
    try:
        replies = await asyncio.gather(
            *(redis.call("ECHO", i) for i in range(12)), return_exceptions=True
        )
    finally:
        await redis.close()
    assert replies[:10] == [str(i).encode() for i in range(10)]
    assert all(isinstance(reply, StoreUnavailable) for reply in replies[10:])


async def test_a_lost_connection_is_made_again_and_counted(redis: Multiplexer) -> None:
    connected: list[int] = []
    redis.on_connected(lambda: connected.append(redis.generation))
    assert await redis.call("PING") == b"PONG"
    assert redis.server is not None
    async with redis_client(redis_url(redis)) as client:
        await client.client_kill_filter(_id=str(redis.server.client_id))
    await eventually(lambda: not redis.connected)
    assert await redis.call("PING") == b"PONG"
    assert connected == [1, 2]


async def test_without_a_server_a_call_is_refused() -> None:
    redis = Multiplexer("redis://127.0.0.1:1", connect_wait_s=0.05)
    await redis.start()
    with pytest.raises(StoreUnavailable):
        await redis.call("PING")
    await redis.close()


async def test_who_answers_is_known(redis: Multiplexer) -> None:
    await redis.call("PING")
    assert redis.server is not None
    assert len(redis.server.run_id) == 40
    assert redis.server.name in ("redis", "valkey")
    assert redis.server.version[0] in (7, 9)


async def test_a_password_and_a_database_come_from_the_url(redis: Multiplexer) -> None:
    await redis.call("ACL", "SETUSER", "ann", "on", ">se:cret", "~*", "+@all", "&*")
    await redis.call("SET", "dibs:{1}:x", 0)
    other = Multiplexer(redis_url(redis).replace("//", "//ann:se%3Acret@").replace("/0", "/3"))
    await other.start()
    assert await other.call("ACL", "WHOAMI") == b"ann"
    assert await other.call("EXISTS", "dibs:{1}:x") == 0
    await other.close()


async def test_a_subscriber_hears_and_hears_again_after_a_cut(
    redis: Multiplexer, empty_redis: str
) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    subscriber = Subscriber(empty_redis)
    subscriber.subscribe("dibs:test", heard.put_nowait)
    await subscriber.start()
    for message in (b"one", b"two"):
        await subscriber.subscribed("dibs:test")
        await redis.call("PUBLISH", "dibs:test", message)
        assert await asyncio.wait_for(heard.get(), 5) == message
        await redis.call("CLIENT", "KILL", "TYPE", "pubsub")
        await eventually(lambda: subscriber._link is None)
    await subscriber.close()


def redis_url(redis: Multiplexer) -> str:
    return f"redis://{redis._address.host}:{redis._address.port}/0"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h", Address(host="h")),
        ("redis://:p@h:7/2", Address(host="h", port=7, password="p", database=2)),
        ("unix:///tmp/x.sock?db=1", Address(host="localhost", path="/tmp/x.sock", database=1)),
    ],
)
def test_urls(url: str, expected: Address) -> None:
    assert Address.of(url) == expected


def test_valkey_is_known_by_its_own_version() -> None:
    info = {"server_name": "valkey", "valkey_version": "9.1.2", "redis_version": "7.2.4"}
    assert Server.of(info, 1).version == (9, 1, 2)
    assert Server.of({"redis_version": "7.0.15"}, 1).version == (7, 0, 15)
