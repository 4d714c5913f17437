"""A server that cannot keep the promise is refused with what to change."""

import pytest

from store.checks import (
    Unsuitable,
    check_postgres,
    check_redis,
    postgres_troubles,
    redis_troubles,
)
from store.embedded import EmbeddedRedis
from store.redis import Multiplexer
from store.redis_link import Server

GOOD_POSTGRES = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "server_version_num": "150018",
}
GOOD_REDIS = {"maxmemory-policy": "noeviction", "appendonly": "no", "save": ""}


def server(name: str, *version: int) -> Server:
    return Server(run_id="", name=name, version=version, client_id=1)


def test_what_is_right_is_accepted() -> None:
    assert postgres_troubles(GOOD_POSTGRES) == []
    assert redis_troubles(server("redis", 7, 0, 15), GOOD_REDIS) == []
    assert redis_troubles(server("valkey", 8, 0, 1), GOOD_REDIS) == []


@pytest.mark.parametrize(
    ("setting", "value", "remedy"),
    [
        ("fsync", "off", "set fsync = on"),
        ("full_page_writes", "off", "set full_page_writes = on"),
        ("synchronous_commit", "off", "set synchronous_commit = on"),
        ("synchronous_commit", "local", "set synchronous_commit = on"),
        ("server_version_num", "140011", "use 15 or newer"),
    ],
)
def test_postgres_must_keep_what_it_commits(setting: str, value: str, remedy: str) -> None:
    [trouble] = postgres_troubles(GOOD_POSTGRES | {setting: value})
    assert remedy in trouble


@pytest.mark.parametrize(
    ("setting", "value", "remedy"),
    [
        ("maxmemory-policy", "allkeys-lru", "set maxmemory-policy noeviction"),
        ("appendonly", "yes", "set appendonly no"),
        ("save", "3600 1", 'set save ""'),
    ],
)
def test_redis_must_forget_all_or_nothing(setting: str, value: str, remedy: str) -> None:
    [trouble] = redis_troubles(server("redis", 7, 2), GOOD_REDIS | {setting: value})
    assert remedy in trouble


def test_old_servers_are_refused() -> None:
    assert "use 7.0" in redis_troubles(server("redis", 6, 2, 14), GOOD_REDIS)[0]
    assert "use 8.0" in redis_troubles(server("valkey", 7, 2, 5), GOOD_REDIS)[0]


async def test_our_own_servers_pass(dsn: str, empty_redis: str) -> None:
    await check_postgres(dsn, ignore=frozenset({"fsync", "full_page_writes"}))
    await check_redis(empty_redis)


async def test_the_tests_postgres_is_refused_for_what_makes_it_fast(dsn: str) -> None:
    with pytest.raises(Unsuitable, match="set fsync = on"):
        await check_postgres(dsn)


async def test_a_redis_that_evicts_is_refused(redis_server: EmbeddedRedis) -> None:
    redis = Multiplexer(redis_server.url)
    await redis.start()
    try:
        await redis.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        with pytest.raises(Unsuitable, match="noeviction"):
            await check_redis(redis_server.url)
    finally:
        await redis.call("CONFIG", "SET", "maxmemory-policy", "noeviction")
        await redis.close()
