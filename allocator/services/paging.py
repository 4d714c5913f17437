"""Page tokens: where the page before ended, and of which list it was."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import xxhash

from allocator.answers import Listed
from allocator.requests import Page
from dibs import errors

DEFAULT_SIZE = 50
MAX_SIZE = 1000

T = TypeVar("T")


def size_of(page: Page) -> int:
    """How many rows a page has: unset means the default, more is cut."""
    return min(page.size or DEFAULT_SIZE, MAX_SIZE)


def token(position: Any, *of: object) -> str:
    """A token for the page of list `of` behind `position`."""
    packed = json.dumps([_fingerprint(of), position], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode()


def position(page: Page, start: Any, *of: object) -> Any:
    """Where a page of list `of` begins: `start`, or behind the page before.

    Raises InvalidArgument for what is no token, or one of another list.
    """
    if not page.token:
        return start
    try:
        fingerprint, found = json.loads(base64.urlsafe_b64decode(page.token.encode()))
    except (ValueError, binascii.Error):
        raise wrong() from None
    if fingerprint != _fingerprint(of) or type(found) is not type(start):
        raise wrong()
    return found


def listed(
    rows: Sequence[T], page: Page, key: Callable[[T], Any], *of: object, seq: int = 0
) -> Listed[T]:
    """A page made of up to one row more than it holds: that one says there is more."""
    size = size_of(page)
    kept = tuple(rows[:size])
    more = len(rows) > size
    return Listed(rows=kept, next_token=token(key(kept[-1]), *of) if more else "", seq=seq)


def _fingerprint(of: Sequence[object]) -> str:
    return xxhash.xxh3_64_hexdigest("\0".join(map(str, of)).encode())


def wrong() -> errors.InvalidArgument:
    """The refusal of a token that is none, or of another list."""
    return errors.InvalidArgument(
        "page_token", "must be empty, or the next_page_token of the same list"
    )
