"""Reads a project's live state out of Redis, by the names of `10_keys.lua`, into a `Shape`.

Not one atomic read: the header's seq before and after tells whether an event
came in between (then `read` says so and the caller tries again).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgpack

from audit import live_reviews, residue
from audit.review_state import STAGE
from audit.state import (
    ENDED,
    FINISHED,
    IN_REVIEW,
    QUEUED,
    REMOVED,
    WINDOW,
    Control,
    Places,
    Rules,
    Terms,
)
from audit.structures import Scores, Shape, SlotShape

if TYPE_CHECKING:
    from redis.asyncio import Redis

PRODUCT_KEY: Final = re.compile(rb"dibs:\{[0-9]+\}:.+", re.DOTALL)
TOTALS: Final = (
    *("entries", "items", "settings_seq", "fast", "admins"),
    *("content", "status_locks", "set_seq", "deleted", "purge_ms"),
    *("delayed_seq", "removed_seq", "reviews"),
)
BATCH: Final = 1_000
WAITING: Final = frozenset({"heads", "backlog", "dead", "available", "excluded", "soft", "passed"})
"""Words of keys about what waits in a queue: "queue/generation" once it was cleared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who a project's live state is: the epoch and the last event it contains."""

    epoch: int
    seq: int
    chain: str
    state: str


async def header(redis: Redis, project: int) -> Header | None:
    """The header, or None: the project is not loaded."""
    names = ("epoch", "seq", "chain", "state")
    found = await redis.hmget(f"dibs:{{{project}}}:header", list(names))
    values = [_text(value) for value in found if value is not None]
    if len(values) != len(names):
        return None
    epoch, seq, chain, state = values
    return Header(epoch=int(epoch), seq=int(seq), chain=chain, state=state)


async def foreign_keys(redis: Redis) -> tuple[int, list[str]]:
    """How many keys there are, and those outside `dibs:{<int>}:` (invariant 13)."""
    seen, foreign = 0, []
    async for key in redis.scan_iter(count=BATCH):
        seen += 1
        if not PRODUCT_KEY.fullmatch(key):
            foreign.append(repr(key))
    return seen, foreign


async def read(redis: Redis, project: int) -> tuple[Header | None, Shape, list[str]]:
    """Header, state, and keys of no known name. Header None: absent, or it moved meanwhile."""
    before = await header(redis, project)
    shape, unknown = Shape(), list[str]()
    if before is None:
        return None, shape, unknown
    prefix = f"dibs:{{{project}}}:{before.epoch}:"
    pattern = prefix.replace("[", "[[]") + "*"
    keys = [_text(key) async for key in redis.scan_iter(match=pattern, count=BATCH)]
    dead: dict[tuple[int, int], set[int]] = {}
    values: list[tuple[str, Any]] = []
    for at in range(0, len(keys), BATCH):
        chunk = [key for key in keys[at : at + BATCH] if key != f"{prefix}log"]
        values += zip(chunk, await _values(redis, chunk), strict=True)
    # What waits in a queue is read by the queue's generation.
    values.sort(key=lambda one: not one[0].startswith(f"{prefix}queue:"))
    for key, value in values:
        if not _take(shape, dead, key.removeprefix(prefix), value):
            unknown.append(key)
    _finish(shape, dead)
    after = await header(redis, project)
    return (before if after == before else None), shape, unknown


async def _values(redis: Redis, keys: list[str]) -> list[Any]:
    async with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.type(key)
        types = [_text(kind) for kind in await pipe.execute()]
        for key, kind in zip(keys, types, strict=True):
            _ask(pipe, key, kind)
        return list(await pipe.execute())


def _ask(pipe: Any, key: str, kind: str) -> None:
    """One command that reads the whole key; a key of a type that we do not use gives its type."""
    if kind == "list":
        pipe.lrange(key, 0, -1)
    elif kind == "zset":
        pipe.zrange(key, 0, -1, withscores=True)
    elif kind == "set":
        pipe.smembers(key)
    elif kind in ("hash", "none"):
        pipe.hgetall(key)
    else:
        pipe.type(key)


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")


def _number(value: object) -> int:
    return int(value) if isinstance(value, bytes | str | int | float) else 0


def _fields(value: Mapping[bytes, bytes]) -> dict[str, bytes]:
    return {_text(name): content for name, content in value.items()}


def _numbers(value: Iterable[bytes]) -> set[int]:
    return {int(member) for member in value}


def _scores(value: Iterable[tuple[bytes, float]]) -> dict[int, float]:
    return {int(member): score for member, score in value}


def _unpack(value: bytes) -> Any:
    return msgpack.unpackb(value, raw=False, unicode_errors="surrogateescape", strict_map_key=False)


def _listed(value: object) -> tuple[Any, ...]:
    """A packed Lua array; Lua writes an empty one as it likes, and one with gaps as a map."""
    if isinstance(value, dict):
        return tuple(value[key] for key in sorted(value))
    return tuple(value) if isinstance(value, list) else ()


def _by_number(value: Any) -> Iterable[tuple[int, Any]]:
    """A Lua table by whole numbers, which it writes as an array if they are 1, 2, 3 …"""
    return value.items() if isinstance(value, dict) else enumerate(value, 1)


def _take(shape: Shape, dead: dict[tuple[int, int], set[int]], name: str, value: Any) -> bool:
    """Puts one key where it belongs. Returns whether name and content are such as ours."""
    word, *numbers = name.split(":")
    if word in WAITING and numbers:
        numbers[0], _, n = numbers[0].partition("/")
        if _of_before(shape, numbers[0], n or "0"):
            return True
    if not all(number.isdecimal() for number in numbers):
        return False
    key = tuple(int(number) for number in numbers)
    reader = READERS.get((word, len(key)))
    try:
        if word == "dead" and len(key) == 2:
            dead[key] = _numbers(value)
        elif reader is not None:
            reader(shape, key, value)
        else:
            return False
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return False
    return True


def _of_before(shape: Shape, queue: str, n: str) -> bool:
    """Whether a key is of what waited before the queue was cleared or deleted: out of reach."""
    if queue.isdecimal() and int(queue) % STAGE in shape.deleted:
        return True
    if not (queue.isdecimal() and n.isdecimal() and int(queue) in shape.queue):
        return False
    return int(n) < _generation(shape, int(queue))


def _generation(shape: Shape, queue: int) -> int:
    found = shape.queue[queue][-1] if queue < STAGE else 0
    return found if isinstance(found, int) else 0


def _read_touched(shape: Shape, _: tuple[int, ...], value: Any) -> None:
    """Records; in one that was written before its queue was cleared, what waited is removed."""
    for entry, packed in value.items():
        record = _unpack(packed)
        if record["q"] % STAGE in shape.deleted:
            continue
        slots = tuple(map(_slot, _listed(record["s"])))
        escalated = record.get("e") == 1
        if record.get("n", 0) < _generation(shape, record["q"]) and not escalated:
            slots = tuple((REMOVED, 0, 0, 0, 0, 0) if s[0] == QUEUED else s for s in slots)
            if all(slot[0] in ENDED for slot in slots):
                continue
        soft, skipped, done = (frozenset(_listed(record.get(name))) for name in ("f", "x", "a"))
        if "of" in record:
            done = frozenset()  # of a review, its authors: they stand with what else it is
        place = record["q"], record["c"], record["p"]
        shape.touched[int(entry)] = (
            *(*place, slots, soft, skipped, escalated, done),
            live_reviews.about(record, _listed),
        )


def _slot(parts: list[Any]) -> SlotShape:
    state, person, token, _cause, _since, correction = parts[:6]
    draft, touched = parts[6:] or (0, 0)
    if state in FINISHED or state == IN_REVIEW:
        return (state, person, 0, 0, 0, 0)
    return (state, person, token, int(correction), int(draft), int(touched))


def _person(fields: dict[str, bytes]) -> tuple[object, ...]:
    member, active, roles, skills, fence, changed = _unpack(fields["record"])
    return (
        *(member, active, roles, tuple(sorted(_listed(skills))), fence, changed),
        tuple(sorted(_listed(_unpack(fields["groups"])))) if "groups" in fields else (),
        tuple(sorted(_by_number(_unpack(fields["fences"])))) if "fences" in fields else (),
    )


def _queue(fields: dict[str, bytes]) -> tuple[object, ...]:
    rules, classes = _unpack(fields["rules"]), _unpack(fields["classes"])
    control = Control(**_unpack(fields["control"])) if "control" in fields else Control()
    names = ("allowed", "groups", "statuses", "shares", "takes")
    lists = {name: _listed(rules.get(name)) for name in names}
    return (
        Rules.of(rules | lists),
        *(
            int(fields[name])
            for name in ("content", "set_seq", "added_seq", "not_added", "batches")
        ),
        control,
        tuple((n, tuple(sorted(_listed(skills)))) for n, skills in sorted(_by_number(classes))),
        _dealt(fields),
        tuple(sorted(map(tuple, _listed(_unpack(fields["fences"])) if "fences" in fields else ()))),
        int(fields.get("generation", 0)),
    )


def _dealt(fields: dict[str, bytes]) -> tuple[object, ...]:
    upto, among, given = _unpack(fields["dealt"]) if "dealt" in fields else (0, "", ())
    return (upto, _text(among), tuple(sorted(map(tuple, _listed(given)))))


def _operation(fields: dict[str, bytes]) -> tuple[object, ...]:
    last = _unpack(fields["last"]) if "last" in fields else None
    return (
        *(int(fields[name]) for name in ("state", "chunk", "verb", "actor")),
        _listed(_unpack(fields["queues"])),
        *(int(fields[name]) for name in ("dataset", "content", "total", "last_entry")),
        tuple(last) if last else None,
        _moves(_unpack(fields["moves"])) if "moves" in fields else (),
    )


def _moves(moves: dict[str, Any]) -> tuple[object, ...]:
    return (
        moves["why"],
        moves["reason"],
        moves["undone"],
        moves["ended"],
        _listed(moves["sources"]),
        tuple(map(tuple, _listed(moves["ranges"]))),
    )


def _plan(plan: dict[str, Any]) -> tuple[object, ...]:
    names = ("queue", "as_of", "content", "total", "clock", "used")
    lists = (_listed(plan["sources"]), _listed(plan["targets"]))
    ranges = tuple(map(tuple, _listed(plan["ranges"])))
    return (*(int(plan[name]) for name in names), *lists, ranges)


def _terms(said: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(said[name]) for name in Terms._fields)


def _places(of: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(of[name]) for name in Places._fields)


def _session(fields: dict[str, bytes]) -> tuple[object, ...]:
    answers = (_answer(_text(fields[f"r{i}"])) for i in range(WINDOW) if f"r{i}" in fields)
    newest, used = int(fields["newest"]), int(fields["used"])
    return _text(fields["secret"]), newest, used, tuple(sorted(answers))


def _answer(kept: str) -> tuple[int, str, int, str]:
    n, hash_, seq, chain = kept.split(" ")
    return int(n), hash_, int(seq), chain


def _of_check(parts: Any) -> tuple[object, ...]:
    queue, entry, people = parts
    return (queue, entry, tuple(sorted(_listed(people))))


def _delayed(waits: dict[str, Any]) -> tuple[object, ...]:
    names = ("queue", "dataset", "count")
    runs = _listed(waits["runs"])
    items = ((lane, first + n, rank) for lane, first, count, rank in runs for n in range(count))
    return (*(int(waits[name]) for name in names), tuple(items))


def _read_totals(shape: Shape, _: tuple[int, ...], value: Any) -> None:
    fields = _fields(value)
    shape.totals = {name: int(fields[name]) for name in TOTALS if name in fields}


def _read_person(shape: Shape, key: tuple[int, ...], value: Any) -> None:
    fields = _fields(value)
    shape.person[key[0]] = _person(fields)
    returned = {name[3:]: int(n) for name, n in fields.items() if name.startswith("own")}
    shape.returned.update({(key[0], int(queue)): n for queue, n in returned.items()})


def _read_queue(shape: Shape, key: tuple[int, ...], value: Any) -> None:
    fields = _fields(value)
    if residue.is_deleted(fields):
        shape.deleted.add(key[0])
    else:
        shape.queue[key[0]] = _queue(fields)
        if "review" in fields:
            shape.review[key[0]] = live_reviews.settings(_unpack(fields["review"]), fields)


def _read_heads(shape: Shape, key: tuple[int, ...], value: Any) -> None:
    for name, number in _fields(value).items():
        part, lane = name[0], int(name[1:])
        if part == "d":
            shape.buried[key[0], lane] = int(number)
        else:
            shape.heads[key[0], part, lane] = float(number)


def _read_leases(shape: Shape, _: tuple[int, ...], value: Any) -> None:
    for member, deadline in value:
        entry, slot = _text(member).split(":")
        shape.leases[int(entry), int(slot)] = deadline


def _read_queue_leases(shape: Shape, key: tuple[int, ...], value: Any) -> None:
    for member, deadline in value:
        entry, slot = _text(member).split(":")
        shape.queue_leases[key[0], int(entry), int(slot)] = deadline


def _read_batch_leases(shape: Shape, _: tuple[int, ...], value: Any) -> None:
    for member, deadline in value:
        queue, person = _text(member).split(":")
        shape.batch_leases[int(queue), int(person)] = deadline


def _read_counts(shape: Shape, key: tuple[int, ...], value: Any) -> None:
    counts = {name: int(number) for name, number in _fields(value).items()}
    tasks = counts.pop("tasks", 0)
    counts["queued"] = tasks - sum(counts.values())
    shape.counts.update({(key[0], name): number for name, number in counts.items() if number})


def _finish(shape: Shape, dead: dict[tuple[int, int], set[int]]) -> None:
    """Takes the dead integers out of the backlogs."""
    residue.leave_out(shape)
    shape.dead = {lane: len(entries) for lane, entries in dead.items()}
    for queue, lane, rank in list(shape.backlog):
        gone = dead.get((queue, lane), set())
        alive = [entry for entry in shape.backlog.pop((queue, lane, rank)) if entry not in gone]
        if alive:
            shape.backlog[queue, lane, rank] = alive
    live_reviews.still_fall(shape)
    live_reviews.still_asked(shape)
    for queue, fields in shape.queue.items():
        if fields[-2]:
            _uncover(shape, queue, fields[-2])


def _uncover(shape: Shape, queue: int, fences: object) -> None:
    """Leaves out what a dataset's fence covers: it may have been passed over, or not yet."""
    assert isinstance(fences, tuple)
    shape.open.discard(shape.opened.pop(queue, ""))
    covered = {
        (first, min(last, upto))
        for first, last, dataset in shape.entry_runs.get(queue, [])
        for of, upto in fences
        if of == dataset
    }

    def open_(entry: int) -> bool:
        task = live_reviews.task_of(shape, entry)
        return not any(first <= task <= last for first, last in covered)

    structures: list[dict[Any, Scores]] = [shape.available, shape.excluded, shape.soft]
    for structure in structures:
        for key in [key for key in structure if key[0] % STAGE == queue]:
            scores = {entry: s for entry, s in structure.pop(key).items() if open_(entry)}
            if scores:
                structure[key] = scores
    for place in [place for place in shape.backlog if place[0] == queue]:
        left = [entry for entry in shape.backlog.pop(place) if open_(entry)]
        if left:
            shape.backlog[place] = left


def _run_list(value: Iterable[tuple[bytes, float]]) -> list[tuple[int, int, int]]:
    runs = []
    for member, last in value:
        first, dataset = _text(member).split(":")
        runs.append((int(first), int(last), int(dataset)))
    return sorted(runs)


Reader = Callable[[Shape, Any, Any], None]
READERS: Final[Mapping[tuple[str, int], Reader]] = {
    ("totals", 0): _read_totals,
    ("outside", 0): lambda shape, _, value: shape.outside.update(
        (_text(name), _text(kept)) for name, kept in value.items()
    ),
    ("queues", 0): lambda shape, _, value: shape.queues.update(_numbers(value)),
    ("groups", 0): lambda shape, _, value: shape.groups.update(
        (int(group), int(there)) for group, there in value.items()
    ),
    ("datasets", 0): lambda shape, _, value: shape.datasets.update(_numbers(value)),
    ("touched", 0): _read_touched,
    ("deleted_datasets", 0): lambda shape, _, value: shape.deleted_datasets.update(_numbers(value)),
    ("followed", 0): lambda shape, _, value: shape.followed.update(
        (int(dataset), int(queues)) for dataset, queues in value.items()
    ),
    ("item_runs", 0): lambda shape, _, value: shape.item_runs.extend(_run_list(value)),
    ("entry_runs", 1): lambda shape, key, value: shape.entry_runs.update(
        {key[0]: _run_list(value)}
    ),
    ("passed", 3): lambda shape, _, value: None,
    ("tidying", 0): lambda shape, _, value: None,
    ("leases", 0): _read_leases,
    # Which skipped entries are still to be looked at is no fact of the log.
    ("skipped", 0): lambda shape, _, value: None,
    ("looks", 0): lambda shape, _, value: None,
    ("members", 0): lambda shape, _, value: shape.members.update(_scores(value)),
    ("open", 0): lambda shape, _, value: shape.open.update(_text(member) for member, _ in value),
    ("opened", 0): lambda shape, _, value: shape.opened.update(
        (int(queue), _text(member)) for queue, member in value.items()
    ),
    ("served", 0): lambda shape, _, value: shape.served.update(
        (int(queue), int(seq)) for queue, seq in value.items()
    ),
    ("gains", 0): lambda shape, _, value: shape.gains.update(_scores(value)),
    ("batch_leases", 0): _read_batch_leases,
    ("batch_leases", 1): lambda shape, key, value: shape.queue_batch_leases.update(
        ((key[0], person), deadline) for person, deadline in _scores(value).items()
    ),
    ("delayed", 0): lambda shape, _, value: shape.delayed.update(_scores(value)),
    ("delayed", 1): lambda shape, key, value: shape.queue_delayed.update(
        ((key[0], seq), due) for seq, due in _scores(value).items()
    ),
    ("delayed_runs", 0): lambda shape, _, value: shape.delayed_runs.update(
        (int(seq), _delayed(_unpack(packed))) for seq, packed in value.items()
    ),
    ("left", 0): lambda shape, _, value: shape.left.update(_scores(value)),
    ("sessions", 0): lambda shape, _, value: shape.sessions.update(_scores(value)),
    ("recalls", 0): lambda shape, _, value: shape.recalls.update(
        (int(person), _text(cursor)) for person, cursor in value.items()
    ),
    ("queue_recalls", 0): lambda shape, _, value: shape.queue_recalls.update(
        (int(queue), _text(cursor)) for queue, cursor in value.items()
    ),
    ("person", 1): _read_person,
    ("queue", 1): _read_queue,
    ("session", 1): lambda shape, key, value: shape.session.update(
        {key[0]: _session(_fields(value))}
    ),
    ("operation", 1): lambda shape, key, value: shape.operation.update(
        {key[0]: _operation(_fields(value))}
    ),
    ("plans", 0): lambda shape, _, value: shape.plans.update(
        (int(number), _plan(_unpack(packed))) for number, packed in value.items()
    ),
    ("terms", 1): lambda shape, key, value: shape.terms.update(
        ((key[0], int(person)), _terms(_unpack(packed))) for person, packed in value.items()
    ),
    ("ranges", 1): lambda shape, key, value: shape.ranges.update(
        ((key[0], int(number)), _places(_unpack(packed))) for number, packed in value.items()
    ),
    ("moving", 0): lambda shape, _, value: shape.moving.update(
        (_text(place), int(operation)) for place, operation in value.items()
    ),
    ("running", 0): lambda shape, _, value: shape.running.update(_numbers(value)),
    ("ended", 0): lambda shape, _, value: shape.ended.update(_scores(value)),
    ("heads", 1): _read_heads,
    ("attached", 1): lambda shape, key, value: shape.attached.update(
        ((key[0], int(dataset)), tuple(_unpack(packed))) for dataset, packed in value.items()
    ),
    ("counts", 1): _read_counts,
    ("leases", 1): _read_queue_leases,
    ("falling", 0): lambda shape, _, value: shape.falling.update(_scores(value)),
    ("lots", 0): lambda shape, _, value: shape.lots.update(
        (int(number), _listed(_unpack(packed))) for number, packed in value.items()
    ),
    ("lot_of", 0): lambda shape, _, value: shape.lot_of.update(
        (int(queue), int(number)) for queue, number in value.items()
    ),
    ("review_load", 1): lambda shape, key, value: shape.review_load.update(
        ((key[0], int(person)), int(n)) for person, n in value.items() if int(n)
    ),
    ("qa", 1): lambda shape, key, value: live_reviews.read_qa(
        shape, key[0], {int(entry): _listed(_unpack(packed)) for entry, packed in value.items()}
    ),
    ("qa_of", 1): lambda shape, key, value: shape.qa_of.update(
        ((key[0], int(entry)), _of_check(_unpack(packed))) for entry, packed in value.items()
    ),
    ("holding", 1): lambda shape, key, value: shape.holding.update({key[0]: _numbers(value)}),
    ("available", 2): lambda shape, key, value: shape.available.update({key: _scores(value)}),
    ("excluded", 3): lambda shape, key, value: shape.excluded.update({key: _scores(value)}),
    ("soft", 3): lambda shape, key, value: shape.soft.update({key: _scores(value)}),
    ("backlog", 3): lambda shape, key, value: shape.backlog.update({key: list(map(int, value))}),
    ("held", 2): lambda shape, key, value: shape.held.update({key: _scores(value)}),
    ("own", 2): lambda shape, key, value: shape.own.update({key: _scores(value)}),
}
