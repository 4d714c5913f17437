"""The reference model's people, queues and entries as the domain of `allocator` sees them."""

from __future__ import annotations

from allocator.model import Member, QueueSettings, Role, Task, TaskId
from audit.state import Entry, Project


def person_and_queue(
    project: Project, person: int, entry: Entry
) -> tuple[Task, Member, QueueSettings]:
    """What `allocator.eligibility.eligible` takes."""
    one, queue = project.member(person), project.queues[entry.queue]
    had = {slot.person for slot in entry.slots if slot.person and slot.state != 2}
    barred = entry.check.barred if entry.check else frozenset[int]()
    task = Task(
        task=TaskId(entry=entry.entry, slot=1),
        queue=entry.queue,
        required_skills=queue.classes.get(entry.lane, frozenset()),
        others=frozenset(had | entry.skipped | entry.done | barred),
    )
    member = Member(
        person=person,
        member=one.member,
        active=one.active,
        roles=Role(one.roles),
        skills=one.skills,
        groups=one.groups,
    )
    rules = queue.rules
    settings = QueueSettings(
        queue=entry.queue,
        allowed=rules.allowed,
        groups=rules.groups,
        restricted=rules.restricted,
        hidden=rules.hidden,
        owner=rules.owner,
        paused=bool(queue.control.paused),
        archived=bool(queue.control.archived),
        source=rules.source,
    )
    return task, member, settings
