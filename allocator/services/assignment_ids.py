"""How assignments are named: a share, the bucket of a queue, or a range."""

from __future__ import annotations

import re
from typing import NamedTuple

from dibs import errors

_ID = re.compile(
    r"s(?P<queue>[1-9]\d{0,15})-(?P<person>[1-9]\d{0,15})"
    r"|b(?P<bucket>[1-9]\d{0,15})"
    r"|r(?P<of>[1-9]\d{0,15})-(?P<range>[1-9]\d{0,15})"
)


class Named(NamedTuple):
    """What an id says: of a share whose it is, of a range its number; of a bucket neither."""

    queue: int
    person: int = 0
    range: int = 0


def named(id_: str) -> Named:
    """What the id says. Raises AssignmentNotFound."""
    found = _ID.fullmatch(id_)
    if found is None:
        raise errors.AssignmentNotFound(id_)
    if found["range"]:
        return Named(int(found["of"]), range=int(found["range"]))
    if found["bucket"]:
        return Named(int(found["bucket"]))
    return Named(int(found["queue"]), int(found["person"]))


def range_named(id_: str, field: str = "assignment_id") -> Named:
    """Queue and number of a range. Raises AssignmentNotFound, InvalidArgument of the field."""
    found = named(id_)
    if not found.range:
        raise errors.InvalidArgument(field, "must be a range: a share or a bucket has no places")
    return found


def somebodys(id_: str) -> Named:
    """Of a share or a range. Raises AssignmentNotFound, InvalidArgument for a bucket."""
    found = named(id_)
    if not found.person and not found.range:
        right = "must be somebody's: what is in a bucket is to be assigned first"
        raise errors.InvalidArgument("assignment_id", right)
    return found


def id_of(queue: int, person: int, number: int = 0) -> str:
    """How an assignment is named; of nobody it is the bucket."""
    if number:
        return f"r{queue}-{number}"
    return f"s{queue}-{person}" if person else f"b{queue}"
