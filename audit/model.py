"""The reference model: one project, as its events make it, and every rule they must obey.

The oracle of the property tests, of the fault runs and of `dibs audit`. It
knows the event decoder and nothing else of ours, and it finds what is
eligible by walking, not by an index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from audit import (
    apply_assigned,
    apply_control,
    apply_delays,
    apply_deletion,
    apply_ends,
    apply_entries,
    apply_finished,
    apply_groups,
    apply_moves,
    apply_operations,
    apply_qa,
    apply_ranges,
    apply_reviews,
    apply_setup,
    apply_work,
    lots,
    reviews,
    skips,
)
from audit.report import RULES, Judge, Violation
from audit.state import OPERATIONS, OUTSIDE, WINDOW, Project, used_until
from store.events import Event

Handler = Callable[[Project, Event, Judge], object]

HANDLERS: Mapping[str, Handler] = {
    "project_created": apply_setup.project_created,
    "project_changed": apply_setup.project_changed,
    "project_deleted": apply_setup.project_deleted,
    "project_undeleted": apply_setup.project_undeleted,
    "members_changed": apply_setup.members_changed,
    "group_created": apply_groups.group_created,
    "group_named": apply_groups.group_named,
    "group_changed": apply_groups.group_changed,
    "group_deleted": apply_groups.group_deleted,
    "session_opened": apply_setup.session_opened,
    "sessions_ended": apply_setup.sessions_ended,
    "dataset_created": apply_setup.dataset_created,
    "dataset_named": apply_setup.dataset_named,
    "items_added": apply_setup.items_added,
    "queue_created": apply_setup.queue_created,
    "dataset_attached": apply_entries.dataset_attached,
    "entries_added": apply_entries.entries_added,
    "delayed": apply_delays.delayed,
    "undelayed": apply_delays.undelayed,
    "removed": apply_entries.removed,
    "qa_added": apply_qa.qa_added,
    "granted": apply_work.granted,
    "picked": apply_work.picked,
    "started": apply_work.started,
    "renewed": apply_work.renewed,
    "drafted": apply_work.drafted,
    "submitted": apply_work.submitted,
    "skipped": skips.skipped,
    "escalated": skips.escalated,
    "skips_cleared": skips.skips_cleared,
    "released": apply_ends.released,
    "expired": apply_ends.expired,
    "revoked": apply_ends.revoked,
    "batch_cleared": apply_ends.batch_cleared,
    "recalled": apply_ends.recalled,
    "pooled": apply_ends.pooled,
    "queue_changed": apply_control.queue_changed,
    "queue_paused": apply_control.queue_paused,
    "queue_archived": apply_control.queue_archived,
    "data_submitted": apply_control.data_submitted,
    "assignment_changed": apply_control.assignment_changed,
    "queue_deleted": apply_deletion.queue_deleted,
    "dropped": apply_deletion.dropped,
    "prioritised": apply_finished.prioritised,
    "cleared": apply_operations.cleared,
    "operation_begun": apply_operations.begun,
    "operation_ended": apply_operations.ended,
    "operations_retried": apply_operations.retried,
    "history_cleaned": apply_operations.cleaned,
    "status_set": apply_finished.status_set,
    "status_removed": apply_finished.status_removed,
    "reopened": apply_finished.reopened,
    "assigned": apply_assigned.assigned,
    "moves_planned": apply_moves.planned,
    "moves_begun": apply_moves.begun,
    "review_changed": apply_reviews.review_changed,
    "decided": apply_reviews.decided,
    "fixed": apply_reviews.fixed,
    "commented": apply_reviews.commented,
    "checked": apply_reviews.checked,
    "units_deleted": apply_reviews.units_deleted,
    "lot_closed": lots.closed,
    "lot_judged": lots.judged,
    "fell_back": apply_reviews.fell_back,
    "reviews_added": apply_reviews.reviews_added,
    "objected": apply_reviews.objected,
    "range_created": apply_ranges.created,
    "range_split": apply_ranges.split,
    "range_merged": apply_ranges.merged,
}


class BrokenRuleError(AssertionError):
    """An event that the rules do not allow where it stands."""


class Model:
    """The state of one project after the events so far; `judge` keeps what they broke.

    `more` says of the last event, if it was a grant, whether a longer one was possible.
    `besides` are rules of kinds of events that are judged otherwise than usual.
    """

    def __init__(
        self,
        project: int = 0,
        judge: Judge | None = None,
        *,
        besides: Mapping[str, Handler] = MappingProxyType({}),
    ) -> None:
        self.judge = judge or Judge(project)
        self._handlers = {**HANDLERS, **besides}
        self.state = Project()
        self.more = False
        self._requests: set[tuple[int, int]] = set()

    def apply(self, event: Event) -> list[Violation]:
        """Checks one event and takes its effect. Returns what it violates."""
        known = len(self.judge.violations)
        self.judge.seq = self.state.at = event.seq
        self._clocks(event)
        self._request(event)
        apply_control.unsubmitted(self.state, event, self.judge)
        try:
            self.more = self._handlers[event.kind](self.state, event, self.judge) is True
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            # A broken log must not stop the audit of the rest of it.
            self.judge.fault(RULES, "{}: cannot be applied: {!r}", event.kind, error)
        reviews.cancelled(self.state, event, self.judge)
        if event.kind in reviews.STEERS:
            reviews.derive(self.state, event.body["queue"])
        self.state.seq, self.state.chain = event.seq, event.chain
        return self.judge.violations[known:]

    def must(self, event: Event) -> None:
        """Like `apply`, for tests: raises BrokenRuleError instead of returning."""
        if violations := self.apply(event):
            raise BrokenRuleError("; ".join(map(str, violations)))

    def _clocks(self, event: Event) -> None:
        """The lease clock and the wall clock of a project never go back (DESIGN, Time)."""
        state = self.state
        if state.deleted_seq:
            undeleted = event.kind == "project_undeleted"
            self.judge.expect(RULES, undeleted, "{} in a deleted project", event.kind)
            stood = event.clock_ms == state.clock
            self.judge.expect(RULES, stood, "the clock of a deleted project is {}", event.clock_ms)
        self.judge.expect(
            RULES,
            event.clock_ms >= state.clock and event.wall_ms >= state.wall,
            "clock {} after {}, wall {} after {}",
            event.clock_ms,
            state.clock,
            event.wall_ms,
            state.wall,
        )
        state.clock = max(state.clock, event.clock_ms)
        state.wall = max(state.wall, event.wall_ms)
        if event.kind != "project_created":
            self.judge.expect(RULES, state.created, "before the project is created")

    def _request(self, event: Event) -> None:
        """A request id changes the world once; the session keeps its last 16 answers."""
        request = event.request
        if request is None:
            return
        if request.session > OPERATIONS:
            operation = request.session - OPERATIONS
            apply_operations.chunk(self.state, event, operation, request.n, self.judge)
            return
        key = (request.session, request.n)
        self.judge.expect(2, key not in self._requests, "request {} a second time", key)
        self._requests.add(key)
        if request.session > OUTSIDE:
            self.state.outside[key] = (request.hash, event.seq, event.chain)
            return
        session = self.state.sessions.get(request.session)
        if not self.judge.expect(2, session, "session {} is not open", key[0]) or not session:
            return
        self.judge.expect(
            2,
            request.n > max(0, session.newest - WINDOW),
            "request {} is older than the window, the newest is {}",
            key,
            session.newest,
        )
        session.answers[request.n % WINDOW] = (request.n, request.hash, event.seq, event.chain)
        session.newest = max(session.newest, request.n)
        session.used_ms = used_until(event.clock_ms)
