"""The table of permissions: in the code, in the docs, and over all RPCs."""

from pathlib import Path

from allocator.model import Role
from allocator.permissions import (
    COLUMNS,
    GRANTS,
    OPEN,
    ROW_OF,
    ROWS,
    TABLE,
    WORK,
    Grant,
    Right,
    needs,
    row_for,
)
from tests.protos.test_protos import RPCS

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
NAMES = [f"{service}.{rpc.name}" for service, rpc in RPCS]


def test_every_rpc_is_in_exactly_one_row() -> None:
    """Add a new RPC to one row of allocator/permissions.py, then `make generate`."""
    listed = [rpc for row in TABLE for rpc in row.rpcs]
    assert sorted(listed) == sorted(NAMES)


def test_the_page_has_the_table_of_the_code() -> None:
    """`make generate` writes it."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert found == [[row.right.value, *row.cells, ", ".join(sorted(row.rpcs))] for row in TABLE]


def test_the_columns_are_those_of_the_page() -> None:
    head = next(line for line in PAGE.read_text().splitlines() if line.startswith("| may |"))
    names = [cell.strip() for cell in head.strip("|").split("|")][1:-1]
    owner = "owner (own queues)"
    assert names == [owner if role is Role.OWNER else role.name for role in COLUMNS]


def test_every_cell_says_something_known() -> None:
    cells = [cell for row in TABLE for cell in row.cells]
    assert set(cells) <= set(GRANTS)
    assert len(cells) == len(TABLE) * len(COLUMNS)


def test_what_is_open_to_all_is_an_rpc() -> None:
    assert set(NAMES) >= OPEN


def test_work_for_somebody_else_is_assigning() -> None:
    for rpc, row in ROW_OF.items():
        assert row_for(rpc, own=True) is row
        expected = ROWS[Right.ASSIGN] if row.right in WORK else row
        assert row_for(rpc, own=False) is expected


def test_the_best_of_several_roles_counts() -> None:
    row = ROWS[Right.LISTS]
    assert row.best(Role.NONE) is Grant.NONE
    assert row.best(Role.ANNOTATOR) is Grant.OWN
    assert row.best(Role.ANNOTATOR | Role.TEAM_MANAGER) is Grant.ALL


def test_a_refusal_says_for_whom_it_is() -> None:
    assert needs(ROWS[Right.PROJECT]) == "ADMIN"
    assert needs(ROWS[Right.QUEUES]) == "ADMIN, TEAM_MANAGER, owner of the queue"
