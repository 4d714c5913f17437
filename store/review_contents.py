"""What the contents of submissions and decisions say: units, and reasons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from store.events import Event
from store.review_rows import ReviewRows, Verdicts
from store.submitted_units import units_of

if TYPE_CHECKING:
    from store.postgres import Connection

_BODIES: Final = "SELECT content, bytes FROM content WHERE project = $1 AND content = ANY ($2)"


async def load(
    connection: Connection, project: int, rows: ReviewRows, events: Sequence[Event]
) -> None:
    """Fill in what the events' contents say; of what was erased nothing is known."""
    submissions = [one for one in events if one.kind == "submitted" and one.body["units"]]
    decisions = [one for one in events if one.kind in ("decided", "objected")]
    bodies = await _bodies(connection, project, (*submissions, *decisions))
    for event in submissions:
        content = event.body["content"]
        body = bodies.get(content, b"") if content else event.body["inline"]
        rows.submitted[event.seq] = units_of(body)
    for event in decisions:
        content = event.body["content"]
        if content in bodies:
            rows.verdicts[content] = verdicts_of(json.loads(bodies[content]))


async def _bodies(
    connection: Connection, project: int, events: Iterable[Event]
) -> dict[int, bytes]:
    wanted = sorted({event.body["content"] for event in events} - {0})
    if not wanted:
        return {}
    rows = await connection.fetch(_BODIES, project, wanted)
    return {row["content"]: bytes(row["bytes"]) for row in rows}


def verdicts_of(body: dict[str, Any]) -> Verdicts:
    """The reasons among those that the queue offers, and what is missing."""
    units, missing = body.get("units") or {}, body.get("missing") or ()
    return Verdicts(
        reasons={int(number): str(said.get("reason", "")) for number, said in units.items()},
        missing=[(str(one.get("class_name", "")), str(one.get("reason", ""))) for one in missing],
        check="check" in body,
    )
