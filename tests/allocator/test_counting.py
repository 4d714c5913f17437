"""What is counted of what the ledger did: reviews apart from tasks."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import REGISTRY

from allocator import counting
from allocator.model import REVIEWS


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


@pytest.mark.parametrize(
    ("what", "tasks", "rose"),
    [
        (
            "expire",
            [[7, 1], [REVIEWS + 1, 1], [REVIEWS + 2, 1]],
            [
                ("dibs_expiries_total", {}, 3),
                ("dibs_leases_total", {"outcome": "expired"}, 1),
                ("dibs_review_leases_total", {"outcome": "expired"}, 2),
            ],
        ),
        (
            "take_back",
            [[7, 1], [8, 1], [REVIEWS + 1, 1]],
            [
                ("dibs_leases_total", {"outcome": "revoked"}, 2),
                ("dibs_review_leases_total", {"outcome": "revoked"}, 1),
            ],
        ),
        (
            "fall_back",
            [REVIEWS + 1, REVIEWS + 2],
            [
                ("dibs_reviews_fell_back_total", {}, 2),
                ("dibs_review_leases_total", {"outcome": "expired"}, 0),
            ],
        ),
    ],
)
def test_what_ends_by_itself_is_counted_and_reviews_apart(
    what: str, tasks: list[Any], rose: list[tuple[str, dict[str, str], int]]
) -> None:
    before = [_value(name, **labels) for name, labels, _ in rose]
    counting.swept(what, tasks)

    after = [_value(name, **labels) for name, labels, _ in rose]
    assert [a - b for a, b in zip(after, before, strict=True)] == [n for _, _, n in rose]
