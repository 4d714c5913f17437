"""Events about members, sessions, datasets and queues: what they may say, and what they do."""

from __future__ import annotations

from audit import recalls
from audit.report import RULES, Judge
from audit.review_state import MAY_REVIEW
from audit.state import DAY_MS, Dataset, Member, Project, Queue, Rules, Session, used_until
from store.events import Event

ROLES = 1 | 2 | 4 | 8 | 16 | 32


def project_created(project: Project, event: Event, judge: Judge) -> None:
    """The first event, once; the admin is an active member with role ADMIN."""
    judge.expect(RULES, event.seq == 1 and not project.created, "the project exists already")
    admin = event.body["admin"]
    project.created, project.fast = True, bool(event.body["fast"])
    project.settings_seq = project.set_seq = event.seq
    project.members[admin] = Member(
        person=admin, member=True, active=True, roles=1, changed=event.seq
    )


def project_changed(project: Project, event: Event, judge: Judge) -> None:
    """Other settings, whole."""
    locks = event.body["status_locks"]
    judge.expect(RULES, locks in (0, 1), "status_locks is {}", locks)
    project.content, project.status_locks = event.body["content"], bool(locks)
    project.set_seq = event.seq


def project_deleted(project: Project, event: Event, judge: Judge) -> None:
    """From now on nothing happens in it but that it is undeleted."""
    purge_ms = event.body["purge_ms"]
    judge.expect(RULES, not project.deleted_seq, "the project is deleted a second time")
    judge.expect(RULES, purge_ms >= event.wall_ms, "purged at {}, before {}", purge_ms, event)
    project.deleted_seq, project.purge_ms = event.seq, purge_ms


def project_undeleted(project: Project, event: Event, judge: Judge) -> None:
    """As it was, in its time; the lease clock stood."""
    deleted = event.body["deleted"]
    judge.expect(RULES, deleted and deleted == project.deleted_seq, "event {} undeleted", deleted)
    in_time = event.wall_ms < project.purge_ms
    judge.expect(RULES, in_time, "undeleted at {}, due at {}", event.wall_ms, project.purge_ms)
    project.deleted_seq = project.purge_ms = 0


def members_changed(project: Project, event: Event, judge: Judge) -> None:
    """Whole records. Who is out is fenced; who lost anything is recalled from the start."""
    changed = event.body["members"]
    judge.expect(RULES, 0 < len(changed) <= 100, "{} members in one event", len(changed))
    recalls.members(project, event, judge)
    for person, member, active, roles, skills in changed:
        before = project.member(person)
        judge.expect(RULES, roles & ~ROLES == 0, "person {} has role bits {}", person, roles)
        judge.expect(
            RULES,
            member or before.member,
            "person {} is removed, but is no member",
            person,
        )
        was, stays = before.member and before.active, bool(member and active)
        after = Member(
            person=person,
            member=bool(member),
            active=bool(active),
            roles=roles,
            skills=frozenset(skills),
            fence=event.seq if was and not stays else before.fence,
            changed=event.seq,
            groups=before.groups if member else frozenset(),
            fences=before.fences,
        )
        if before.lost_to(after):
            project.recalls[person] = ""
        project.members[person] = after
    judge.expect(RULES, project.admins(), "no ADMIN is left")


def session_opened(project: Project, event: Event, judge: Judge) -> None:
    """The session's number is the seq of this event, which takes no request id."""
    secret = event.body["secret"]
    judge.expect(RULES, event.request is None, "a session was opened under a request id")
    judge.expect(RULES, len(secret) == 16, "the secret {!r} is not 16 characters", secret)
    project.sessions[event.seq] = Session(secret=secret, used_ms=used_until(event.clock_ms))


def sessions_ended(project: Project, event: Event, judge: Judge) -> None:
    """Only sessions whose last change is a day of logical time ago."""
    for number in event.body["sessions"]:
        session = project.sessions.pop(number, None)
        if judge.expect(RULES, session, "session {} ended, but is not open", number) and session:
            quiet = event.clock_ms - session.used_ms
            judge.expect(
                RULES, quiet >= DAY_MS, "session {} ended {} ms early", number, DAY_MS - quiet
            )


def dataset_created(project: Project, event: Event, judge: Judge) -> None:
    """A new dataset, empty."""
    number = event.body["dataset"]
    judge.expect(RULES, number not in project.datasets, "dataset {} exists already", number)
    judge.expect(
        RULES, number not in project.deleted_datasets, "dataset {} was deleted before", number
    )
    project.datasets.setdefault(number, Dataset())


def dataset_named(project: Project, event: Event, judge: Judge) -> None:
    """Another display name; nothing that the model knows changes."""
    number = event.body["dataset"]
    judge.expect(RULES, number in project.datasets, "dataset {} is unknown", number)


def items_added(project: Project, event: Event, judge: Judge) -> None:
    """Rows of an import get the next item numbers; no row gets two."""
    body = event.body
    base, count, ordinal = body["base"], body["count"], body["first"]
    judge.expect(
        RULES,
        base == project.items_last + 1,
        "items begin at {}, the last was {}",
        base,
        project.items_last,
    )
    judge.expect(RULES, count > 0, "an import chunk of {} items", count)
    rows = project.imports.setdefault(body["import"], [])
    again = any(first < ordinal + count and ordinal < first + n for first, n in rows)
    judge.expect(
        RULES, not again, "import {}: rows {}.. are numbered already", body["import"], ordinal
    )
    rows.append((ordinal, count))
    known = body["dataset"] in project.datasets
    judge.expect(RULES, known, "items for the unknown dataset {}", body["dataset"])
    dataset = project.datasets.setdefault(body["dataset"], Dataset())
    dataset.ranges.append((base, base + count - 1))
    if not project.item_runs or project.item_runs[-1][1] != body["dataset"]:
        project.item_runs.append((base, body["dataset"]))
    project.items_last = max(project.items_last, base + count - 1)


def queue_created(project: Project, event: Event, judge: Judge) -> None:
    """A new queue within the limits of SEMANTICS §3 and the issue: 1..50 slots, 1..1000 held."""
    body = event.body
    number = body["queue"]
    judge.expect(RULES, number not in project.queues, "queue {} exists already", number)
    rules = Rules.of(body["rules"])
    limits(number, rules, judge)
    named = all(project.groups.get(group) for group in rules.groups)
    judge.expect(RULES, named, "queue {} names groups {}", number, sorted(rules.groups))
    project.settings_seq = event.seq
    project.queues[number] = Queue(
        queue=number, rules=rules, content=body["content"], set_seq=event.seq
    )
    source = project.queues.get(rules.source) if rules.source else None
    if rules.source:
        project.queues[number].may = MAY_REVIEW
        labels = source is not None and not source.rules.source
        judge.expect(RULES, labels, "queue {} is for QA of {}", number, rules.source)


def limits(queue: int, rules: Rules, judge: Judge) -> None:
    """Every rule is within its limits."""
    within = {
        "slots": 1 <= rules.slots <= 50,
        "max_held": 1 <= rules.max_held <= 1000,
        "lease_ms": rules.lease_ms > 0,
        "priority": 0 <= rules.priority <= 3,
        "statuses": set(rules.statuses) <= {1, 2},
        "skip_policy": 1 <= rules.skip_policy <= 3,
        "max_skips": 1 <= rules.max_skips <= 20,
        "due_ms": rules.due_ms >= 0,
        "distributed": 0 <= rules.distributed <= 2 and not (rules.distributed and rules.batch_size),
        "shares": len({person for person, _ in rules.shares}) == len(rules.shares),
    }
    for name, fits in within.items():
        judge.expect(RULES, fits, "queue {}: {} is {}", queue, name, getattr(rules, name))
