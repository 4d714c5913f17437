"""What the contents of queues say, as lists show and filter it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from store.events import Event

if TYPE_CHECKING:
    from store.postgres import Connection

Texts = tuple[str, str, str]
"""The display name, the description, and as JSON what is kept for others."""
NO_TEXTS: Final[Texts] = ("", "", "{}")

CHANNEL: Final = "coalesce((v.around ->> 'channel')::integer, 2)"
"""The channel of the queue `v`: WORKFLOW, if nothing was said."""

QUEUE_TYPE: Final = "CASE WHEN coalesce((v.rules ->> 'source')::bigint, 0) > 0 THEN 2 ELSE 1 END"
"""The type of a queue, as numbered on the wire."""

_KINDS: Final = ("queue_created", "queue_changed")
_AROUND: Final = ("tags", "related", "channel", "pipeline", "metadata")
_BODIES: Final = "SELECT content, bytes FROM content WHERE project = $1 AND content = ANY ($2)"


async def texts_of(
    connection: Connection, project: int, events: Sequence[Event]
) -> dict[int, Texts]:
    """The texts of each content that queues are written with."""
    wanted = sorted({event.body["content"] for event in events if event.kind in _KINDS})
    if not wanted:
        return {}
    rows = await connection.fetch(_BODIES, project, wanted)
    return {row["content"]: _texts(json.loads(row["bytes"])) for row in rows}


def _texts(body: dict[str, Any]) -> Texts:
    """Postgres has no NUL in texts."""
    around = json.dumps({name: body[name] for name in _AROUND if name in body})
    name, description = (str(body.get(name, "")) for name in ("display_name", "description"))
    return name.replace("\0", ""), description.replace("\0", ""), around
