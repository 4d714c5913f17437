"""What clients see besides the outcome of their calls, kept to be compared with the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dibs.v1.allocation_pb2 import ListMyTasksResponse
from dibs.v1.common_pb2 import Task
from dibs.v1.queue_pb2 import GetQueueDepthResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an answer said that an entry is."""

    queue: str
    dataset: str
    external_id: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What GetQueueDepth said about a queue, after event `seq`."""

    queue: str
    seq: int
    states: dict[int, int]
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What ListMyTasks said that a person holds, after event `seq`: (task, token)s."""

    person: str
    seq: int
    leases: frozenset[tuple[str, int]]


@dataclass(slots=True)
class Witness:
    """One for all clients of a run."""

    entries: dict[int, Shown] = field(default_factory=dict)
    depths: list[Depth] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    imported: set[tuple[str, str]] = field(default_factory=set)
    """(dataset, external id) of everything that an import acknowledged."""
    contradictions: list[str] = field(default_factory=list)
    """Two answers that cannot both be true: what no audit of the log can see."""

    def tasks(self, tasks: Iterable[Task]) -> None:
        """Tasks that somebody was given: an entry is always the same item."""
        for task in tasks:
            entry = int(task.task_id.partition("-")[0])
            shown = Shown(
                queue=task.queue_id,
                dataset=task.dataset_id,
                external_id=task.external_id,
                number=task.item_number,
            )
            before = self.entries.setdefault(entry, shown)
            if before != shown:
                self.contradictions.append(f"entry {entry} was {before}, then {shown}")

    def depth(self, queue: str, answer: GetQueueDepthResponse) -> None:
        """The counts of a queue."""
        states = {int(count.state): count.count for count in answer.tasks}
        self.depths.append(Depth(queue=queue, seq=answer.seq, states=states, held=answer.held))

    def holding(self, person: str, answer: ListMyTasksResponse) -> None:
        """All that a person holds; of a list with several pages nothing is kept."""
        self.tasks(answer.tasks)
        if not answer.next_page_token:
            leases = frozenset((one.task_id, one.lease.lease_token) for one in answer.tasks)
            self.holdings.append(Holding(person=person, seq=answer.seq, leases=leases))

    def member(
        self, person: str, wanted: dict[str, object], found: dict[str, object] | None, seq: int
    ) -> None:
        """A member as listed with min_seq, by the only one who changes them."""
        if found is None or any(found[name] != value for name, value in wanted.items()):
            self.contradictions.append(
                f"{person} was made {wanted} by event {seq}, a list of that age says {found}"
            )
