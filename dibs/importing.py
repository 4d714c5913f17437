"""Importing items without I/O: chunks, batches and what came of them.

Up to 8 chunks are on their way in an ImportItems stream, which takes on more as
they are answered. What of it was not answered goes out again in the next stream,
with the same request_ids.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
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

    def take(self) -> Ticket:
        """The right to send the next chunk."""
        self._session.next_n += 1
        return Ticket(self._session, self._session.next_n - 1)


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


class Step(Enum):
    """What a stream does next."""

    SIGN = auto()
    """Sign a new chunk."""
    SEND = auto()
    """Send a chunk."""
    WAIT = auto()
    """Wait for an answer."""
    END = auto()
    """End the stream: it takes no more, and all that it took is answered."""


class Flight:
    """The chunks of an import in order: answered, on their way, at hand, or still to come.

    Only `fill` asks for items, which may take any time.

    grpc.aio reports a refusal that meets it while it writes as an error of its
    own. So nothing is written ahead before the first answer of a stream, which
    shows that the session and the dataset are known, nor after a failure until
    all that was on its way then is answered.
    """

    def __init__(self, all_chunks: Iterator[ImportItemsRequest]) -> None:
        self._rest = all_chunks
        self._at_hand: deque[ImportItemsRequest] = deque()
        self._open: deque[tuple[ImportItemsRequest, Ticket]] = deque()
        self._sent = 0
        self._window = 1
        self._takes_until = 0.0
        self._failed = False

    @property
    def over(self) -> bool:
        """Whether every chunk was answered, after a `fill`."""
        return not self._at_hand and not self._open

    def fill(self) -> None:
        """Have as many chunks at hand as could be on their way besides those that are."""
        wanted = IN_FLIGHT - len(self._open) - len(self._at_hand)
        self._at_hand.extend(islice(self._rest, max(0, wanted)))

    @property
    def tickets(self) -> list[Ticket]:
        """Those of the chunks without an answer."""
        return [ticket for _, ticket in self._open]

    def begin(self, takes_until: float) -> None:
        """A stream begins: it takes what has no answer, and new chunks until then."""
        self._sent, self._window, self._takes_until = 0, 1, takes_until

    def step(self, now: float) -> Step:
        """What to do before the next answer is awaited."""
        if self._sent == self._window:
            return Step.WAIT
        if self._sent < len(self._open):
            return Step.SEND
        if self._at_hand and now < self._takes_until:
            return Step.SIGN
        return Step.WAIT if self._sent else Step.END

    def sign(self, ticket: Ticket) -> None:
        """Let the next new chunk go out."""
        request = self._at_hand.popleft()
        sign(request, ticket)
        self._open.append((request, ticket))

    def sign_again(self, tickets: Iterable[Ticket]) -> None:
        """Give all that has no answer other tickets."""
        requests = [request for request, _ in self._open]
        self._open = deque(zip(requests, tickets, strict=True))
        for request, ticket in self._open:
            sign(request, ticket)

    def send(self) -> ImportItemsRequest:
        """The chunk to send next."""
        self._sent += 1
        return self._open[self._sent - 1][0]

    def answered(self, response: ImportItemsResponse) -> Ticket:
        """One chunk is durable; they are answered in order. Returns its ticket."""
        first, ticket = self._open.popleft()
        self._sent -= 1
        self._failed = self._failed and bool(self._open)
        self._window = 1 if self._failed else IN_FLIGHT
        if response.n != first.request_id.n:
            raise OutcomeUnknown.rebuilt("an import's chunks were answered out of order", {})
        return ticket

    def failure(self, error: DibsError) -> DibsError:
        """The error of the chunk in front, with the line that it is about."""
        self._failed = True
        if self._open and isinstance(error, InvalidArgument):
            index = _index(error.field)
            if index is not None:
                error.add_note(f"line {self._open[0][0].first_line + index}")
        return error


def _index(path: str) -> int | None:
    """7 for items[7].weight."""
    if not path.startswith("items["):
        return None
    digits = path.removeprefix("items[").partition("]")[0]
    return int(digits) if digits.isdecimal() else None
