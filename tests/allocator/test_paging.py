"""Page tokens belong to one list."""

import pytest

from allocator.requests import Page
from allocator.services import paging
from dibs.errors import InvalidArgument


def test_the_first_page_begins_at_the_start() -> None:
    assert paging.position(Page(), "", "queues", 1) == ""


def test_a_token_leads_behind_the_last_row() -> None:
    page = paging.listed(["a", "b", "c"], Page(size=2), lambda row: row, "queues", 1)

    assert page.rows == ("a", "b")
    assert paging.position(Page(token=page.next_token), "", "queues", 1) == "b"


def test_the_last_page_has_no_token() -> None:
    page = paging.listed(["a", "b"], Page(size=2), lambda row: row, "queues", 1)

    assert (page.rows, page.next_token) == (("a", "b"), "")


def test_sizes_have_a_default_and_a_limit() -> None:
    assert [paging.size_of(Page(size=size)) for size in (0, 1, 1000, 5000)] == [50, 1, 1000, 1000]


@pytest.mark.parametrize(
    "token",
    [
        paging.token("a", "queues", 2),
        paging.token("a", "datasets", 1),
        paging.token(7, "queues", 1),
        "not a token",
        "bm90IGpzb24=",
        "W10=",
        "ÿ",
    ],
)
def test_a_token_of_another_list_is_refused_by_name(token: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        paging.position(Page(token=token), "", "queues", 1)
    assert refused.value.field == "page_token"
