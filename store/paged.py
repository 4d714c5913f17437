"""Rows of one query: filtered, in an order, by the last row's key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from allocator.filters import Filter
from allocator.ports.lists import MOST_COUNTED, ListAsk
from store.filtering import Column, Where
from store.postgres import Postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A query, what may be asked of its rows, and the keys of its orders, each unique."""

    query: str
    columns: Mapping[str, Column]
    orders: Mapping[str, tuple[str, ...]]


async def page(postgres: Postgres, of: Rows, project: int, ask: ListAsk) -> list[asyncpg.Record]:
    """The rows behind `ask.after`."""
    arguments: list[Any] = [project]
    where = Where(of.columns, arguments)
    conditions = [where.sql(ask.filter)]
    keys = of.orders[ask.order.field]
    if ask.after:
        sign = "<" if ask.order.down else ">"
        bound = ", ".join(map(where.bound, ask.after))
        conditions.append(f"({', '.join(keys)}) {sign} ({bound})")
    way = " DESC" if ask.order.down else ""
    by = ", ".join(f"{key}{way}" for key in keys)
    return await postgres.fetch(
        f"{of.query} AND {' AND '.join(conditions)} ORDER BY {by} LIMIT {where.bound(ask.limit)}",
        *arguments,
    )


async def count(postgres: Postgres, of: Rows, project: int, chosen: Filter) -> int:
    """How many there are; at most MOST_COUNTED + 1 are counted."""
    arguments: list[Any] = [project]
    where = Where(of.columns, arguments)
    query = f"{of.query} AND {where.sql(chosen)} LIMIT {MOST_COUNTED + 1}"
    row = await postgres.fetchrow(f"SELECT count(*) FROM ({query}) AS c", *arguments)
    return int(row[0]) if row else 0
