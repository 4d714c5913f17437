"""Items: staged first, counted from their event on, found from their entries."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from allocator.model import NewItem, RequestKey
from allocator.ports import Staged
from dibs.errors import RequestIdReused
from tests.store.stack import SECRET, Stack, opened


class Importer:
    """What the service does with the rows."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.items = stack, stack.store.items

    async def stage(
        self, ids: list[str], key: RequestKey | None = None, skills: Mapping[str, int] | None = None
    ) -> Staged:
        skills = skills or {}
        new = [
            NewItem(external_id=i, weight=2.5, classes=("cat",), required_skills=tuple(skills))
            for i in ids
        ]
        project = self.stack.project
        return await self.items.stage(project, 1, key or self.stack.key(), 1, new, skills)

    async def add(self, staged: Staged) -> int:
        """Make the chunk's event; returns the number of its first item."""
        chunk = staged.chunk
        inputs: dict[str, Any] = {"dataset": 1, "import": chunk.import_}
        outcome = await self.stack.change(
            "add_items", chunk.key, first=chunk.first, count=chunk.count, **inputs
        )
        assert outcome.event is not None
        return int(outcome.event.body["base"])

    async def enter(self, runs: list[list[int]]) -> None:
        queue = (await self.stack.store.ledger.read(self.stack.project, "queue", queue=1)).detail[0]
        await self.stack.change(
            "add_entries",
            queue=1,
            dataset=0,
            expected=0,
            added_seq=queue["added_seq"],
            cursor=0,
            priority=3,
            runs=runs,
            classes=[[]],
        )


@pytest.fixture
async def importer(empty_redis: str, dsn: str) -> AsyncIterator[Importer]:
    async with opened(Stack(empty_redis, dsn)) as stack:
        await stack.make_project(items=0)
        await stack.store.directory.add_dataset(stack.project, "d", "")
        yield Importer(stack)


async def test_rows_count_from_their_event_on(importer: Importer) -> None:
    items, project = importer.items, importer.stack.project
    staged = await importer.stage(["a", "b", "c"])
    assert (await items.count_of(project, 1), await items.last_of(project, 1)) == (0, 0)
    assert await items.numbers(project, 1, ["a"]) == {}

    base = await importer.add(staged)

    assert (await items.count_of(project, 1), await items.last_of(project, 1)) == (3, base + 2)
    assert await items.numbers(project, 1, ["a", "c", "x"]) == {
        "a": (base, ()),
        "c": (base + 2, ()),
    }
    assert await items.rows_of(project, staged.chunk.import_) == ["a", "b", "c"]
    assert [item.external_id for item in await items.page(project, 1, 0, 2)] == ["a", "b"]


async def test_what_the_log_has_is_a_duplicate(importer: Importer) -> None:
    await importer.add(await importer.stage(["a", "b"]))
    staged = await importer.stage(["b", "c", "a", "d"])
    assert staged.duplicates == {"a", "b"}
    assert staged.chunk.count == 2
    assert await importer.items.rows_of(importer.stack.project, staged.chunk.import_) == ["c", "d"]
    nothing = await importer.stage(["a", "b"])
    assert nothing.chunk.count == 0
    assert nothing.duplicates == {"a", "b"}


async def test_the_same_request_stages_the_same_chunk(importer: Importer) -> None:
    await importer.add(await importer.stage(["a"]))
    key = importer.stack.key()
    first = await importer.stage(["a", "b"], key)
    again = await importer.stage(["a", "b"], key)
    await importer.add(again)
    at_last = await importer.stage(["a", "b"], key)
    assert first.chunk == again.chunk == at_last.chunk
    assert first.duplicates == again.duplicates == at_last.duplicates == {"a"}
    assert [staged.written for staged in (first, again, at_last)] == [{"b"}, set(), set()]
    other = RequestKey(session=key.session, secret=key.secret, n=key.n, hash="f" * 16)
    with pytest.raises(RequestIdReused):
        await importer.stage(["z"], other)


async def test_rows_of_a_dead_importer_are_met_and_can_be_finished(importer: Importer) -> None:
    dead = await importer.stage(["a", "b"])
    met = await importer.stage(["b", "c"])
    assert met.unfinished == (dead.chunk,)
    assert met.chunk.count == 0

    await importer.add(dead)

    staged = await importer.stage(["b", "c"])
    assert staged.chunk.count == 1
    assert staged.duplicates == {"b"}


async def test_rows_of_a_dead_importer_are_met_with_those_it_put_aside_just_before(
    importer: Importer,
) -> None:
    done, before, last = [await importer.stage([name]) for name in "abc"]
    await importer.add(done)
    assert (await importer.stage(["c", "e"])).unfinished == (before.chunk, last.chunk)
    assert (await importer.stage(["b", "e"])).unfinished == (before.chunk,)


async def test_what_was_put_aside_before_is_met_though_other_requests_came_between(
    importer: Importer,
) -> None:
    before = await importer.stage(["a"])
    importer.stack.key()
    last = await importer.stage(["b"])

    assert (await importer.stage(["b", "c"])).unfinished == (before.chunk, last.chunk)


async def test_or_discarded_when_nobody_can_finish_them(importer: Importer) -> None:
    stale = RequestKey(session=10**6, secret=SECRET, n=1, hash="0" * 16)
    dead = await importer.stage(["a", "b"], stale)
    await importer.items.discard(importer.stack.project, dead.chunk.import_)
    assert (await importer.stage(["b", "c"])).chunk.count == 2


async def test_what_is_in_the_log_is_never_discarded(importer: Importer) -> None:
    staged = await importer.stage(["a"])
    await importer.add(staged)
    await importer.items.discard(importer.stack.project, staged.chunk.import_)
    assert await importer.items.rows_of(importer.stack.project, staged.chunk.import_) == ["a"]


async def test_imports_of_the_same_ids_at_once_take_each_id_once(importer: Importer) -> None:
    async def bring(ids: list[str]) -> None:
        key = importer.stack.key()
        while True:
            staged = await importer.stage(ids, key)
            for chunk in staged.unfinished:
                await importer.add(Staged(chunk=chunk))
            if not staged.unfinished:
                break
        if staged.chunk.count:
            await importer.add(staged)

    await asyncio.gather(*(bring([f"i{n}" for n in range(k, k + 10)]) for k in range(6)))
    project = importer.stack.project
    assert await importer.items.count_of(project, 1) == 15
    assert len(await importer.items.page(project, 1, 0, 100)) == 15


async def test_runs_follow_the_items_and_their_skills(importer: Importer) -> None:
    project, items = importer.stack.project, importer.items
    skills = await importer.stack.store.directory.skills(project, ["dutch"])
    skill = skills["dutch"]
    first = await importer.add(await importer.stage(["a", "b"]))
    second = await importer.add(await importer.stage(["c", "d", "e"], skills=skills))
    third = await importer.add(await importer.stage(["f"], skills=skills))

    def plain(runs: Any) -> list[tuple[tuple[int, ...], int, int]]:
        return [(run.skills, run.first, run.count) for run in runs]

    expected = [((), first, 2), ((skill,), second, 4)]
    assert third == second + 3
    assert plain(await items.runs_after(project, 1, 0, 100)) == expected
    assert plain(await items.runs_after(project, 1, first, 3)) == [
        ((), first + 1, 1),
        ((skill,), second, 2),
    ]
    assert await items.runs_after(project, 1, third, 10) == []
    assert await items.count_after(project, 1, second) == 3
    assert await items.classes_of(project, 1) == [(), (skill,)]


async def test_a_block_over_several_imports_and_runs_is_read_once_for_all_who_ask(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, items = importer.stack.project, importer.items
    first = await importer.add(await importer.stage([f"a{n}" for n in range(7)]))
    second = await importer.add(await importer.stage([f"b{n}" for n in range(5)]))
    await importer.enter([[1, first + 2, second + 3 - first - 2]])
    await importer.enter([[1, second + 4, 1]])
    queries: list[str] = []
    fetch = items._postgres.fetch

    async def counted(query: str, *values: object) -> list[Any]:
        queries.append(query)
        return await fetch(query, *values)

    monkeypatch.setattr(items._postgres, "fetch", counted)
    found = await asyncio.gather(*(items.of_entries(project, [n]) for n in range(1, 11)))
    assert [item.external_id for one in found for item in one.values()] == [
        *("a2", "a3", "a4", "a5", "a6", "b0", "b1", "b2", "b4")
    ]
    assert len([query for query in queries if "entry_range" in query]) <= 2


async def test_an_entry_leads_to_its_item(importer: Importer) -> None:
    project, items = importer.stack.project, importer.items
    base = await importer.add(await importer.stage([f"i{n}" for n in range(30)]))
    await importer.enter([[1, base + 10, 5]])
    assert (await items.of_entries(project, [1]))[1].external_id == "i10"
    assert await items.queue_of(project, 5) == 1
    assert await items.queue_of(project, 6) is None
    assert await items.waiting_since(project, 1)
    found = await items.of_entries(project, range(1, 8))
    assert [found[entry].external_id for entry in sorted(found)] == [f"i{n}" for n in range(10, 15)]
    assert found[1].dataset == "d"
    assert found[1].weight == 2.5
    assert await items.already_in(project, 1, [base, base + 10, base + 14, base + 15]) == {
        base + 10,
        base + 14,
    }
