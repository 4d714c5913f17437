"""What the promise needs of the servers, each with a sentence that says what to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import asyncpg

from store.postgres import translated
from store.redis import Multiplexer
from store.redis_link import ReplyError, Server

OLDEST: Final[Mapping[str, tuple[int, ...]]] = {"redis": (7, 0), "valkey": (8, 0)}
OLDEST_POSTGRES: Final = 150_000
CONNECT_WAIT_S: Final = 5.0
DURABLE_COMMITS: Final = frozenset({"on", "remote_apply"})

_SETTINGS = ("fsync", "full_page_writes", "synchronous_commit", "server_version_num")


class Unsuitable(Exception):
    """A server as it is configured cannot keep the promise."""

    def __init__(self, troubles: list[str]) -> None:
        super().__init__("; ".join(troubles))
        self.troubles = troubles


def postgres_troubles(settings: Mapping[str, str], *, standby: bool = False) -> list[str]:
    """What stands in the way, given the server's settings."""
    troubles = []
    version = int(settings["server_version_num"])
    if version < OLDEST_POSTGRES:
        troubles.append(f"Postgres is version {version // 10_000}: use 15 or newer")
    troubles += [
        f"Postgres has {name} = {settings[name]}: set {name} = on"
        for name in ("fsync", "full_page_writes")
        if settings[name] != "on"
    ]
    commit = settings["synchronous_commit"]
    if commit not in DURABLE_COMMITS:
        troubles.append(
            f"Postgres has synchronous_commit = {commit}: set synchronous_commit = on, "
            "else an acknowledged change can be lost"
        )
    if standby:
        troubles.append("Postgres is a standby: give the address of the primary")
    return troubles


def redis_troubles(server: Server, config: Mapping[str, str]) -> list[str]:
    """What stands in the way, given the server's version and settings."""
    troubles = []
    oldest = OLDEST.get(server.name, OLDEST["redis"])
    if server.version < oldest:
        has = ".".join(map(str, server.version))
        wants = ".".join(map(str, oldest))
        troubles.append(f"{server.name.capitalize()} is version {has}: use {wants} or newer")
    policy = config.get("maxmemory-policy", "unknown")
    if policy != "noeviction":
        troubles.append(
            f"Redis has maxmemory-policy {policy}: set maxmemory-policy noeviction, "
            "else it forgets tasks"
        )
    if config.get("appendonly", "unknown") != "no":
        troubles.append(
            f"Redis has appendonly {config.get('appendonly', 'unknown')}: set appendonly no; the "
            "log is in Postgres, and a Redis that comes back empty is safer than a stale one"
        )
    if config.get("save", "unknown") != "":
        troubles.append(f'Redis has save "{config.get("save", "unknown")}": set save ""')
    return troubles


async def check_postgres(dsn: str, *, ignore: frozenset[str] = frozenset()) -> None:
    """Raise Unsuitable unless this Postgres can keep the promise. Tests ignore `fsync`."""
    with translated():
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            rows = await connection.fetch(
                "SELECT name, setting FROM pg_settings WHERE name = ANY ($1)", list(_SETTINGS)
            )
            standby = bool(await connection.fetchval("SELECT pg_is_in_recovery()"))
        finally:
            connection.terminate()
    settings = {row["name"]: row["setting"] for row in rows} | dict.fromkeys(ignore, "on")
    if troubles := postgres_troubles(settings, standby=standby):
        raise Unsuitable(troubles)


async def check_redis(url: str) -> None:
    """Raise Unsuitable unless this Redis can play its part; StoreUnavailable if there is none."""
    redis = Multiplexer(url, connect_wait_s=CONNECT_WAIT_S)
    await redis.start()
    try:
        await redis.call("PING")
        assert redis.server is not None
        troubles = redis_troubles(redis.server, await _config(redis))
    finally:
        await redis.close()
    if troubles:
        raise Unsuitable(troubles)


async def _config(redis: Multiplexer) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("maxmemory-policy", "appendonly", "save"):  # several at once need Redis 7
        try:
            pair = await redis.call("CONFIG", "GET", name)
        except ReplyError as error:
            sentence = f"Redis refuses CONFIG GET to this user ({error}): allow it"
            raise Unsuitable([sentence]) from error
        found |= {name: pair[1].decode()} if pair else {}
    return found
