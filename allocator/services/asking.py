"""What a list is asked for: its filter, its order, where it goes on, its total."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from allocator.answers import Listed
from allocator.filter_text import parse
from allocator.filters import Compare, Fields, Filter, FilterError, Order, order
from allocator.ports.lists import MOST_COUNTED, ListAsk
from allocator.requests import ListOf
from allocator.services import paging
from dibs import errors

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The orders of a list, the first by default; the types of a row's key in each."""

    keys: Mapping[str, tuple[type, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A list as it was asked for; `total` is what the page before knew (-1: this is the first)."""

    ask: ListOf
    filter: Filter
    order: Order
    after: tuple[Any, ...]
    total: int
    of: tuple[object, ...]

    def rows(self, chosen: Filter) -> ListAsk:
        """The rows of this page, and one more that says whether there are more."""
        limit = paging.size_of(self.ask.page) + 1
        return ListAsk(filter=chosen, order=self.order, after=self.after, limit=limit)

    async def listed(
        self,
        rows: Sequence[T],
        key: Callable[[T], Sequence[Any]],
        count: Callable[[], Awaitable[int]],
    ) -> Listed[T]:
        """The page; its total is counted once, for the first page, and goes on with the token."""
        total = self.total if self.total >= 0 else await count()
        size = paging.size_of(self.ask.page)
        kept, more = tuple(rows[:size]), len(rows) > size
        token = paging.token([*key(kept[-1]), total], *self.of) if more else ""
        most = MOST_COUNTED + 1
        return Listed(
            rows=kept,
            next_token=token,
            total=min(total, MOST_COUNTED) if total == most else total,
            at_least=total == most,
        )


def asked(ask: ListOf, fields: Fields, orders: Orders, *of: object) -> Asked:
    """The list that is asked for. `of` says which one it is: its name and its parents.

    Raises InvalidArgument for a filter or an order that cannot be read, and for
    a page_token of another list.
    """
    chosen = _read("filter", lambda: parse(ask.filter, fields))
    way = _read("order_by", lambda: order(ask.order_by, tuple(orders.keys)))
    whole = (*of, ask.filter, way.field, way.down)
    found = paging.position(ask.page, [], *whole)
    types = (*orders.keys[way.field], int)
    if found and [type(one) for one in found] != list(types):
        raise paging.wrong()
    *after, total = found or [-1]
    return Asked(ask=ask, filter=chosen, order=way, after=tuple(after), total=total, of=whole)


def filter_of(text: str, fields: Fields) -> Filter:
    """A filter alone. Raises InvalidArgument if it cannot be read."""
    return _read("filter", lambda: parse(text, fields))


def _read(field: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except FilterError as error:
        raise errors.InvalidArgument(field, f"is wrong {error}") from None


def single(node: Filter) -> Compare | None:
    """The one comparison that a filter is, if it is one for equality."""
    return node if isinstance(node, Compare) and node.operator == "=" else None
