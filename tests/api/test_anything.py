"""Whatever is sent, on every RPC: no INTERNAL, no UNKNOWN, no hang. Nothing breaks either.

Three quarters of a minute in all: built messages on both kinds of Redis, bytes, of which hardly any
come as far, on one. What the calls did to the projects is
audited when the server stops, event by event, like that of every other test.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor

from allocator.bootstrap import Worker
from tests.api.anything import Builder, Right, rpcs
from tests.api.reviews import Desk
from tests.api.world import Session, Stubs, World, open_session, unique
from tests.conftest import ON_ONE_KIND, REDIS_SERVERS

RPCS = rpcs()
ALL_S = float(os.environ.get("DIBS_TEST_ANYTHING_S", "45"))
"""For all RPCs, and all ways of sending."""
EACH_S = ALL_S / len(RPCS) / (len(REDIS_SERVERS) + 1)
FEWEST = 5
# What asks for a view of an event that will never be waits as long as this.
PATIENCE_S = 0.5
# Longer than the gate's patience, which answers UNAVAILABLE.
HANGS_S = 20.0
# A stream may go on for ever: what it says in a moment is enough.
LISTEN_S = 0.1
FORBIDDEN = {"INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED"}
PEOPLE = ("ann", "bob", "cy")


SEVERAL = 10
"""So many RPCs share what there is to review."""
REVIEWS = {"Decide", "ReportMissing"}
"""Asked for by who holds a review."""
OUTSIDE = {"CopyProject", "CreateProject", "UndeleteProject"}
"""Asked for by sessions without a project."""
OF_ANOTHER = {"CreateProject", "DeleteProject"}
"""Not about the project that everything else is about, which is to stay."""


class Target:
    """A project with some of everything, and what would be right to send to it."""

    def __init__(self, world: World, outside: Session) -> None:
        self.world = world
        self.outside = outside
        self._held: list[tuple[str, str, int]] = []
        self._reviews: list[tuple[str, str, int]] = []
        self._renewed = 0

    async def furnish(self) -> None:
        world = self.world
        await world.people(*PEOPLE)
        await world.dataset("d", [f"i{n}" for n in range(900)])
        await world.dataset("e", ["x", "y"])
        await world.queue("q", "d")
        await world.queue("r", "d", slots=2)
        await Desk(world).settings(enabled=True)

    async def renew(self, stubs: Stubs) -> bool:
        """Give everybody something to do; False if what was sent made calls pointless."""
        world = self.world
        world.stubs = stubs
        try:
            world.session = await open_session(stubs, world.project)
            await world.depth("r")
            for person in PEOPLE:
                await world.update(person, "active", active=True)
                given = await world.reserve("q", person, 3)
                self._held += [(person, t.task_id, t.lease.lease_token) for t in given.tasks]
            if self._renewed % SEVERAL == 0:
                await self._submit()
            self._renewed += 1
        except grpc.aio.AioRpcError:
            return False
        return bool(self._held)

    async def _submit(self) -> None:
        """Something to review, and who reviews it."""
        desk, person = Desk(self.world), PEOPLE[0]
        for task in (await self.world.reserve("q", person)).tasks:
            await desk.submit(person, "unit-id-1", "unit-id-2", task=task)
        given = (await desk.reserve("ada", count=5)).reviews
        self._reviews += [("ada", r.review_id, r.lease.lease_token) for r in given]

    def scene(self, fate: random.Random, method: str) -> Right:
        """Names of fields to what would be right for them, all in one request."""
        holder, task, token = fate.choice(self._held[-9:])
        reviewer, review, held = fate.choice(self._reviews[-5:] or [(holder, "r1", token)])
        if method in REVIEWS:
            holder, token = reviewer, held
        session = self.outside if method in OUTSIDE else self.world.session

        def one_of(*values: Any) -> Callable[[], Any]:
            return lambda: fate.choice(values)

        def numbered(prefix: str, *values: str) -> Callable[[], str]:
            return lambda: fate.choice([*values, f"{prefix}{fate.randint(1, 999)}"])

        return {
            "project_id": lambda: unique() if method in OF_ANOTHER else self.world.project,
            "new_project_id": unique,
            "actor": one_of("ada", holder),
            "person": one_of(holder, *PEOPLE, ""),
            "person_id": numbered("p", *PEOPLE),
            "request_id": session.next,
            "queue_id": numbered("q", "q", "q", "r"),
            "dataset_id": numbered("d", "d", "e"),
            "group_id": numbered("g", "g"),
            "external_id": numbered("i", "x"),
            "task_id": one_of(task, task, f"{fate.randint(1, 900)}-1"),
            "review_id": one_of(review, review, f"r{fate.randint(1, 20)}"),
            "issue_id": lambda: (
                f"{fate.randint(1, 9)}-1-{fate.randint(0, 9)}-{fate.randint(1, 99)}"
            ),
            "unit_id": lambda: f"unit-id-{fate.randint(1, 20)}",
            "lease_token": one_of(token),
            "count": one_of(1, 2, 5),
            "page_size": one_of(0, 1, 10),
            "page_token": one_of("", "", "", "forged"),
            "min_seq": one_of(0, 0, 1, 5),
            "filter": one_of("", "state = QUEUED", "priority = HIGH", 'name : "abc"'),
            "order_by": one_of("", "", "create_time desc", "priority"),
            "etag": one_of("", "", "", "x"),
            "status": one_of("", "completed", "discarded"),
        }


@pytest.fixture(scope="module")
def standing(server: Worker) -> list[Target]:
    """The target of all tests on one server; replaced once it does not stand any more."""
    return []


@pytest.fixture
async def channel(server: Worker) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel


@pytest.fixture
async def target(channel: grpc.aio.Channel, standing: list[Target]) -> Target:
    stubs = Stubs(channel)
    if not (standing and await standing[0].renew(stubs)):
        made = Target(await World.make(stubs), await open_session(stubs, ""))
        await made.furnish()
        assert await made.renew(stubs)
        standing[:] = [made]
    return standing[0]


async def _send(channel: Any, path: str, method: MethodDescriptor, sent: bytes) -> str:
    """The name of the code that it ends with."""
    answer = message_factory.GetMessageClass(method.output_type)
    kinds = ("stream" if s else "unary" for s in (method.client_streaming, method.server_streaming))
    call = getattr(channel, "_".join(kinds))(path, None, answer.FromString)
    request = _once(sent) if method.client_streaming else sent
    try:
        if not method.server_streaming:
            await call(request, timeout=HANGS_S)
        else:
            await _listen(call(request, timeout=HANGS_S), method)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


async def _listen(stream: Any, method: MethodDescriptor) -> None:
    """To the end if we end it; else for a moment."""
    ends = method.client_streaming
    try:
        async with asyncio.timeout(None if ends else LISTEN_S):
            async for _ in stream:
                pass
    except TimeoutError:
        stream.cancel()


async def _once(message: bytes) -> AsyncIterator[bytes]:
    yield message


async def _for_a_while(
    channel: Any, path: str, make: Callable[[MethodDescriptor], bytes], show: Callable[[bytes], str]
) -> int:
    """Send what `make` makes; how much was sent. Fails at the first forbidden answer."""
    method, end, count = RPCS[path], time.monotonic() + EACH_S, 0
    while count < FEWEST or time.monotonic() < end:
        sent = make(method)
        code = await _send(channel, path, method, sent)
        assert code not in FORBIDDEN, f"{code} for {show(sent)}"
        count += 1
    return count


@pytest.mark.parametrize("path", RPCS, ids=lambda path: path.rsplit("/", 1)[1])
async def test_built_messages_are_answered_or_refused_by_name(
    request: pytest.FixtureRequest, target: Target, channel: Any, path: str
) -> None:
    fate = random.Random(request.node.nodeid)
    name = RPCS[path].name
    builder = Builder(fate, lambda: target.scene(fate, name))
    kind = message_factory.GetMessageClass(RPCS[path].input_type)

    assert (
        await _for_a_while(
            channel,
            path,
            lambda method: builder.message(method.input_type).SerializeToString(),
            lambda sent: f"{kind.__name__}: {kind.FromString(sent)!r}"[:4000],
        )
        >= FEWEST
    )


@ON_ONE_KIND
@pytest.mark.parametrize("path", RPCS, ids=lambda path: path.rsplit("/", 1)[1])
async def test_bytes_of_any_kind_are_answered_or_refused_by_name(
    request: pytest.FixtureRequest, target: Target, channel: Any, path: str
) -> None:
    fate = random.Random(request.node.nodeid)
    name = RPCS[path].name
    builder = Builder(fate, lambda: target.scene(fate, name))

    assert (
        await _for_a_while(
            channel,
            path,
            lambda method: builder.raw(method.input_type),
            lambda sent: sent.hex()[:4000],
        )
        >= FEWEST
    )
