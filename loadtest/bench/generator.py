"""A closed loop of callers, to be run in a process of its own.

Each caller sends its next call when the last one was answered, and keeps what
the next one needs: the number in its session, the task and its token.
"""

from __future__ import annotations

import asyncio
import enum
import resource
import statistics
import time
from array import array
from collections import deque
from dataclasses import dataclass, field

import uvloop

from dibs.call import Scope
from dibs.v1 import allocation_pb2 as messages
from dibs.v1.common_pb2 import TaskState
from loadtest.bench.http2 import Answered, Connection, request_headers

SERVICE = "/dibs.v1.AllocationService/"
HANGS_AFTER_S = 30.0


class Kind(enum.StrEnum):
    """What the callers do, again and again."""

    PING = "Ping"
    WORK = "Reserve(1), Submit"
    RESERVE = "Reserve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What a caller has: a session, its next number, and people to call for, in turn."""

    session: bytes
    n: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a generator is to do."""

    kind: Kind
    target: str
    project: str
    queue: str
    seats: tuple[Seat, ...]
    seconds: float
    connections: int
    size: int = 0
    """Of the payload of a Ping."""
    count: int = 1
    calls_a_person: int = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What came of it. Every call counted was answered OK, and gave what was asked for."""

    calls: int
    tasks: int
    seconds: float
    cpu_s: float
    p50_ms: float
    p99_ms: float
    answer_bytes: float
    """Mean size of what Ping or Reserve answered."""
    next_ns: tuple[int, ...]

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.seconds


def drive(plan: Plan) -> Tally:
    """Do it: the entry of the process."""
    return uvloop.run(_drive(plan))


async def _drive(plan: Plan) -> Tally:
    loop = asyncio.get_running_loop()
    host, port = plan.target.rsplit(":", 1)
    connections = []
    for _ in range(plan.connections):
        _, connection = await loop.create_connection(Connection, host, int(port))
        connections.append(connection)
    run = Run(plan, loop.create_future())
    cpu, started = _cpu(), time.perf_counter()
    callers = [
        Caller(run, seat, connections[number % len(connections)])
        for number, seat in enumerate(plan.seats)
    ]
    for caller in callers:
        caller.begin()
    for connection in connections:
        connection.flush()
    await asyncio.wait(
        [run.over, *(one.failed for one in connections)],
        timeout=plan.seconds + HANGS_AFTER_S,
        return_when=asyncio.FIRST_COMPLETED,
    )
    seconds, cpu = time.perf_counter() - started, _cpu() - cpu
    for connection in connections:
        if connection.failed.done():
            connection.failed.result()
        connection.close()
    if run.busy:
        raise TimeoutError(f"{run.busy} calls were not answered")
    return run.tally(seconds, cpu, tuple(caller.n for caller in callers))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass(slots=True)
class Run:
    """What the callers have in common."""

    plan: Plan
    over: asyncio.Future[None]
    calls: int = 0
    tasks: int = 0
    answered_bytes: int = 0
    measured: int = 0
    times: array[float] = field(default_factory=lambda: array("f"))
    until: float = 0.0
    busy: int = 0

    def __post_init__(self) -> None:
        self.until = time.perf_counter() + self.plan.seconds
        self.busy = len(self.plan.seats)

    def leave(self) -> None:
        """A caller has ended."""
        self.busy -= 1
        if not self.busy:
            self.over.set_result(None)

    def tally(self, seconds: float, cpu_s: float, next_ns: tuple[int, ...]) -> Tally:
        cuts = statistics.quantiles(self.times, n=100)
        return Tally(
            calls=self.calls,
            tasks=self.tasks,
            seconds=seconds,
            cpu_s=cpu_s,
            p50_ms=cuts[49] * 1000,
            p99_ms=cuts[98] * 1000,
            answer_bytes=self.answered_bytes / max(self.measured, 1),
            next_ns=next_ns,
        )


class Caller:
    """One caller: a small machine that `_sent` and the answers drive."""

    def __init__(self, run: Run, seat: Seat, connection: Connection) -> None:
        plan = run.plan
        self._run, self._connection = run, connection
        self._ping = messages.PingRequest(actor=seat.people[0], size=plan.size)
        place = Scope(project=plan.project, actor=seat.people[0]).where()
        self._reserve = messages.ReserveRequest(**place, queue_id=plan.queue, count=plan.count)
        self._reserve.request_id.session_id = seat.session
        self._submit = messages.SubmitRequest(**place)
        self._submit.request_id.session_id = seat.session
        self._paths = {
            method: request_headers(plan.target, SERVICE + method)
            for method in ("Ping", "Reserve", "Submit")
        }
        self.n = seat.n
        self._people = deque(seat.people)
        self._left = plan.calls_a_person
        self._sent = 0.0

    def begin(self) -> None:
        """Put the next call."""
        if time.perf_counter() >= self._run.until:
            self._run.leave()
        elif self._run.plan.kind is Kind.PING:
            self._put("Ping", self._ping.SerializeToString(), self._ponged)
        else:
            self._next_person()
            self._reserve.request_id.n = self._take_n()
            self._put("Reserve", self._reserve.SerializeToString(), self._reserved)

    def _next_person(self) -> None:
        if not self._left:
            self._people.popleft()  # IndexError: more people were needed
            self._reserve.actor = self._people[0]
            self._left = self._run.plan.calls_a_person
        self._left -= 1

    def _take_n(self) -> int:
        n, self.n = self.n, self.n + 1
        return n

    def _put(self, method: str, request: bytes, answered: Answered) -> None:
        self._sent = time.perf_counter()
        self._connection.call(self._paths[method], request, answered)

    def _count(self) -> None:
        self._run.calls += 1
        self._run.times.append(time.perf_counter() - self._sent)

    def _ponged(self, data: bytes) -> None:
        self._count()
        self._run.measured += 1
        self._run.answered_bytes += len(data)
        if len(data) < self._run.plan.size:
            raise ValueError("Ping answered with less than it was asked for")
        self.begin()

    def _reserved(self, data: bytes) -> None:
        self._count()
        run = self._run
        answer = messages.ReserveResponse.FromString(data)
        if len(answer.tasks) != run.plan.count:
            raise ValueError(f"{len(answer.tasks)} tasks, {run.plan.count} asked for: {answer}")
        run.tasks += len(answer.tasks)
        run.measured += 1
        run.answered_bytes += len(data)
        if run.plan.kind is Kind.RESERVE:
            self.begin()
            return
        task, submit = answer.tasks[0], self._submit
        submit.request_id.n = self._take_n()
        submit.task_id = task.task_id
        submit.lease_token = task.lease.lease_token
        self._put("Submit", submit.SerializeToString(), self._submitted)

    def _submitted(self, data: bytes) -> None:
        self._count()
        state = messages.SubmitResponse.FromString(data).state
        if state != TaskState.TASK_STATE_COMPLETED:
            raise ValueError(f"a task was submitted and is {state}")
        self.begin()
