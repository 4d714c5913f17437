"""Imports: chunks, lines, repeats."""

import pytest

from dibs import errors
from dibs.call import Scope
from dibs.importing import CHUNK_BYTES, Flight, ImportSession, Step, chunks
from dibs.v1.dataset_pb2 import ImportItemsResponse, Item

SCOPE = Scope(project="demo", actor="ann")


def names(n: int) -> list[str]:
    return [f"item {i}" for i in range(n)]


def test_chunks_keep_the_order_and_the_lines():
    cut = list(chunks(SCOPE, "d", names(2500), 2))
    assert [len(c.items) for c in cut] == [1000, 1000, 500]
    assert [c.first_line for c in cut] == [2, 1002, 2002]
    assert [i.external_id for c in cut for i in c.items] == names(2500)


def test_chunks_stay_below_the_size_of_a_message():
    big = [
        Item(external_id=n, attributes={f"k{j}": "x" * 1000 for j in range(60)}) for n in names(200)
    ]
    cut = list(chunks(SCOPE, "d", big, 1))
    assert len(cut) > 3
    assert all(c.ByteSize() < CHUNK_BYTES + 100_000 for c in cut)
    assert sum(len(c.items) for c in cut) == 200


async def test_an_import_of_many_chunks_adds_every_item(ask, server):
    seen = []
    result = await ask(
        "import_items", "d", iter(names(9500)), on_chunk=lambda r: seen.append(r.added)
    )
    assert (result.added, result.chunks, len(server.items)) == (9500, 10, 9500)
    assert result.seq == server.seq
    assert seen == [*range(1000, 9001, 1000), 9500]


async def test_one_stream_takes_all_chunks(ask, server):
    await ask("import_items", "d", names(20_500))
    assert (len(server.items), server.import_streams) == (20_500, 1)


async def test_mappings_and_items_are_items_too(ask, server):
    result = await ask(
        "import_items",
        "d",
        [{"external_id": "a", "weight": 2.5, "classes": ["x"]}, Item(external_id="b")],
    )
    assert result.added == 2
    sent = server.requests("ImportItems")[0].items
    assert (sent[0].weight, list(sent[0].classes), sent[1].HasField("weight")) == (
        2.5,
        ["x"],
        False,
    )


async def test_lines_that_are_there_already_are_reported(ask):
    await ask("import_items", "d", names(3))
    result = await ask("import_items", "d", ["new", "item 1"], first_line=10)
    assert result.added == 1
    [error] = result.line_errors
    assert (error.line, error.external_id, error.reason) == (11, "item 1", "DUPLICATE_ITEM")


async def test_a_lost_stream_goes_on_with_the_same_request_ids(ask, server):
    server.lose("ImportItems", times=1)
    server.fail("ImportItems", errors.StoreUnavailable(0.01))
    server.lose("ImportItems", times=1)
    result = await ask("import_items", "d", names(5000))
    assert (result.added, result.line_errors, len(server.items)) == (5000, [], 5000)


async def test_an_ended_session_is_replaced(ask, server):
    await ask("import_items", "d", names(10))
    server.end_sessions()
    result = await ask("import_items", "d", [f"later {n}" for n in range(3000)])
    assert result.added == 3000


async def test_a_wrong_item_ends_the_import_and_names_its_line(ask, server):
    items = [{"external_id": n, "weight": -1.0 if n == "item 1500" else 1.0} for n in names(2000)]
    with pytest.raises(errors.InvalidArgument) as raised:
        await ask("import_items", "d", items, first_line=5)
    assert raised.value.field == "items[500].weight"
    assert raised.value.__notes__ == ["line 1505"]


async def test_patience_counts_from_the_last_chunk_that_went_in(ask, server):
    import dibs

    ask.client.patience = dibs.Patience(total_s=0.2, first_pause_s=0.01, longest_pause_s=0.02)
    server.lose("ImportItems", times=1000)
    with pytest.raises(errors.OutcomeUnknown):
        await ask("import_items", "d", names(10))


class Flown:
    """A flight without a wire: what goes out, and what is answered, by number of the chunk."""

    def __init__(self, count: int):
        self.session = ImportSession(bytes(16))
        self.source = iter(names(count * 1000))
        self.flight = Flight(chunks(SCOPE, "d", self.source, 1))
        self.flight.fill()
        self.way: list[int] = []

    def send(self, now: float) -> list[int]:
        """All that may go out."""
        sent = []
        while (step := self.flight.step(now)) in (Step.SIGN, Step.SEND):
            if step is Step.SIGN:
                self.flight.sign(self.session.take())
            else:
                sent.append(self.flight.send().request_id.n)
        self.way += sent
        return sent

    def answer(self) -> None:
        self.flight.answered(ImportItemsResponse(n=self.way.pop(0)))
        self.flight.fill()

    def lose(self) -> None:
        self.flight.failure(errors.OutcomeUnknown())
        self.way.clear()


def test_a_stream_begins_with_one_chunk_and_then_has_eight_on_their_way():
    flown = Flown(30)
    flown.flight.begin(10)
    assert flown.send(0) == [1]
    flown.answer()
    assert flown.send(1) == [2, 3, 4, 5, 6, 7, 8, 9]
    flown.answer()
    flown.answer()
    assert flown.send(2) == [10, 11]
    assert flown.flight.step(2) is Step.WAIT


def test_a_stream_that_took_chunks_for_long_enough_ends_when_they_are_answered():
    flown = Flown(30)
    flown.flight.begin(10)
    flown.send(0)
    flown.answer()
    flown.send(9)
    for _ in range(8):
        assert flown.send(10) == []
        assert flown.flight.step(10) is Step.WAIT
        flown.answer()
    assert flown.flight.step(10) is Step.END
    assert not flown.flight.over
    flown.flight.begin(20)
    assert flown.send(10) == [10]


def test_after_a_failure_all_that_was_on_its_way_goes_again_one_by_one():
    flown = Flown(30)
    flown.flight.begin(10)
    flown.send(0)
    flown.answer()
    flown.send(0)
    flown.lose()
    flown.flight.begin(10)
    for n in range(2, 10):
        assert flown.send(0) == [n]
        flown.answer()
    assert flown.send(0) == [*range(10, 18)]


def test_items_are_asked_for_by_none_but_fill_and_no_more_than_eight_chunks_ahead():
    flown = Flown(30)
    assert next(flown.source) == "item 8000"
    flown.flight.begin(10)
    flown.send(0)
    flown.flight.answered(ImportItemsResponse(n=1))
    flown.send(0)
    assert next(flown.source) == "item 8001"
    flown.flight.fill()
    assert next(flown.source) == "item 9002"
