"""What records of Redis say of reviews, in the form in which `shape_reviews` says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from audit.review_state import REVIEWS, ReviewRules

if TYPE_CHECKING:
    from audit.structures import Shape

Listed = Callable[[object], tuple[Any, ...]]


def settings(rules: Mapping[str, Any], fields: Mapping[str, bytes]) -> tuple[object, ...]:
    """The review settings of a queue, and the event that wrote them."""
    pressed = fields.get("pressed") == b"1"
    return ReviewRules.of(rules), int(fields["review_seq"]), int(fields["backlog"]), pressed


def about(record: Mapping[str, Any], listed: Listed) -> tuple[object, ...]:
    """What a record says besides its slots: of its reviews, or what it is a review of."""
    if "of" in record:
        lists = (tuple(sorted(listed(record.get(name)))) for name in ("a", "u", "h"))
        return (tuple(listed(record["of"])), record["by"], tuple(listed(record["k"])), *lists)
    if "src" in record:
        return (listed(record["src"]), tuple(sorted(listed(record.get("w")))))
    known = record.get("v")
    each = known.items() if isinstance(known, dict) else enumerate(known or (), 1)
    return tuple((number, _cycle(one, listed)) for number, one in sorted(each) if one)


def task_of(shape: Shape, entry: int) -> int:
    """The entry that a review is about; of what is no review, itself."""
    if entry <= REVIEWS:
        return entry
    [of, *_] = shape.touched[entry][-1]
    assert isinstance(of, tuple)
    return int(of[0])


def read_qa(shape: Shape, queue: int, checks: Mapping[int, tuple[int, ...]]) -> None:
    """The unfinished QA tasks of the items of a queue."""
    shape.qa |= {(queue, entry): numbers for entry, numbers in checks.items()}


def still_asked(shape: Shape) -> None:
    """Leaves out QA tasks that were cleared since: they are passed over when they are met."""
    for item, numbers in list(shape.qa.items()):
        left = tuple(sorted(number for number in numbers if number in shape.touched))
        if left:
            shape.qa[item] = left
        else:
            del shape.qa[item]


def still_fall(shape: Shape) -> None:
    """Leaves out reviews that are anybody's already; they are passed over when they are met."""
    for entry in list(shape.falling):
        if entry not in shape.touched or shape.touched[entry][3][0][3] != 1:
            del shape.falling[entry]


def _cycle(one: Mapping[str, Any], listed: Listed) -> tuple[object, ...]:
    lists = (tuple(sorted(listed(one[name]))) for name in ("open", "r", "a"))
    names = ("round", "back", "p", "begun", "m", "meaning", "status", "lot")
    return (*(one[name] for name in names), *lists)
