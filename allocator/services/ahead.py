"""Two steps of a stream at once, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

T = TypeVar("T")


async def one_ahead(source: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """The same elements (none is None); each is made while whoever took the last is busy with it.

    An error comes where its element would have. The source is closed at the end.
    """

    async def make() -> T | None:
        return await anext(source, None)

    coming = asyncio.create_task(make())
    try:
        while (made := await coming) is not None:
            coming = asyncio.create_task(make())
            yield made
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await source.aclose()
