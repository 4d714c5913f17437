"""Importing items without I/O: chunks, batches and what came of them.

A batch of up to 8 chunks goes out as one ImportItems stream. What of it was not
answered goes out again with the same request_ids.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Any

from dibs.call import Scope, sign
from dibs.errors import DibsError, InvalidArgument, OutcomeUnknown
from dibs.sessions import IN_FLIGHT, Session, Ticket
from dibs.v1.dataset_pb2 import ImportItemsRequest, ImportItemsResponse, Item, LineError

METHOD = "/dibs.v1.DatasetService/ImportItems"
CHUNK_ITEMS = 1000
# A message may have 4 MB; the rest is for the framing of a thousand items.
CHUNK_BYTES = 3_500_000

ItemLike = Item | Mapping[str, Any] | str


@dataclass(slots=True)
class ImportResult:
    """What came of an import; filled chunk by chunk."""

    added: int = 0
    chunks: int = 0
    seq: int = 0
    line_errors: list[LineError] = field(default_factory=list)
    newest: ImportItemsResponse = field(default_factory=ImportItemsResponse)
    """The answer to the last chunk."""

    def add(self, response: ImportItemsResponse) -> None:
        self.newest = response
        self.added += response.added
        self.chunks += 1
        self.seq = max(self.seq, response.seq)
        self.line_errors.extend(response.line_errors)


class ImportSession:
    """A session that numbers the chunks of one import from 1.

    Whoever keeps the session_id, and how many chunks were `answered`, can go on
    in another process: a chunk that had been taken in is answered as it was
    then. The session must be used for nothing else.
    """

    def __init__(self, session_id: bytes, *, answered: int = 0) -> None:
        self._session = Session(session_id)
        self._session.next_n = answered + 1

    def tickets(self, count: int) -> list[Ticket]:
        first = self._session.next_n
        self._session.next_n += count
        return [Ticket(self._session, n) for n in range(first, first + count)]


def item(value: ItemLike) -> Item:
    """An item from an Item, a bare external_id, or a mapping of Item's fields."""
    if isinstance(value, Item):
        return value
    return Item(external_id=value) if isinstance(value, str) else Item(**value)


def chunks(
    scope: Scope, dataset: str, items: Iterable[ItemLike], first_line: int
) -> Iterator[ImportItemsRequest]:
    """The items in their order, cut where a chunk is full."""
    line = first_line
    source = map(item, items)
    ready: list[Item] = []
    while ready := [*ready, *islice(source, CHUNK_ITEMS - len(ready))]:
        chunk = ImportItemsRequest(
            **scope.where(), dataset_id=dataset, first_line=line, items=ready
        )
        fits = len(ready)
        if chunk.ByteSize() > CHUNK_BYTES:
            fits = _fitting(ready)
            del chunk.items[fits:]
        yield chunk
        line += fits
        del ready[:fits]


def _fitting(items: list[Item]) -> int:
    """How many of the items a chunk takes, at least one."""
    sizes = accumulate(each.ByteSize() for each in items)
    return max(1, sum(1 for size in sizes if size <= CHUNK_BYTES))


def batches(all_chunks: Iterator[ImportItemsRequest]) -> Iterator[Batch]:
    """The chunks, as many at a time as may be in flight."""
    while several := list(islice(all_chunks, IN_FLIGHT)):
        yield Batch(several)


class Batch:
    """Chunks on their way, the first one without an answer in front.

    grpc.aio reports a refusal that meets it while it writes as an error of its
    own. So nothing is written ahead before the first answer, which shows that
    the session and the dataset are known, nor in the streams after a failure.
    """

    def __init__(self, several: list[ImportItemsRequest]) -> None:
        self._open = deque(several)
        # Chunks that may be without an answer in the stream that runs.
        self.window = 1
        self.failed = False

    def __len__(self) -> int:
        return len(self._open)

    def requests(self) -> list[ImportItemsRequest]:
        return list(self._open)

    def sign(self, tickets: Iterable[Ticket]) -> None:
        for request, ticket in zip(self._open, tickets, strict=True):
            sign(request, ticket)

    def answered(self, response: ImportItemsResponse) -> None:
        """One chunk is durable; they are answered in order."""
        first = self._open.popleft()
        self.window = 1 if self.failed else IN_FLIGHT
        if response.n != first.request_id.n:
            raise OutcomeUnknown.rebuilt("an import's chunks were answered out of order", {})

    def failure(self, error: DibsError) -> DibsError:
        """The error of the chunk in front, with the line that it is about."""
        self.failed, self.window = True, 1
        if self._open and isinstance(error, InvalidArgument):
            index = _index(error.field)
            if index is not None:
                error.add_note(f"line {self._open[0].first_line + index}")
        return error


def _index(path: str) -> int | None:
    """7 for items[7].weight."""
    if not path.startswith("items["):
        return None
    digits = path.removeprefix("items[").partition("]")[0]
    return int(digits) if digits.isdecimal() else None
