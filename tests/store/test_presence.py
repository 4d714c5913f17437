"""Which items a queue has: the views say what the reference model says, after every change.

No function of Redis decides it: who attaches a dataset, or adds items, is told by the views
(`Items.still_in`) what of them is a task already. So here the log goes to Postgres, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocator.services.presence import present
from store.assembly import Store
from store.embedded import EmbeddedRedis
from store.events import genesis
from store.log import Logged
from tests.conftest import ON_ONE_KIND
from tests.store.kernel_machine import ProjectMachine

pytestmark = ON_ONE_KIND

STEPS = 25
QUEUE = 1


class Viewed(ProjectMachine):
    """One queue, whose log is projected, too."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self.dsn = dsn
        self.store = Store(self.url, dsn)
        self.run(self._open())

    async def _open(self) -> None:
        await self.store.start(roles=False)
        name = f"p{self.project}"
        admin = await asyncpg.connect(self.dsn)
        await admin.execute(
            "INSERT INTO project (project, external_id, display_name)"
            " OVERRIDING SYSTEM VALUE VALUES ($1, $2, $2)",
            *(self.project, name),
        )
        await admin.execute(
            "INSERT INTO head (project, epoch, seq, chain) VALUES ($1, 1, 0, $2)",
            *(self.project, bytes.fromhex(genesis(name))),
        )
        await admin.close()

    def compare(self) -> None:
        """What the service is told that the queue has, against the model."""
        self.run(self._project())
        assert self.run(self._present()) == self.state.queues[QUEUE].items

    async def _project(self) -> None:
        head = await self.store.log.head(self.project)
        assert head is not None
        new = [Logged(seq, 1, chain, payload) for seq, chain, payload in self.log[head.seq :]]
        if new:
            assert await self.store.log.append(self.project, head, new)
            await self.store.projector.project(self.project)

    async def _present(self) -> frozenset[int]:
        store, items = self.store, range(1, self.state.items_last + 1)
        where = (store.items, store.views, self.project, QUEUE)
        return await present(*where, items, len(self.log), delayed=len(items))

    def finish_one_and_clear_the_rest(self, person: int) -> None:
        """Of an item with several tasks one is finished, and the others were cleared."""
        before = len(self.tokens)
        self.reserve(queue=QUEUE, person=person, count=1, ensure=False, n=0)
        if given_now := self.tokens[before:]:
            self.clear_waiting(QUEUE)
            self.finish(*given_now[0], meaning=1)

    def teardown(self) -> None:
        self.run(self.store.close())
        super().teardown()


@contextmanager
def viewed(redis_server: EmbeddedRedis, dsn: str, slots: int) -> Iterator[Viewed]:
    """A machine with some of a dataset's items in its queue."""
    ProjectMachine.url = redis_server.url
    machine = Viewed(dsn)
    try:
        machine.begin(slots=slots, max_held=100, sizes=(0, 0))
        machine.follow(queue=QUEUE, sizes=[4, 4], pick=3)
        yield machine
    finally:
        machine.teardown()


def step(machine: Viewed, fate: Random) -> None:
    """Items come into the queue or leave it, or people do something meanwhile."""

    def pick() -> int:
        return fate.randrange(10_000)

    def person() -> int:
        return fate.randint(2, 4)

    def items() -> list[int]:
        return fate.sample(range(1, 41), 3)

    def count() -> int:
        return fate.randint(1, 3)

    steps = [
        lambda: machine.attach(QUEUE, 3),
        lambda: machine.follow(queue=QUEUE, sizes=[4, 4], pick=3),
        lambda: machine.follow(queue=QUEUE, sizes=[4, 1], pick=2),
        lambda: machine.add_chosen(QUEUE, 1, items()),
        lambda: machine.add_of_another_dataset(QUEUE, 2, [pick(), pick()]),
        lambda: machine.detach(1),
        lambda: machine.finish_detaching(pick(), count() + 1),
        lambda: machine.clear_waiting(QUEUE),
        lambda: machine.remove_entries([pick()], QUEUE),
        lambda: machine.take_items_out([pick()], 1),
        lambda: machine.delay(QUEUE, 1, items(), 500),
        lambda: machine.undelay(1_000),
        lambda: machine.finish_one_and_clear_the_rest(person()),
        lambda: machine.reserve(queue=QUEUE, person=person(), count=count(), ensure=False, n=0),
        lambda: machine.submit(pick(), 1),
        lambda: machine.release(pick()),
        lambda: machine.skip(pick(), 3),
        lambda: machine.reopen([pick()], 2, person()),
    ]
    fate.choice(steps)()


@pytest.mark.timeout(400)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(slots=st.integers(1, 3), fate=st.randoms(use_true_random=True))
def test_a_queue_has_the_items_that_the_reference_model_says(
    redis_server: EmbeddedRedis, dsn: str, slots: int, fate: Random
) -> None:
    with viewed(redis_server, dsn, slots) as machine:
        for _ in range(STEPS):
            step(machine, fate)
            machine.compare()


def test_what_had_ended_is_there_while_its_dataset_is_detached_and_attached_again(
    redis_server: EmbeddedRedis, dsn: str
) -> None:
    with viewed(redis_server, dsn, slots=2) as machine:
        machine.finish_one_and_clear_the_rest(person=2)
        machine.detach(1)
        machine.compare()
        machine.attach(QUEUE, 3)
        machine.follow(queue=QUEUE, sizes=[4, 4], pick=3)
        machine.compare()
        machine.finish_detaching(1, 3)  # the first operation was to clear
        machine.compare()
        assert machine.state.queues[QUEUE].fences == ()
        assert machine.state.queues[QUEUE].items == set(range(1, 9))


def test_what_came_in_anew_stays_when_what_was_detached_has_left(
    redis_server: EmbeddedRedis, dsn: str
) -> None:
    with viewed(redis_server, dsn, slots=1) as machine:
        machine.detach(1)
        machine.attach(QUEUE, 3)
        machine.follow(queue=QUEUE, sizes=[4, 4], pick=3)
        machine.finish_detaching(0, 3)
        machine.compare()
        assert machine.state.queues[QUEUE].fences == ()
        assert machine.state.queues[QUEUE].items == set(range(1, 9))


def test_what_is_cleared_while_its_dataset_is_detached_leaves_what_had_ended(
    redis_server: EmbeddedRedis, dsn: str
) -> None:
    with viewed(redis_server, dsn, slots=2) as machine:
        machine.reserve(queue=QUEUE, person=2, count=1, ensure=False, n=0)
        machine.submit(0, 1)
        machine.detach(1)
        machine.compare()
        assert machine.state.queues[QUEUE].items == set()
        machine.clear_waiting(QUEUE)
        machine.compare()
        assert machine.state.queues[QUEUE].items == {1}
