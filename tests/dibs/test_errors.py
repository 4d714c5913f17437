"""Every error crosses the wire as what it is."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from dibs import errors
from dibs.status import MOST_VIOLATIONS, aborted, code_for, decoded, encoded, rebuilt
from tests.dibs.tiny_server import refuse

WHEN = datetime(2026, 11, 23, 12, 0, 0, 125000, tzinfo=UTC)
EXAMPLES: list[errors.DibsError] = [
    errors.InvalidArgument("count", "must be 1 to 100", errors.Violation("actor", "must be set")),
    errors.RequestIdReused(7),
    errors.DuplicateItem("image é 1"),
    errors.ProjectNotFound("p"),
    errors.DatasetNotFound("d"),
    errors.QueueNotFound("q"),
    errors.ItemNotFound("{i}"),
    errors.PersonNotFound("ann"),
    errors.TaskNotFound("1-1"),
    errors.ProjectAlreadyExists("p"),
    errors.DatasetAlreadyExists("d"),
    errors.QueueAlreadyExists("q"),
    errors.MemberAlreadyExists("ann"),
    errors.AttachmentAlreadyExists("q", "d"),
    errors.ItemAlreadyInQueue("q", "item, with a comma"),
    errors.LeaseLost("1-1", "taken_over", "bob", WHEN),
    errors.LeaseLost("1-1", "fenced"),
    errors.TaskChanged("5-1"),
    errors.StaleSettings("q"),
    errors.NotEligible(["ROLE", "SKILL"]),
    errors.WrongTaskState("1-1", "COMPLETED"),
    errors.AdminIsForGood("ada"),
    errors.LastAdmin("ada"),
    errors.GroupAlreadyExists("g"),
    errors.GroupNotFound("g"),
    errors.TooManyGroups("ann"),
    errors.TooManyRanges("q"),
    errors.GroupInUse("g", 2),
    errors.PickNotAllowed("q"),
    errors.NotABatchQueue("q"),
    errors.NoBatch("q", "ann", 2),
    errors.SkipNotAllowed("1-1", "REQUEUE_FOR_ME"),
    errors.AtCap("q", 3),
    errors.OperationNotFound("7"),
    errors.PlanNotFound("7"),
    errors.AssignmentNotFound("s1-2"),
    errors.PlanStale("q"),
    errors.PlanUsed("7"),
    errors.PlanExpired("q"),
    errors.TaskMoving("q"),
    errors.TaskHeld("1-1", "ann"),
    errors.QueueNotDistributed("q"),
    errors.AttachmentNotFound("q", "d"),
    errors.DatasetInUse("d", 2),
    errors.QueueHeld("q", 2),
    errors.QueueArchived("q"),
    errors.DataSubmitted("q"),
    errors.QueueForQa("q"),
    errors.QueueNotForQa("q"),
    errors.DataNotSubmitted("q"),
    errors.ReviewNotPassed("q", 3),
    errors.ItemAlreadyDone("item, with a comma", 2),
    errors.QueueNotRestricted("q"),
    errors.EtagMismatch("q"),
    errors.EtagMismatch(project_id="p"),
    errors.StatusLocked("1-1"),
    errors.UnitNotFound("r1", "u, with a comma"),
    errors.IssueNotFound("1-1-2-30"),
    errors.UnitNotPending("r1", "u"),
    errors.UnitNotReturned("1-1", "u"),
    errors.OpenIssues("1-1", 3),
    errors.QueueNotReviewed("q"),
    errors.ReviewPassed("1-1"),
    errors.ReviewStarted("1-1"),
    errors.ProjectNotDeleted("p"),
    errors.WrongOperationState("7", "RUNNING"),
    errors.SessionUnknown(),
    errors.TooManyClasses("q"),
    errors.RequestTooOld(3, 40),
    errors.PermissionDenied("ann", "add members"),
    errors.NotBuilt("queue type QA"),
    errors.StoreUnavailable(1.5),
    errors.OutcomeUnknown(0.25),
    errors.Internal("a1b2"),
]


def name(error: errors.DibsError) -> str:
    return type(error).__name__


@pytest.fixture(scope="module")
def ask():
    """Call a real server that answers with the error of that index."""

    def handler(request: bytes, context: grpc.ServicerContext) -> bytes:
        refuse(context, EXAMPLES[int(request)])

    server = grpc.server(ThreadPoolExecutor(2))
    handlers: Any = {"Refuse": grpc.unary_unary_rpc_method_handler(handler)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("t.T", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel.unary_unary("/t.T/Refuse")
    server.stop(None)


def same(one: errors.DibsError, other: errors.DibsError) -> None:
    assert type(one) is type(other)
    assert str(one) == str(other)
    assert one.metadata == other.metadata
    assert one.reason == other.reason
    assert getattr(one, "violations", ()) == getattr(other, "violations", ())


def test_there_is_an_example_of_every_leaf():
    assert {type(e) for e in EXAMPLES} == set(errors.leaves())


@pytest.mark.parametrize("index", range(len(EXAMPLES)), ids=[name(e) for e in EXAMPLES])
def test_an_error_comes_back_from_a_real_server_as_it_was_sent(ask, index):
    with pytest.raises(grpc.RpcError) as raised:
        ask(str(index).encode(), timeout=5)
    same(rebuilt(raised.value), EXAMPLES[index])


@pytest.mark.parametrize("error", EXAMPLES, ids=name)
def test_an_error_survives_pickling(error):
    same(pickle.loads(pickle.dumps(error)), error)


@pytest.mark.parametrize("error", EXAMPLES, ids=name)
def test_a_leaf_carries_the_keys_that_it_promises(error):
    assert set(type(error).keys) <= set(error.metadata)
    assert all(isinstance(value, str) for value in error.metadata.values())


def test_attributes_come_from_the_metadata():
    lost = decoded(encoded(errors.LeaseLost("1-1", "released", "bob", WHEN)))
    assert isinstance(lost, errors.LeaseLost)
    assert (lost.task_id, lost.cause, lost.holder, lost.since) == ("1-1", "released", "bob", WHEN)
    causes = decoded(encoded(errors.NotEligible(["ROLE", "SKILL"])))
    assert isinstance(causes, errors.NotEligible)
    assert causes.causes == ("ROLE", "SKILL")


def test_since_is_told_in_utc():
    zone = WHEN.astimezone(tz=None) + timedelta()
    assert errors.LeaseLost("1-1", "released", "bob", zone).since == WHEN


def test_a_reason_from_the_future_becomes_its_category():
    class FromTheFuture(errors.Conflict):
        reason = "FROM_THE_FUTURE"

    error = decoded(encoded(FromTheFuture("later", key="value")))
    assert type(error) is errors.Conflict
    assert (error.reason, error.metadata, str(error)) == (
        "FROM_THE_FUTURE",
        {"key": "value"},
        "later",
    )


def test_a_subclass_of_a_leaf_travels_as_the_leaf():
    class ConnectionLost(errors.StoreUnavailable):
        pass

    assert type(decoded(encoded(ConnectionLost(1)))) is errors.StoreUnavailable


def test_every_category_has_one_code_and_no_two_share_it():
    codes = {
        code_for(category(""))
        for category in errors.DibsError.__subclasses__()
        if category.__module__ == errors.__name__ and not category.reason
    }
    assert len(codes) == 8


def test_many_violations_fit_into_the_trailers():
    many = [errors.Violation(f"items[{i}].external_id", "must not be empty") for i in range(1000)]
    error = errors.InvalidArgument(many[0].field, many[0].right, *many[1:])
    [(_, trailer)] = aborted(error)[2]
    assert len(trailer) < 8000
    back = decoded(encoded(error))
    assert isinstance(back, errors.InvalidArgument)
    assert back.violations == tuple(many[:MOST_VIOLATIONS])


def test_the_transport_being_away_is_an_unknown_outcome():
    channel = grpc.insecure_channel("127.0.0.1:1")
    method: Any = channel.unary_unary("/t.T/Refuse")
    with channel, pytest.raises(grpc.RpcError) as raised:
        method(b"0", timeout=1)
    assert type(rebuilt(raised.value)) is errors.OutcomeUnknown
