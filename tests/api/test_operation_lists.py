"""ListOperations: which, in what order, how many, and for whom."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import operation_pb2, project_pb2, queue_pb2
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

REMOVE = operation_pb2.OPERATION_VERB_REMOVE_ITEMS
CLEAR = operation_pb2.OPERATION_VERB_CLEAR_WAITING


async def _page(world: World, actor: str = "", **fields: Any) -> Any:
    request = operation_pb2.ListOperationsRequest(**world.where(actor), **fields)
    return await world.stubs.operations.ListOperations(request)


async def _numbers(world: World, actor: str = "", **fields: Any) -> list[int]:
    return [int(one.operation_id) for one in (await _page(world, actor, **fields)).operations]


async def _clear(world: World, queue: str) -> int:
    answer = await world.stubs.queues.ClearWaiting(
        operation_pb2.ClearWaitingRequest(**world.change(), queue_id=queue)
    )
    return int(answer.operation.operation_id)


@pytest.fixture
async def steered(world: World) -> tuple[World, list[int]]:
    """Queues q, of ada, and olgas; three operations, in the order in which they began."""
    await world.dataset("d", ["a", "b", "c"])
    await world.people("olga", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await world.queue("q")
    await world.add("q", "d", ["a", "b", "c"])
    owned = queue_pb2.CreateQueueRequest(**world.change("olga"), queue_id="olgas", queue={})
    await world.stubs.queues.CreateQueue(owned)
    await world.update("olga", "roles", roles=[project_pb2.ROLE_REVIEWER])
    await world.people("ann")
    removal = (await world.remove_items("q", "d", ["a"])).operation
    done = await world.waited(removal)
    numbers = [int(done.operation_id), await _clear(world, "olgas"), await _clear(world, "q")]
    return world, numbers


async def test_operations_are_chosen_by_a_filter_and_counted(
    steered: tuple[World, list[int]],
) -> None:
    world, [removal, theirs, cleared] = steered
    for text, found in {
        "": [cleared, theirs, removal],
        "queue = q": [cleared, removal],
        "queue != q": [theirs],
        "queue = nowhere": [],
        "verb = REMOVE_ITEMS": [removal],
        "verb = CLEAR_WAITING AND queue = q": [cleared],
        "state = SUCCEEDED AND total > 0": [cleared, removal],
        "state = RUNNING": [],
        "dataset = d": [removal],
        'dataset = ""': [cleared, theirs],
        "actor = ada AND NOT dataset = d": [cleared, theirs],
        "actor = olga": [],
        "create_time > 2020-01-01T00:00:00Z": [cleared, theirs, removal],
    }.items():
        page = await _page(world, filter=text)
        assert [int(one.operation_id) for one in page.operations] == found, text
        assert (page.total_size, page.total_is_lower_bound) == (len(found), False)
    succeeded = operation_pb2.OPERATION_STATE_SUCCEEDED
    assert await _numbers(world, state=succeeded, filter="queue = q") == [cleared, removal]


async def test_orders_go_on_from_page_to_page(steered: tuple[World, list[int]]) -> None:
    world, numbers = steered
    for order, wanted in {
        "": numbers[::-1],
        "create_time": numbers,
        "update_time desc": numbers[::-1],
    }.items():
        found: list[int] = []
        token = ""
        while not found or token:
            page = await _page(world, order_by=order, page_size=1, page_token=token)
            found += [int(one.operation_id) for one in page.operations]
            assert page.total_size == 3
            token = page.next_page_token
        assert found == wanted, order


async def test_owners_see_what_is_about_a_queue_of_theirs_and_others_nothing(
    steered: tuple[World, list[int]],
) -> None:
    world, [_, theirs, _] = steered
    page = await _page(world, "olga")
    assert [int(one.operation_id) for one in page.operations] == [theirs]
    assert page.total_size == 1
    assert await _numbers(world, "olga", filter="verb = REMOVE_ITEMS") == []
    first = await _page(world, page_size=1)
    error = await refused(_page(world, "olga", page_token=first.next_page_token))
    assert isinstance(error, errors.InvalidArgument)
    error = await refused(_page(world, "ann"))
    assert isinstance(error, errors.PermissionDenied)


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"filter": "colour = red"}, "filter", "at character 1"),
        ({"filter": "verb = PAINT"}, "filter", "at character 8"),
        ({"filter": "queue > q"}, "filter", "at character 7"),
        ({"order_by": "total"}, "order_by", "must be one of create_time, update_time"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_its_place(
    world: World, fields: dict[str, str], field: str, says: str
) -> None:
    error = await refused(_page(world, **fields))
    assert isinstance(error, errors.InvalidArgument)
    assert (error.field, says in str(error)) == (field, True), str(error)
