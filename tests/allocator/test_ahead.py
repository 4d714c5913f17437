"""Streams whose next element is made while somebody is busy with the last."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from allocator.services.ahead import one_ahead


async def test_the_next_element_is_made_meanwhile_and_no_further_one() -> None:
    begun: list[int] = []
    made = asyncio.Semaphore(0)

    async def source() -> AsyncIterator[int]:
        for n in range(5):
            begun.append(n)
            yield n
            made.release()

    taken = []
    async for n in one_ahead(source()):
        await made.acquire()  # the source has gone on without us
        taken.append(n)
        assert begun == list(range(min(n + 2, 5)))
    assert taken == list(range(5))


async def test_an_error_comes_behind_what_was_made_before_it() -> None:
    async def source() -> AsyncIterator[int]:
        yield 1
        yield 2
        raise LookupError

    stream = one_ahead(source())
    assert [await anext(stream), await anext(stream)] == [1, 2]
    with pytest.raises(LookupError):
        await anext(stream)


async def test_who_stops_taking_stops_the_making() -> None:
    stopped = asyncio.Event()

    async def source() -> AsyncIterator[int]:
        yield 1
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    stream = one_ahead(source())
    assert await anext(stream) == 1
    await asyncio.sleep(0)
    await stream.aclose()
    assert stopped.is_set()
