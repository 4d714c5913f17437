"""What Redis must contain (the keys of `10_keys.lua`), made from the model by brute force.

`Shape` is plain dictionaries, so that what was read from a server and what
is expected compare with `==`. Differences of form that mean nothing are
removed on both sides: dead integers of a backlog, tokens of finished slots,
counters of zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from audit import shape_reviews
from audit.anywhere import with_work
from audit.state import (
    DELAYED,
    FINISHED,
    IN_REVIEW,
    QUEUED,
    REMOVED,
    RETURNED,
    RUNNING,
    WORDS,
    Entry,
    Operation,
    Plan,
    Project,
    Queue,
    Slot,
    score_of,
)

REMEMBERED = 10_000
Scores = dict[int, float]
SlotShape = tuple[int, int, int, int, int, int]
"""(state, person, token, correction, draft, touched)."""
People = frozenset[int]
TouchedShape = tuple[
    int,
    int,
    int,
    tuple[SlotShape, ...],
    People,
    People,
    bool,
    People,
    tuple[object, ...],
]
"""Queue, lane, rank, slots, whom it was cleared from, who skipped it, escalated, who did it,
and what is said of its reviews."""


@dataclass(slots=True, kw_only=True)
class Shape:
    """The live state of one project, structure by structure; numbers in the order of the key.

    Of `heads`, "b" is the first untouched entry of a lane, "g" the first of G.
    `returned` is how many entries an own list has.
    Dead integers are counted twice by a server, and not at all by the model:
    `dead` is what the sets of the lanes say, `buried` what `heads` says.
    """

    totals: dict[str, int] = field(default_factory=dict)
    person: dict[int, tuple[object, ...]] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)
    queue: dict[int, tuple[object, ...]] = field(default_factory=dict)
    queues: set[int] = field(default_factory=set)
    deleted: set[int] = field(default_factory=set)
    datasets: set[int] = field(default_factory=set)
    heads: dict[tuple[int, str, int], float] = field(default_factory=dict)
    backlog: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    available: dict[tuple[int, int], Scores] = field(default_factory=dict)
    excluded: dict[tuple[int, int, int], Scores] = field(default_factory=dict)
    soft: dict[tuple[int, int, int], Scores] = field(default_factory=dict)
    touched: dict[int, TouchedShape] = field(default_factory=dict)
    held: dict[tuple[int, int], Scores] = field(default_factory=dict)
    holding: dict[int, set[int]] = field(default_factory=dict)
    own: dict[tuple[int, int], Scores] = field(default_factory=dict)
    returned: dict[tuple[int, int], int] = field(default_factory=dict)
    leases: dict[tuple[int, int], float] = field(default_factory=dict)
    queue_leases: dict[tuple[int, int, int], float] = field(default_factory=dict)
    batch_leases: dict[tuple[int, int], float] = field(default_factory=dict)
    queue_batch_leases: dict[tuple[int, int], float] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    opened: dict[int, str] = field(default_factory=dict)
    served: dict[int, int] = field(default_factory=dict)
    gains: dict[int, float] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)
    sessions: dict[int, float] = field(default_factory=dict)
    session: dict[int, tuple[object, ...]] = field(default_factory=dict)
    recalls: dict[int, str] = field(default_factory=dict)
    members: set[int] = field(default_factory=set)
    operation: dict[int, tuple[object, ...]] = field(default_factory=dict)
    deleted_datasets: set[int] = field(default_factory=set)
    followed: dict[int, int] = field(default_factory=dict)
    item_runs: list[tuple[int, int, int]] = field(default_factory=list)
    entry_runs: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    plans: dict[int, tuple[object, ...]] = field(default_factory=dict)
    terms: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    ranges: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    moving: dict[str, int] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)
    ended: dict[int, float] = field(default_factory=dict)
    queue_recalls: dict[int, str] = field(default_factory=dict)
    left: Scores = field(default_factory=dict)
    delayed: Scores = field(default_factory=dict)
    queue_delayed: dict[tuple[int, int], float] = field(default_factory=dict)
    delayed_runs: dict[int, tuple[object, ...]] = field(default_factory=dict)
    attached: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    counts: dict[tuple[int, str], int] = field(default_factory=dict)
    review: dict[int, tuple[object, ...]] = field(default_factory=dict)
    review_load: dict[tuple[int, int], int] = field(default_factory=dict)
    falling: Scores = field(default_factory=dict)
    lots: dict[int, tuple[int, ...]] = field(default_factory=dict)
    lot_of: dict[int, int] = field(default_factory=dict)
    qa: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    qa_of: dict[tuple[int, int], tuple[object, ...]] = field(default_factory=dict)
    dead: dict[tuple[int, int], int] = field(default_factory=dict)
    buried: dict[tuple[int, int], int] = field(default_factory=dict)


def expected(project: Project) -> Shape:
    """Everything, by walking all entries once."""
    shape = Shape(
        totals={
            "entries": project.entries_last,
            "items": project.items_last,
            "settings_seq": project.settings_seq,
            "fast": int(project.fast),
            "admins": len(project.admins()),
            **({"reviews": project.reviews_last} if project.reviews_last else {}),
            "content": project.content,
            "status_locks": int(project.status_locks),
            "set_seq": project.set_seq,
            **(
                {"deleted": project.deleted_seq, "purge_ms": project.purge_ms}
                if project.deleted_seq
                else {}
            ),
            **({"delayed_seq": project.delayed_seq} if project.delayed_seq else {}),
            **({"removed_seq": project.removed_seq} if project.removed_seq else {}),
        },
        outside={
            f"{session}:{n}": f"{n} {hash_} {seq} {chain}"
            for (session, n), (hash_, seq, chain) in project.outside.items()
        },
        groups={number: 1 + uses if uses >= 0 else 0 for number, uses in _uses(project)},
        plans={number: _plan(plan) for number, plan in project.plans.items()},
        moving={f"{queue}:{person}": n for (queue, person), n in project.moving.items()},
        recalls=dict(project.recalls),
        queue_recalls=dict(project.queue_recalls),
        members=set(project.members),
        queues=set(project.queues),
        deleted=set(project.deleted),
        datasets=set(project.datasets),
        deleted_datasets=set(project.deleted_datasets),
        followed=dict(Counter(n for one in project.queues.values() for n in one.attached)),
    )
    _people(project, shape)
    _queues(project, shape)
    _operations(project, shape)
    _runs(project, shape)
    for entry in project.entries.values():
        if entry.gone:
            continue
        if entry.slots:
            with_batches = project.queues[entry.queue].rules.batch_size > 0
            listed = entry.first_free() > 0 and not project.covered(entry)
            about = shape_reviews.about(project, entry)
            _touched(entry, shape, about, with_batches=with_batches, listed=listed)
        elif not project.covered(entry):
            shape.backlog.setdefault((entry.queue, entry.lane, entry.rank), []).append(entry.entry)
    _heads(shape)
    shape_reviews.followed(project, shape)
    shape.returned = {key: len(scores) for key, scores in shape.own.items()}
    # What a fence covers may have been passed over, or not yet: then the queue may be open, or not.
    for queue in with_work(project):
        if not queue.fences:
            shape.opened[queue.queue] = _member(queue)
    shape.open = set(shape.opened.values())
    shape.counts = recount(project)
    shape.left = _left(project)
    for seq, one in project.delayed.items():
        shape.delayed[seq] = shape.queue_delayed[one.queue, seq] = one.due
        items = tuple((lane, item, rank) for item, (lane, rank) in one.items.items())
        shape.delayed_runs[seq] = (one.queue, one.dataset, len(items), items)
    return shape


def _left(project: Project) -> Scores:
    """The newest that have nothing left to do, as many as are remembered."""
    newest = sorted(project.left.items(), key=lambda item: (item[1], str(item[0])))
    return dict(newest[-REMEMBERED:])


def _member(queue: Queue) -> str:
    rank, due, served, number = queue.order
    due = 10**15 - 1 if due == float("inf") else due
    return f"{rank}:{int(due):015}:{served:016}:{number:010}"


def recount(project: Project) -> dict[tuple[int, str], int]:
    """Tasks by state, per queue, counted one by one."""
    counts: Counter[tuple[int, str]] = Counter()
    for entry in project.entries.values():
        for slot in entry.all():
            counts[entry.queue, WORDS[entry.shown(slot)]] += 1
    for one in project.delayed.values():
        slots = project.queues[one.queue].rules.slots
        counts[one.queue, WORDS[DELAYED]] += len(one.items) * slots
    return {key: n for key, n in counts.items() if n}


def _people(project: Project, shape: Shape) -> None:
    for number, one in project.members.items():
        skills = tuple(sorted(one.skills))
        shape.person[number] = (
            *(int(one.member), int(one.active), one.roles, skills, one.fence, one.changed),
            *(tuple(sorted(one.groups)), tuple(sorted(one.fences.items()))),
        )
    for number, session in project.sessions.items():
        shape.sessions[number] = session.used_ms
        answers = tuple(sorted(session.answers.values()))
        shape.session[number] = (session.secret, session.newest, session.used_ms, answers)


def _queues(project: Project, shape: Shape) -> None:
    for number, one in project.queues.items():
        shape.queue[number] = (
            *(one.rules, one.content, one.set_seq, one.added_seq, one.not_added, one.batches),
            one.control,
            tuple((lane, tuple(sorted(skills))) for lane, skills in sorted(one.classes.items())),
            (one.upto, one.among, tuple(sorted(one.dealt.items()))),
            tuple(sorted(one.fences)),
            one.generation,
        )
        for dataset, attachment in one.attached.items():
            follows = (
                *(attachment.cursor, attachment.priority),
                *(attachment.not_before, attachment.skip),
            )
            shape.attached[number, dataset] = follows
        shape.terms |= {(number, person): tuple(said) for person, said in one.terms.items()}
        shape.ranges |= {(number, which): tuple(places) for which, places in one.ranges.items()}
        if one.gained:
            shape.gains[number] = one.gained
        if one.served:
            shape.served[number] = one.served
        for person, deadline in one.together.items():
            shape.batch_leases[number, person] = deadline
            shape.queue_batch_leases[number, person] = deadline


def _uses(project: Project) -> Iterator[tuple[int, int]]:
    """Groups, and how many queues name each; -1 of a deleted one."""
    for number, there in project.groups.items():
        naming = [one for one in project.queues.values() if number in one.rules.groups]
        yield number, len(naming) if there else -1


def _runs(project: Project, shape: Shape) -> None:
    """Runs (first, last, dataset) of items, and of the entries of each queue."""
    starts = [first for first, _ in project.item_runs]
    ends = [*(first - 1 for first in starts[1:]), project.items_last]
    shape.item_runs = [
        (first, last, dataset)
        for (first, dataset), last in zip(project.item_runs, ends, strict=False)
    ]
    for entry in project.entries.values():
        if entry.review:
            continue
        runs = shape.entry_runs.setdefault(entry.queue, [])
        dataset = project.dataset_of(entry.item)
        first = runs.pop()[0] if runs and runs[-1][2] == dataset else entry.entry
        runs.append((first, entry.entry, dataset))


def _operations(project: Project, shape: Shape) -> None:
    for number, one in project.operations.items():
        shape.operation[number] = (
            *(one.state, one.chunk, one.verb, one.actor, one.queues, one.dataset, one.content),
            *(one.total, one.last_entry, one.last, _moves(one)),
        )
        if one.state == RUNNING:
            shape.running.add(number)
        else:
            shape.ended[number] = one.ended_ms


def _moves(operation: Operation) -> tuple[object, ...]:
    moves = operation.moves
    if moves is None:
        return ()
    ranges = tuple(map(tuple, moves.ranges))
    return (moves.why, moves.reason, moves.undone, moves.ended, moves.sources, ranges)


def _plan(plan: Plan) -> tuple[object, ...]:
    return (
        *(plan.queue, plan.as_of, plan.content, plan.total, plan.clock, plan.used),
        *(plan.sources, plan.targets, plan.ranges),
    )


def _touched(
    entry: Entry, shape: Shape, about: tuple[object, ...], *, with_batches: bool, listed: bool
) -> None:
    """The record, G and T if it is `listed`, holds, own lists and leases of one touched entry."""
    queue, lane, number, score = entry.queue, entry.lane, entry.entry, entry.score
    slots = tuple(_slot(slot) for slot in entry.slots)
    shape.touched[number] = (
        *(queue, lane, entry.rank, slots, entry.soft),
        *(entry.skipped, entry.escalated, entry.done, about),
    )
    barred = {slot.person for slot in entry.slots if slot.state not in (QUEUED, REMOVED)}
    barred |= entry.skipped | entry.done
    barred |= entry.review.barred if entry.review else frozenset()
    barred |= entry.check.barred if entry.check else frozenset()
    if listed:
        shape.available.setdefault((queue, lane), {})[number] = score
        for person in barred | entry.soft:
            shape.excluded.setdefault((queue, lane, person), {})[number] = score
        for person in entry.soft - barred:
            shape.soft.setdefault((queue, lane, person), {})[number] = score
    for i, slot in enumerate(entry.slots, 1):
        if slot.held:
            shape.held.setdefault((slot.person, queue), {})[number] = score
            shape.holding.setdefault(slot.person, set()).add(queue)
            if not with_batches:
                shape.leases[number, i] = slot.deadline
                shape.queue_leases[queue, number, i] = slot.deadline
        elif slot.state == RETURNED:
            shape.own.setdefault((slot.person, queue), {})[number] = entry.place_in_own(i)


def _slot(slot: Slot) -> SlotShape:
    if slot.state in FINISHED:
        return (slot.state, slot.person, 0, 0, 0, 0)
    if slot.state == IN_REVIEW:
        return (slot.state, slot.person, 0, 0, 0, 0)
    correction = 2 if slot.given else int(slot.correction)
    if slot.held:
        return (slot.state, slot.person, slot.token, correction, int(slot.draft), slot.touched)
    person, token = slot.last or (slot.person, 0)
    return (slot.state, person, token, correction, 0, 0)


def _heads(shape: Shape) -> None:
    """Per lane the smallest score of what nobody has touched, and of G."""
    for (queue, lane, rank), entries in shape.backlog.items():
        entries.sort()
        first = score_of(rank, entries[0])
        key = (queue, "b", lane)
        shape.heads[key] = min(first, shape.heads.get(key, first))
    for (queue, lane), scores in shape.available.items():
        shape.heads[queue, "g", lane] = min(scores.values())
