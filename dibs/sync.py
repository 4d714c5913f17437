"""The synchronous twin of `dibs.client`, safe to share between threads.

with Client("localhost:7443", project="demo", actor="ann") as client:
with client.work("digits") as tasks:
for task in tasks:
task.submit()
"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import wraps
from queue import SimpleQueue
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

import grpc
from google.protobuf.message import Message

from dibs import (
    assigning_calls,
    bulk_queue_calls,
    control_calls,
    copying_calls,
    dataset_calls,
    deleting_calls,
    group_calls,
    importing,
    list_calls,
    named_calls,
    operation_calls,
    queue_dataset_calls,
    report_calls,
    review_calls,
    setup_calls,
    stage_calls,
    task_calls,
)
from dibs.call import Call, Scope
from dibs.channel import OPTIONS
from dibs.errors import DibsError, OutcomeUnknown
from dibs.holdings import Idle
from dibs.importing import Flight, ImportResult, ImportSession, ItemLike, Step
from dibs.retry import Attempts, Fail, Patience, Reopen
from dibs.sessions import IN_FLIGHT, SessionPool, Ticket
from dibs.status import rebuilt
from dibs.sync_watch import Watch
from dibs.sync_work import Work
from dibs.v1.dataset_pb2 import ImportItemsRequest, ImportItemsResponse
from dibs.v1.report_pb2 import WatchRequest, WatchResponse
from dibs.watching import HEARTBEAT, METHOD

P = ParamSpec("P")
R = TypeVar("R", bound=Message)


class _Rpc(Generic[P, R]):
    """A function that builds a call, as a method that makes it."""

    def __init__(self, build: Callable[Concatenate[Scope, P], Call[R]]) -> None:
        self.build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Client, owner: type) -> Callable[P, R]: ...
    def __get__(self, client: Client | None, owner: type) -> Any:
        if client is None:
            return self
        build = self.build

        @wraps(build)
        def method(*args: P.args, **kwargs: P.kwargs) -> R:
            return client.execute(build(client.scope, *args, **kwargs))

        return method


class Client:
    """Every RPC as a method, with deadlines, sessions and retries.

    A call raises a `dibs.errors.DibsError`. A change that ends in
    OutcomeUnknown may or may not have happened: ask `list_my_tasks`.
    """

    create_project = _Rpc(setup_calls.create_project)
    copy_project = _Rpc(copying_calls.copy_project)
    get_project = _Rpc(setup_calls.get_project)
    update_project = _Rpc(setup_calls.update_project)
    delete_project = _Rpc(setup_calls.delete_project)
    undelete_project = _Rpc(setup_calls.undelete_project)
    list_projects = _Rpc(setup_calls.list_projects)
    add_members = _Rpc(setup_calls.add_members)
    update_member = _Rpc(setup_calls.update_member)
    remove_members = _Rpc(setup_calls.remove_members)
    list_members = _Rpc(setup_calls.list_members)
    create_group = _Rpc(group_calls.create_group)
    get_group = _Rpc(group_calls.get_group)
    list_groups = _Rpc(group_calls.list_groups)
    update_group = _Rpc(group_calls.update_group)
    delete_group = _Rpc(group_calls.delete_group)
    add_group_members = _Rpc(group_calls.add_group_members)
    remove_group_members = _Rpc(group_calls.remove_group_members)
    list_group_members = _Rpc(group_calls.list_group_members)
    create_dataset = _Rpc(setup_calls.create_dataset)
    get_dataset = _Rpc(setup_calls.get_dataset)
    list_datasets = _Rpc(setup_calls.list_datasets)
    list_items = _Rpc(setup_calls.list_items)
    create_queue = _Rpc(setup_calls.create_queue)
    update_queue = _Rpc(control_calls.update_queue)
    add_contributors = _Rpc(control_calls.add_contributors)
    remove_contributors = _Rpc(control_calls.remove_contributors)
    pause_queue = _Rpc(control_calls.pause_queue)
    resume_queue = _Rpc(control_calls.resume_queue)
    archive_queue = _Rpc(control_calls.archive_queue)
    unarchive_queue = _Rpc(control_calls.unarchive_queue)
    get_queue = _Rpc(setup_calls.get_queue)
    list_queues = _Rpc(setup_calls.list_queues)
    list_queue_datasets = _Rpc(queue_dataset_calls.list_queue_datasets)
    list_tasks = _Rpc(list_calls.list_tasks)
    get_queue_depth = _Rpc(setup_calls.get_queue_depth)
    attach_dataset = _Rpc(setup_calls.attach_dataset)
    add_items = _Rpc(setup_calls.add_items)
    set_priority = _Rpc(named_calls.set_priority)
    set_status = _Rpc(named_calls.set_status)
    remove_status = _Rpc(named_calls.remove_status)
    recall_submission = _Rpc(named_calls.recall_submission)
    reopen = _Rpc(named_calls.reopen)
    get_task = _Rpc(named_calls.get_task)
    get_item_status = _Rpc(named_calls.get_item_status)
    get_operation = _Rpc(operation_calls.get_operation)
    list_operations = _Rpc(operation_calls.list_operations)
    wait_operation = _Rpc(operation_calls.wait_operation)
    cancel_operation = _Rpc(operation_calls.cancel_operation)
    retry_operations = _Rpc(operation_calls.retry_operations)
    clean_history = _Rpc(operation_calls.clean_history)
    remove_items = _Rpc(operation_calls.remove_items)
    clear_waiting = _Rpc(operation_calls.clear_waiting)
    detach_dataset = _Rpc(operation_calls.detach_dataset)
    bulk_delete_queues = _Rpc(bulk_queue_calls.bulk_delete_queues)
    bulk_update_queues = _Rpc(bulk_queue_calls.bulk_update_queues)
    delete_queue = _Rpc(deleting_calls.delete_queue)
    remove_matching_items = _Rpc(operation_calls.remove_matching_items)
    bulk_set_priority = _Rpc(operation_calls.bulk_set_priority)
    bulk_reopen = _Rpc(operation_calls.bulk_reopen)
    get_assignment = _Rpc(assigning_calls.get_assignment)
    list_assignments = _Rpc(assigning_calls.list_assignments)
    update_assignment = _Rpc(assigning_calls.update_assignment)
    create_range = _Rpc(assigning_calls.create_range)
    split_range = _Rpc(assigning_calls.split_range)
    merge_ranges = _Rpc(assigning_calls.merge_ranges)
    next_task = _Rpc(assigning_calls.next_task)
    assign_tasks = _Rpc(assigning_calls.assign_tasks)
    release_tasks = _Rpc(assigning_calls.release_tasks)
    reassign = _Rpc(assigning_calls.reassign)
    plan_redistribution = _Rpc(assigning_calls.plan_redistribution)
    apply_redistribution = _Rpc(assigning_calls.apply_redistribution)
    undo_redistribution = _Rpc(assigning_calls.undo_redistribution)
    update_dataset = _Rpc(dataset_calls.update_dataset)
    delete_dataset = _Rpc(dataset_calls.delete_dataset)
    add_dataset_items = _Rpc(dataset_calls.add_dataset_items)
    remove_dataset_items = _Rpc(dataset_calls.remove_dataset_items)
    open_session = _Rpc(task_calls.open_session)
    ping = _Rpc(task_calls.ping)
    reserve = _Rpc(task_calls.reserve)
    ensure_reservations = _Rpc(task_calls.ensure_reservations)
    start = _Rpc(task_calls.start)
    start_task = _Rpc(task_calls.start_task)
    start_annotation = _Rpc(stage_calls.start_annotation)
    submit_for_review = _Rpc(stage_calls.submit_for_review)
    submit_data = _Rpc(stage_calls.submit_data)
    withdraw_data = _Rpc(stage_calls.withdraw_data)
    renew = _Rpc(task_calls.renew)
    renew_all = _Rpc(task_calls.renew_all)
    submit = _Rpc(task_calls.submit)
    skip = _Rpc(task_calls.skip)
    clear_skips = _Rpc(task_calls.clear_skips)
    can_edit = _Rpc(task_calls.can_edit)
    explain = _Rpc(task_calls.explain)
    save_draft = _Rpc(task_calls.save_draft)
    get_draft = _Rpc(task_calls.get_draft)
    release = _Rpc(task_calls.release)
    load_batch = _Rpc(task_calls.load_batch)
    clear_batch = _Rpc(task_calls.clear_batch)
    list_my_tasks = _Rpc(task_calls.list_my_tasks)
    get_review_settings = _Rpc(review_calls.get_review_settings)
    update_review_settings = _Rpc(review_calls.update_review_settings)
    reserve_reviews = _Rpc(review_calls.reserve_reviews)
    list_my_reviews = _Rpc(review_calls.list_my_reviews)
    decide = _Rpc(review_calls.decide)
    report_missing = _Rpc(review_calls.report_missing)
    mark_fixed = _Rpc(review_calls.mark_fixed)
    add_reviews = _Rpc(review_calls.add_reviews)
    resample = _Rpc(review_calls.resample)
    delete_units = _Rpc(review_calls.delete_units)
    submit_check_result = _Rpc(review_calls.submit_check_result)
    list_check_results = _Rpc(review_calls.list_check_results)
    return_task = _Rpc(review_calls.return_task)
    report_issues = _Rpc(review_calls.report_issues)
    get_issue = _Rpc(review_calls.get_issue)
    list_issues = _Rpc(review_calls.list_issues)
    list_reviews = _Rpc(review_calls.list_reviews)
    get_review_units = _Rpc(review_calls.get_review_units)
    list_units = _Rpc(review_calls.list_units)
    add_comment = _Rpc(review_calls.add_comment)
    list_comments = _Rpc(review_calls.list_comments)
    list_activity = _Rpc(report_calls.list_activity)
    get_workload = _Rpc(report_calls.get_workload)
    get_forecast = _Rpc(report_calls.get_forecast)
    get_quality = _Rpc(report_calls.get_quality)

    def __init__(
        self,
        target: str,
        *,
        project: str = "",
        actor: str,
        credentials: grpc.ChannelCredentials | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Connect to `target`, such as "localhost:7443"."""
        self.scope = Scope(project=project, actor=actor)
        self.patience = patience or Patience()
        self._channel = (
            grpc.secure_channel(target, credentials, options=OPTIONS)
            if credentials
            else grpc.insecure_channel(target, options=OPTIONS)
        )
        self._methods: dict[str, Any] = {}
        self._sessions = _Sessions(self)

    def bound(self, *, project: str | None = None, actor: str | None = None) -> Self:
        """The same client for another project or actor, over the same connection."""
        other = copy.copy(self)
        other.scope = Scope(
            project=self.scope.project if project is None else project,
            actor=self.scope.actor if actor is None else actor,
        )
        return other

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def work(
        self,
        queue: str,
        *,
        person: str = "",
        prefetch: int = 1,
        wait: bool = True,
        idle: Idle | None = None,
    ) -> Work:
        """Tasks of a queue for a person, one after the other.

        Reserves `prefetch` (1 to 100) at a time, renews them in the background,
        and releases what was not submitted: each when the next one is asked
        for, all when the block is left. When there is nothing, waits for more,
        or with wait=False ends (`nothing` then says why).
        """
        return Work(self, queue, person=person, prefetch=prefetch, wait=wait, idle=idle or Idle())

    def watch(
        self, queue: str = "", *, from_seq: int = 0, heartbeat: timedelta = HEARTBEAT
    ) -> Watch:
        """What happens in the project, or in a queue, from an event on (0: from now on).

        Comes again by itself when a server stops, where it was. A heartbeat (1 s to
        1 min) says that a server is there when nothing happens.
        """
        return Watch(self, queue=queue, from_seq=from_seq, heartbeat=heartbeat)

    def open_watch(self, request: WatchRequest) -> Any:
        """One stream of Watch, for `watch`."""
        return self._channel.unary_stream(
            METHOD,
            request_serializer=WatchRequest.SerializeToString,
            response_deserializer=WatchResponse.FromString,
        )(request)

    def import_items(
        self,
        dataset: str,
        items: Iterable[ItemLike],
        *,
        first_line: int = 1,
        on_chunk: Callable[[ImportResult], None] | None = None,
        session: ImportSession | None = None,
    ) -> ImportResult:
        """Import items in chunks; `on_chunk` sees the result so far after each.

        With a `session` of its own, an import can be gone on with later.

        Lines that were not added are in `line_errors`. An InvalidArgument ends
        the import, with the line in its notes; chunks before it stay.
        """
        result = ImportResult()
        flight = Flight(importing.chunks(self.scope, dataset, items, first_line))
        flight.fill()
        attempts = self._attempts(change=True)
        try:
            while not flight.over:
                try:
                    for response in self._stream(flight, attempts, session):
                        result.add(response)
                        if on_chunk is not None:
                            on_chunk(result)
                        flight.fill()
                        attempts = self._attempts(change=True)
                    error: DibsError = OutcomeUnknown()
                except grpc.RpcError as rpc_error:
                    error = rebuilt(rpc_error)
                if flight.tickets and self._pause(attempts, flight.failure(error)):
                    if session:
                        raise error
                    flight.sign_again([self._swapped(ticket) for ticket in flight.tickets])
        finally:
            for ticket in flight.tickets:
                self._give_back(ticket, session)
        return result

    def execute(self, call: Call[R]) -> R:
        """Make a call, again and again until its outcome is known or patience ends."""
        attempts = self._attempts(change=call.session is not None)
        if call.session is None:
            return self._unsigned(call, attempts)
        ticket = self._sessions.take(call.session, self.scope.actor)
        try:
            while True:
                call.sign(ticket)
                try:
                    return self._send(call, attempts)
                except grpc.RpcError as error:
                    if self._pause(attempts, rebuilt(error)):
                        ticket = self._sessions.swap(call.session, ticket, self.scope.actor)
        finally:
            self._sessions.give_back(call.session, ticket)

    def _unsigned(self, call: Call[R], attempts: Attempts) -> R:
        while True:
            try:
                return self._send(call, attempts)
            except grpc.RpcError as error:
                self._pause(attempts, rebuilt(error))

    def _send(self, call: Call[R], attempts: Attempts) -> R:
        method = self._methods.get(call.method)
        if method is None:
            method = self._methods[call.method] = self._channel.unary_unary(
                call.method,
                request_serializer=type(call.request).SerializeToString,
                response_deserializer=call.response.FromString,
            )
        response: R = method(call.request, timeout=attempts.timeout_s(time.monotonic()))
        return response

    def _attempts(self, *, change: bool) -> Attempts:
        return Attempts(self.patience, now=time.monotonic(), change=change)

    def _pause(self, attempts: Attempts, error: DibsError) -> bool:
        """Wait for the next attempt, and say whether it needs a new session."""
        step = attempts.after(error, time.monotonic())
        if isinstance(step, Fail):
            raise step.error from None
        if isinstance(step, Reopen):
            return True
        time.sleep(step.pause_s)
        return False

    def _stream(
        self, flight: Flight, attempts: Attempts, session: ImportSession | None
    ) -> Iterator[ImportItemsResponse]:
        """Send chunks for as long as one call may take; yield the answers of all that were sent."""
        method = self._channel.stream_stream(
            importing.METHOD,
            request_serializer=ImportItemsRequest.SerializeToString,
            response_deserializer=ImportItemsResponse.FromString,
        )
        now = time.monotonic()
        timeout_s = attempts.timeout_s(now)
        flight.begin(now + timeout_s)
        outbox: SimpleQueue[ImportItemsRequest | None] = SimpleQueue()
        # Then each chunk that is on its way may take as long as a call.
        stream: Any = method(iter(outbox.get, None), timeout=timeout_s * (1 + IN_FLIGHT))
        try:
            while self._put_ahead(outbox, flight, session):
                response = next(stream, None)
                if response is None:
                    return
                self._give_back(flight.answered(response), session)
                yield response
            outbox.put(None)
            stream.code()
        finally:
            outbox.put(None)
            stream.cancel()

    def _put_ahead(
        self,
        outbox: SimpleQueue[ImportItemsRequest | None],
        flight: Flight,
        session: ImportSession | None,
    ) -> bool:
        """Put what may be on its way; whether an answer is to come."""
        project, actor = self.scope.project, self.scope.actor
        while (step := flight.step(time.monotonic())) in (Step.SIGN, Step.SEND):
            if step is Step.SIGN:
                flight.sign(session.take() if session else self._sessions.take(project, actor))
            else:
                outbox.put(flight.send())
        return step is Step.WAIT

    def _give_back(self, ticket: Ticket, session: ImportSession | None) -> None:
        if session is None:
            self._sessions.give_back(self.scope.project, ticket)

    def _swapped(self, ticket: Ticket) -> Ticket:
        return self._sessions.swap(self.scope.project, ticket, self.scope.actor)


class _Sessions:
    """The pools of all projects, and the opening of what they need."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._pools: dict[str, SessionPool] = {}
        self._changed = threading.Condition()

    def give_back(self, project: str, ticket: Ticket) -> None:
        with self._changed:
            pool = self._pools[project]
            pool.give_back(ticket)
            if pool.waiting:
                self._changed.notify_all()

    def swap(self, project: str, ticket: Ticket, actor: str) -> Ticket:
        """A ticket of another session, in place of one of a session that is no more."""
        with self._changed:
            self._pools[project].drop(ticket.session)
        fresh = self.take(project, actor)
        self.give_back(project, ticket)
        return fresh

    def take(self, project: str, actor: str) -> Ticket:
        with self._changed:
            pool = self._pools.setdefault(project, SessionPool())
            pool.waiting += 1
            try:
                while (ticket := pool.take()) is None:
                    if pool.should_open():
                        self._open(pool, Scope(project=project, actor=actor))
                    else:
                        self._changed.wait()
                return ticket
            finally:
                pool.waiting -= 1

    def _open(self, pool: SessionPool, scope: Scope) -> None:
        """Called with the lock held; gives it up while it asks the server."""
        pool.opening += 1
        self._changed.release()
        try:
            opened = self._client.execute(task_calls.open_session(scope))
        except BaseException:
            self._changed.acquire()
            self._opened(pool)
            raise
        self._changed.acquire()
        pool.add(opened.session_id)
        self._opened(pool)

    def _opened(self, pool: SessionPool) -> None:
        pool.opening -= 1
        self._changed.notify_all()
