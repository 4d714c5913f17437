"""Streams whose next element is made while somebody is busy with the last."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from allocator.services.ahead import one_ahead


async def test_the_next_element_is_made_meanwhile_and_no_further_one() -> None:
    begun: list[int] = []
    made = asyncio.Semaphore(0)

    async def source() -> AsyncGenerator[int]:
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
    async def source() -> AsyncGenerator[int]:
        yield 1
        yield 2
        raise LookupError

    stream = one_ahead(source())
    assert [await anext(stream), await anext(stream)] == [1, 2]
    with pytest.raises(LookupError):
        await anext(stream)


@pytest.mark.parametrize("busy", [True, False])
async def test_who_stops_taking_stops_the_making(*, busy: bool) -> None:
    stopped = asyncio.Event()
    reached = asyncio.Event()

    async def source() -> AsyncGenerator[int]:
        try:
            yield 1
            reached.set()
            if busy:
                await asyncio.Event().wait()
            yield 2
        finally:
            stopped.set()

    stream = one_ahead(source())
    assert await anext(stream) == 1
    await reached.wait()
    await stream.aclose()
    assert stopped.is_set()
