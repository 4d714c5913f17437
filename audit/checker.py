"""The invariants of reliability.md §5.2, and of reviews, over one project's log as it streams by.

    checker = Checker(project, external_id, steps=…, records=…)
    for row in rows:            # in order, in batches of any size
        checker.follow(row)
    checker.finish(head=…, live=…)
    checker.compare(shape)      # optional: Redis's live state
    report = checker.result()

Each invariant has a function of its own: 1 in chain, 2 and 5 to 8 in the
model's rules (model, apply_*), 3 and 4 in answers, 9 and 10 in claims, 11 in
drift, 12 to 14 in ends, 15 in reviews and apply_reviews. What a function
examines it counts, so that a check that never applied shows in the report.
Memory is that of the model and of the histories; rows are forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from audit import answers, drift, ends
from audit.chain import Chain, EpochStep, Head, Row
from audit.claims import Claims
from audit.history import Record
from audit.model import Model
from audit.report import RULES, Judge, Report
from audit.state import FREE
from audit.structures import Shape, expected
from store.events import Event, EventError, decode


class Checker:
    """Audits one project. `records` are the histories of its clients, by numbers."""

    def __init__(
        self,
        project: int,
        external_id: str,
        *,
        steps: Iterable[EpochStep] = (),
        records: Iterable[Record] = (),
    ) -> None:
        records = list(records)
        self.judge = Judge(project)
        self.model = Model(project, self.judge)
        self.report = Report()
        self._chain = Chain(external_id, steps, self.judge)
        self._claims = Claims(records, self.judge)
        self._told: defaultdict[int, list[Record]] = defaultdict(list)
        self._refused: dict[tuple[int, int], Record] = {}
        self._answers = [
            (one, False) for one in records if not one.changed and one.method in answers.KIND_OF
        ]
        self._lost: list[Record] = []
        for record in records:
            self._expect(record)

    def follow(self, row: Row) -> None:
        """The next event of the log."""
        self._chain.follow(row)
        self.report.events += 1
        project = self.judge.project
        try:
            event = decode(
                row.payload, project=project, seq=row.seq, epoch=row.epoch, chain=row.chain
            )
        except EventError as error:
            self.judge.fault(RULES, "not an event: {}", error)
            return
        self.model.apply(event)
        self._tally(event)
        if not self.model.state.fast:
            self._hear(event)

    def catch_up(self, steps: Iterable[EpochStep], rows: Iterable[Row], head: Head) -> None:
        """What the log has gained since `finish`."""
        self._chain.add(steps)
        for row in rows:
            self.follow(row)
        self._chain.end(head)

    @property
    def position(self) -> tuple[int, int, str]:
        """(epoch, seq, chain) that has been reached."""
        return self._chain.epoch, self._chain.seq, self._chain.value

    def finish(
        self,
        *,
        head: Head | None = None,
        live: Iterable[tuple[int, int, int]] | None = None,
        drained: bool = False,
    ) -> None:
        """After the last event: what the histories and Postgres's tables must say then."""
        if head is not None:
            self._chain.end(head)
        self.judge.seq = self.model.state.seq
        ends.finished_once(self.model.state, self.judge, drained=drained)
        ends.reviewed(self.model.state, self.judge)
        ends.counters(self.model.state, self.judge)
        if live is not None:
            ends.live_leases(self.model.state, live, self.judge)
        if self.model.state.fast:
            self.report.notes.append(
                f"project {self.judge.project} is FAST: 3, 4, 9 and 10 are not promised"
            )
        else:
            self._claims.end(self.model.state.seq)
            answers.missing(self._unheard(), self.judge)
            answers.real_time(self._answers, self.judge)

    def compare_views(self, shown: Mapping[tuple[int, str], int]) -> None:
        """12 against table view_queue, when its position is the last event."""
        ends.views(self.model.state, shown, self.judge)

    def compare(self, found: Shape, unknown: Iterable[str] = ()) -> None:
        """11 and 12 against Redis: every structure is what the events add up to."""
        self.judge.seq = self.model.state.seq
        drift.compare(expected(self.model.state), found, self.judge)
        for key in unknown:
            self.judge.fault(drift.LIVE_STATE, "key {} has no meaning", key)

    def result(self) -> Report:
        """Everything so far."""
        whole = Report()
        whole.merge(self.report)
        whole.take(self.judge)
        return whole

    def _expect(self, record: Record) -> None:
        """What the log must, or must not, have on account of one record."""
        if record.changed:
            self._told[record.seq].append(record)
        elif record.ok and record.method in answers.KIND_OF and not record.seq:
            if record.result.get("changed", True):
                self._lost.append(record)
        elif record.refused and record.n and record.seq:
            self._refused[record.session, record.n] = record

    def _hear(self, event: Event) -> None:
        """Compares the event, just applied, with what clients were told about it."""
        for record in self._told.pop(event.seq, ()):
            if answers.is_kept(event, record):
                self._kept(event, record)
                continue
            queue = self.model.state.queues.get(int(record.queue))
            rules = queue.rules if queue else None
            own = answers.acknowledged(
                *(event, record, self.judge),
                more=self.model.more,
                lists=bool(rules and (rules.batch_size or rules.distributed)),
            )
            if own:
                self._answers.append((record, True))
        if event.request is not None:
            record_ = self._refused.get((event.request.session, event.request.n))
            if record_ is not None:
                answers.refused(event, record_, self.judge)
        self._claims.follow(self.model)

    def _kept(self, event: Event, record: Record) -> None:
        entry, number = record.entry_slot
        found = self.model.state.entries.get(entry)
        slot = found.slot(number) if found and 0 < number <= found.k else FREE
        answers.kept(slot, record, event.clock_ms, self.judge)
        self._answers.append((record, False))

    def _unheard(self) -> list[Record]:
        return self._lost + [one for told in self._told.values() for one in told]

    def _tally(self, event: Event) -> None:
        """Figures for a summary: events by kind, and finished tasks by person."""
        self.report.kinds[event.kind] += 1
        if event.kind == "submitted":
            self.report.finished_by[self.judge.project, event.body["person"]] += 1
