"""A tiny real gRPC server with tasks in a list: the other side of the wire.

It keeps what the clients rely on (sessions, the answers of a session, leases)
and can be told to fail: `fail(method, error)` refuses the next call before it
does anything, `lose(method)` does it and then loses the answer.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NoReturn

import grpc

from dibs import errors
from dibs.status import aborted
from dibs.v1 import allocation_pb2 as a
from dibs.v1 import allocation_pb2_grpc, dataset_pb2_grpc, queue_pb2_grpc
from dibs.v1 import dataset_pb2 as d
from dibs.v1 import queue_pb2 as q
from dibs.v1.common_pb2 import Lease, Task, TaskState


def refuse(context: grpc.ServicerContext, error: errors.DibsError) -> NoReturn:
    code, sentence, trailers = aborted(error)
    context.set_trailing_metadata(trailers)
    context.abort(code, sentence)
    raise AssertionError("abort raises")


LOST = errors.OutcomeUnknown(0.01)


class TinyServer(
    allocation_pb2_grpc.AllocationServiceServicer,
    dataset_pb2_grpc.DatasetServiceServicer,
    queue_pb2_grpc.QueueServiceServicer,
):
    def __init__(self, tasks: int = 0) -> None:
        self.lock = threading.RLock()
        self.waiting = deque(f"{n}-1" for n in range(1, tasks + 1))
        self.held: dict[str, int] = {}
        self.done: list[str] = []
        self.items: dict[str, int] = {}
        self.import_streams = 0
        self.sessions: list[bytes] = []
        self.ended: set[bytes] = set()
        self.answers: dict[tuple[bytes, int], Any] = {}
        self.calls: list[tuple[str, Any]] = []
        self.most_in_flight: dict[bytes, int] = defaultdict(int)
        self.in_flight: dict[bytes, int] = defaultdict(int)
        self.failures: dict[str, deque[tuple[str, Any]]] = defaultdict(deque)
        self.lease_duration_ms = 60_000
        self.seq = 0

    # What the tests say

    def fail(self, method: str, *planned: errors.DibsError) -> None:
        self.failures[method].extend(("before", error) for error in planned)

    def lose(self, method: str, *, times: int = 1) -> None:
        self.failures[method].extend([("after", LOST)] * times)

    def hold(self, method: str, until: threading.Event) -> None:
        """The next call of the method waits."""
        self.failures[method].append(("hold", until))

    def end_sessions(self) -> None:
        self.ended.update(self.sessions)

    def requests(self, method: str) -> list[Any]:
        return [request for name, request in self.calls if name == method]

    # What the server does

    def change(self, method: str, request: Any, context: Any, do: Callable[[], Any]) -> Any:
        session = request.request_id.session_id
        with self.lock:
            self.calls.append((method, type(request).FromString(request.SerializeToString())))
            planned, error = self._planned(method)
            self.in_flight[session] += 1
            self.most_in_flight[session] = max(
                self.most_in_flight[session], self.in_flight[session]
            )
        try:
            if planned == "hold":
                error.wait(5)
            if planned == "before":
                refuse(context, error)
            with self.lock:
                answer = self._once(request, context, do)
            if planned == "after":
                refuse(context, error)
            return answer
        finally:
            with self.lock:
                self.in_flight[session] -= 1

    def _planned(self, method: str) -> tuple[str, Any]:
        return self.failures[method].popleft() if self.failures[method] else ("", None)

    def _once(self, request: Any, context: Any, do: Callable[[], Any]) -> Any:
        key = (request.request_id.session_id, request.request_id.n)
        if key[0] not in self.sessions or key[0] in self.ended:
            refuse(context, errors.SessionUnknown())
        if key not in self.answers:
            self.seq += 1
            try:
                self.answers[key] = do()
            except errors.DibsError as error:
                refuse(context, error)
        return self.answers[key]

    def OpenSession(self, request, context):
        with self.lock:
            self.calls.append(("OpenSession", request))
            planned, error = self._planned("OpenSession")
            if planned == "before":
                refuse(context, error)
            self.sessions.append(len(self.sessions).to_bytes(16, "big"))
            return a.OpenSessionResponse(seq=1, session_id=self.sessions[-1])

    def Ping(self, request, context):
        self.calls.append(("Ping", request))
        planned, error = self._planned("Ping")
        if planned == "hold":
            error.wait(5)
        if planned == "before":
            refuse(context, error)
        return a.PingResponse(payload=bytes(request.size))

    def GetQueue(self, request, context):
        queue = q.Queue(queue_id=request.queue_id)
        queue.lease_duration.FromMilliseconds(self.lease_duration_ms)
        return q.GetQueueResponse(queue=queue)

    def Reserve(self, request, context):
        return self.change("Reserve", request, context, lambda: self._reserve(request))

    def _reserve(self, request: a.ReserveRequest) -> a.ReserveResponse:
        count = min(request.count or 1, len(self.waiting))
        if not count:
            nothing = a.Nothing(reason=a.NothingReason.NOTHING_REASON_QUEUE_EMPTY)
            return a.ReserveResponse(seq=self.seq, nothing=nothing)
        names = [self.waiting.popleft() for _ in range(count)]
        self.held.update(dict.fromkeys(names, self.seq))
        lease = Lease(lease_token=self.seq)
        tasks = [Task(task_id=n, external_id=f"item {n}", lease=lease) for n in names]
        return a.ReserveResponse(seq=self.seq, tasks=tasks)

    def _check(self, task_id: str, token: int) -> None:
        if self.held.get(task_id) != token:
            raise errors.LeaseLost(task_id, "taken_over", "bob")

    def Start(self, request, context):
        def do() -> a.StartResponse:
            self._check(request.task_id, request.lease_token)
            lease = Lease(lease_token=request.lease_token)
            state = TaskState.TASK_STATE_IN_PROGRESS
            return a.StartResponse(seq=self.seq, lease=lease, state=state)

        return self.change("Start", request, context, do)

    def Submit(self, request, context):
        def do() -> a.SubmitResponse:
            self._check(request.task_id, request.lease_token)
            del self.held[request.task_id]
            self.done.append(request.task_id)
            return a.SubmitResponse(seq=self.seq, status=request.status or "completed")

        return self.change("Submit", request, context, do)

    def Release(self, request, context):
        def do() -> a.ReleaseResponse:
            self._check(request.task_id, request.lease_token)
            del self.held[request.task_id]
            self.waiting.appendleft(request.task_id)
            return a.ReleaseResponse(seq=self.seq)

        return self.change("Release", request, context, do)

    def Renew(self, request, context):
        def do() -> a.RenewResponse:
            for lease in request.tasks:
                self._check(lease.task_id, lease.lease_token)
            renewed = [
                a.RenewedLease(task_id=t.task_id, lease=Lease(lease_token=t.lease_token))
                for t in request.tasks
            ]
            return a.RenewResponse(seq=self.seq, renewed=renewed)

        return self.change("Renew", request, context, do)

    def ImportItems(self, requests, context):
        self.import_streams += 1
        for request in requests:
            yield self.change("ImportItems", request, context, partial(self._add, request))

    def _add(self, request: d.ImportItemsRequest) -> d.ImportItemsResponse:
        answer = d.ImportItemsResponse(seq=self.seq, n=request.request_id.n)
        for i, item in enumerate(request.items):
            if item.weight < 0:
                raise errors.InvalidArgument(f"items[{i}].weight", "must be above 0")
            if item.external_id in self.items:
                duplicate = errors.DuplicateItem(item.external_id)
                answer.line_errors.add(
                    line=request.first_line + i,
                    external_id=item.external_id,
                    reason=duplicate.reason,
                    message=str(duplicate),
                )
            else:
                self.items[item.external_id] = request.first_line + i
                answer.added += 1
        return answer


def serve(servicer: TinyServer) -> Iterator[str]:
    """Serve until the generator is closed; yields the target."""
    server = grpc.server(ThreadPoolExecutor(32))
    allocation_pb2_grpc.add_AllocationServiceServicer_to_server(servicer, server)
    dataset_pb2_grpc.add_DatasetServiceServicer_to_server(servicer, server)
    queue_pb2_grpc.add_QueueServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait(5)
