"""How the work of a queue is reviewed: what an administrator sets, with the numbers of people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reviewqueue.adaptive import Adaptive
from reviewqueue.choice import Mappings
from reviewqueue.experts import ExpertRules
from reviewqueue.lots import Lots
from reviewqueue.sampling import Rates

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """The settings of one queue; `set_seq` is the event that wrote them, 0: none did.

    `fallback_ms` 0: a review waits for whom it is mapped to for ever. `experts` None: no expert
    decides; `pool` are those who may, nobody: whoever may review.
    """

    queue: int = 0
    enabled: bool = False
    rates: Rates = field(default_factory=Rates)
    seed: int = 0
    multi_review: bool = False
    reasons: tuple[str, ...] = ()
    mappings: Mappings = field(default_factory=Mappings)
    fallback_ms: int = DAY_MS
    early: bool = False
    lease_ms: int = 3_600_000
    max_held: int = 100
    experts: ExpertRules | None = None
    pool: tuple[int, ...] = ()
    backlog: int = 0
    """So many reviews may be unfinished before nobody is given new work; 0: any number."""
    adaptive: Adaptive | None = None
    """None: the rates are as they were set."""
    lots: Lots | None = None
    """None: what is drawn of a submission is reviewed at once."""
    set_seq: int = 0

    def reviewers(self) -> Iterator[int]:
        """Whom the settings name as reviewers or experts."""
        yield from self.pool
        for mapping in (self.mappings.by_class, self.mappings.by_annotator):
            for people in mapping.values():
                yield from people
