"""The list of a dataset's items, filtered: windows of item numbers, or the index of ids."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from allocator.filters import EVERYTHING, Filter, Order
from allocator.model import Item
from allocator.ports.lists import MOST_COUNTED, ListAsk
from store.filtering import Column, Where, one_of
from store.items import Items
from store.postgres import Postgres

FIRST_WINDOW: Final = 2_000
LAST_WINDOW: Final = 50_000
RANGES_A_WINDOW: Final = 500

COLUMNS: Final[dict[str, Column]] = {
    **{name: f"x.{name}" for name in ("number", "external_id", "weight", "attributes")},
    "classes": one_of("x.classes"),
}
_ROWS: Final = """
SELECT r.base + i.ordinal - r.first AS number, r.dataset, i.external_id, i.weight, i.classes,
       i.required_skills, i.attributes
  FROM item_range r
  JOIN item i ON i.project = r.project AND i.import = r.import
             AND i.ordinal >= r.first AND i.ordinal < r.first + r.count
 WHERE r.project = $1 AND r.dataset = $2 AND i.removed = 0"""
_IN_WINDOW: Final = f"{_ROWS} AND r.base >= $3 AND r.base <= $4"
_BY_ID: Final = """
SELECT r.base + i.ordinal - r.first AS number, r.dataset, i.external_id, i.weight, i.classes,
       i.required_skills, i.attributes
  FROM item i
  JOIN item_range r ON r.project = i.project AND r.import = i.import
                   AND r.first <= i.ordinal AND i.ordinal < r.first + r.count
 WHERE i.project = $1 AND i.dataset = $2 AND i.removed = 0"""


class ItemList:
    """Implements allocator.ports.lists.ItemList."""

    def __init__(self, postgres: Postgres, items: Items) -> None:
        self._postgres = postgres
        self._items = items

    async def page(self, project: int, dataset: int, ask: ListAsk) -> Sequence[Item]:
        """Items behind `ask.after`: (number) or (external id), as the order says."""
        if ask.order.field == "external_id":
            rows = await self._postgres.fetch(*_asked(_BY_ID, [project, dataset], ask))
            return await self._items.from_rows(project, rows)
        found: list[Any] = []
        async for low, high in self._windows(project, dataset, ask):
            arguments = [project, dataset, low, high]
            found += await self._postgres.fetch(*_asked(_IN_WINDOW, arguments, ask))
            if len(found) >= ask.limit:
                break
        return await self._items.from_rows(project, found[: ask.limit])

    async def count(self, project: int, dataset: int, chosen: Filter) -> int:
        """How many items there are; at most MOST_COUNTED + 1 are counted."""
        ask = ListAsk(order=Order(field="number"), filter=chosen, limit=MOST_COUNTED + 1)
        total = 0
        async for low, high in self._windows(project, dataset, ask):
            query, *arguments = _asked(_IN_WINDOW, [project, dataset, low, high], ask)
            row = await self._postgres.fetchrow(f"SELECT count(*) FROM ({query}) AS c", *arguments)
            total += int(row[0]) if row else 0
            if total > MOST_COUNTED:
                break
        return min(total, MOST_COUNTED + 1)

    async def _windows(
        self, project: int, dataset: int, ask: ListAsk
    ) -> AsyncIterator[tuple[int, int]]:
        """First and last base of the ranges of one window after the other."""
        down = ask.order.down
        at = await self._start(project, dataset, ask)
        way, sign = ("DESC", "<=") if down else ("ASC", ">=")
        # Without a filter as many items as are asked for are enough, and the rest of one range.
        size = ask.limit if ask.filter == EVERYTHING else FIRST_WINDOW
        while True:
            rows = await self._postgres.fetch(
                "SELECT base, count FROM item_range WHERE project = $1 AND dataset = $2"
                f" AND base {sign} $3 ORDER BY base {way} LIMIT {RANGES_A_WINDOW}",
                *(project, dataset, at),
            )
            taken, total = [], 0
            for row in rows:
                taken.append(row["base"])
                total += row["count"]
                if total >= size:
                    break
            if not taken:
                return
            yield min(taken), max(taken)
            at = taken[-1] - 1 if down else taken[-1] + 1
            size = min(size * 4, LAST_WINDOW)

    async def _start(self, project: int, dataset: int, ask: ListAsk) -> int:
        """The base of the range that the page begins in, or an end of them all."""
        if not ask.after:
            return 2**60 if ask.order.down else 0
        row = await self._postgres.fetchrow(
            "SELECT max(base) FROM item_range WHERE project = $1 AND dataset = $2 AND base <= $3",
            *(project, dataset, ask.after[0]),
        )
        return int(row[0] or 0) if row else 0


def _asked(source: str, arguments: list[Any], ask: ListAsk) -> tuple[Any, ...]:
    where = Where(COLUMNS, arguments)
    conditions = [where.sql(ask.filter)]
    key, way = f"x.{ask.order.field}", " DESC" if ask.order.down else ""
    if ask.after:
        conditions.append(f"{key} {'<' if ask.order.down else '>'} {where.bound(ask.after[0])}")
    query = (
        f"SELECT * FROM ({source}) AS x WHERE {' AND '.join(conditions)}"
        f" ORDER BY {key}{way} LIMIT {where.bound(ask.limit)}"
    )
    return query, *arguments
