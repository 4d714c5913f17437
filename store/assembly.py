"""The store of one process, put together: what bootstrap and the tests open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from store.activity_log import ActivityLog
from store.check_results import RuleCheckReads
from store.comments import CommentReads
from store.committer import Committer
from store.content import Content
from store.deals import Deals
from store.directory import Directory
from store.duplicates import Duplicates
from store.gate import Gate
from store.groups import Groups
from store.item_list import ItemList
from store.items import Items
from store.kernel import Kernel
from store.ledger import Ledger
from store.listings import Listings
from store.loads import Loads
from store.log import Log
from store.lots import Lots
from store.moves import Moves
from store.notices import COMMITTED, OPENED, PROJECTED, Committed, Opened
from store.operation_views import OperationViews
from store.postgres import Postgres
from store.project_purge import Purger, wall_ms
from store.projections import Projector
from store.qa import Checks
from store.quality import Qualities
from store.queue_datasets import QueueDatasets
from store.ranges import Ranges
from store.recovery import Recovery
from store.redis import Multiplexer
from store.reviews import Reviews
from store.roles import Role
from store.snapshots import Every, Figures, Snapshots
from store.snapshotter import Snapshotter
from store.subscriber import Subscriber
from store.sums import Sums
from store.sweeper import Sweeper
from store.tail import Tail
from store.task_list import TaskList
from store.timing import Timer
from store.views import Views


def _ignore(*_: object) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Where the store tells what it measures; all of them optional."""

    rebuilt: Callable[[str], None] = _ignore
    """A project was rebuilt, for this cause."""
    gate_waited: Callable[[float], None] = _ignore
    """An answer waited this many seconds for its commit."""
    lost_race: Callable[[], None] = _ignore
    """A commit was lost to another committer."""
    rebuild_ended: Callable[[str, float], None] = _ignore
    """A rebuild from a snapshot, or from the log, took this many seconds."""
    snapshot_refused: Callable[[str], None] = _ignore
    """A snapshot was not believed, for this reason."""
    snapshot_failed: Callable[[str], None] = _ignore
    """A snapshot that was due was not made, for this reason."""
    snapshots: Callable[[list[Figures]], None] = _ignore
    """The newest snapshot of each project, in figures."""
    projection_lag: Callable[[int, int], None] = _ignore
    """The views of a project are this many events behind its log."""
    swept: Callable[[str, Sequence[Any]], None] = _ignore
    """The sweeper made an event: which, over what: tasks, most often."""


class Store:
    """Everything between the functions in Redis and the services."""

    def __init__(
        self,
        redis_url: str,
        postgres_dsn: str,
        *,
        hooks: Hooks | None = None,
        timer: Timer | None = None,
        now_ms: Callable[[], int] = wall_ms,
        patience_s: float = 8.0,
        every: Every | None = None,
    ) -> None:
        hooks = hooks or Hooks()
        self.redis = Multiplexer(redis_url)
        self.subscriber = Subscriber(redis_url)
        self.postgres = Postgres(postgres_dsn)
        self.kernel = Kernel(self.redis)
        self.log = Log(self.postgres)
        self.gate = Gate(
            self.log,
            waited=hooks.gate_waited,
            stalled=self._stalled,
        )
        self.snapshots = Snapshots(self.postgres, self.log, hooks.snapshot_refused)
        self.recovery = Recovery(
            redis=self.redis,
            kernel=self.kernel,
            log=self.log,
            postgres=self.postgres,
            gate=self.gate,
            snapshots=self.snapshots,
            rebuilt=hooks.rebuilt,
            rebuild_ended=hooks.rebuild_ended,
        )
        self.directory = Directory(self.postgres)
        self.groups = Groups(self.postgres)
        self.items = Items(self.postgres, self.directory)
        self.content = Content(self.postgres)
        self.views = Views(self.postgres, patience_s=patience_s)
        self.operations = OperationViews(self.postgres, self.views)
        self.task_list = TaskList(self.postgres)
        self.lots = Lots(self.postgres)
        self.duplicates = Duplicates(self.postgres)
        self.checks = Checks(self.postgres)
        self.queue_datasets = QueueDatasets(self.postgres)
        self.item_list = ItemList(self.postgres, self.items)
        self.listings = Listings(self.postgres)
        self.sums = Sums(self.postgres)
        self.loads = Loads(self.postgres)
        self.reviews = Reviews(self.postgres)
        self.qualities = Qualities(self.postgres)
        self.comments = CommentReads(self.postgres)
        self.check_results = RuleCheckReads(self.postgres)
        self.activity = ActivityLog(self.postgres, self.log, self.views)
        self.tail = Tail(self.log, self.gate, self.activity)
        self.deals = Deals(self.postgres)
        self.moves = Moves(self.postgres)
        self.ranges = Ranges(self.postgres)
        self.ledger = Ledger(
            redis=self.redis,
            kernel=self.kernel,
            log=self.log,
            gate=self.gate,
            recovery=self.recovery,
            is_fast=self.directory.is_fast,
            patience_s=patience_s,
        )
        self.committer = Committer(
            url=redis_url,
            redis=self.redis,
            kernel=self.kernel,
            log=self.log,
            gate=self.gate,
            condemned=self.recovery.fence,
            lost_race=hooks.lost_race,
        )
        self.sweeper = Sweeper(
            kernel=self.kernel,
            ledger=self.ledger,
            log=self.log,
            recovery=self.recovery,
            purger=Purger(self.postgres, self.redis, now_ms=now_ms),
            swept=hooks.swept,
            timer=timer,
        )
        self.projector = Projector(
            postgres=self.postgres, log=self.log, redis=self.redis, lag=hooks.projection_lag
        )
        self.snapshotter = Snapshotter(
            redis=self.redis,
            events=self.log,
            snapshots=self.snapshots,
            every=every,
            told=hooks.snapshots,
            failed=hooks.snapshot_failed,
            timer=timer,
        )
        self.roles = [
            Role(self.postgres, "committer", self.committer.run),
            Role(self.postgres, "sweeper", self.sweeper.run),
            Role(self.postgres, "projector", self.projector.run),
            Role(self.postgres, "snapshotter", self.snapshotter.run),
        ]

    async def start(self, *, roles: bool = True) -> None:
        """Connect; with `roles`, stand for election in each of them.

        Raises StoreUnavailable without a Postgres; a Redis may come later.
        """
        await self.postgres.start()
        self.subscriber.subscribe(COMMITTED, self._committed)
        self.subscriber.subscribe(COMMITTED, self.projector.committed)
        self.subscriber.subscribe(OPENED, self._opened)
        self.subscriber.subscribe(PROJECTED, self.views.projected)
        self.subscriber.on_subscribed(self._listening_again)
        self.recovery.on_opened(self.committer.opened)
        await self.subscriber.start()
        await self.redis.start()
        if roles:
            for role in self.roles:
                role.start()

    async def close(self) -> None:
        """Step down and hang up; nothing that was acknowledged depends on it."""
        for role in self.roles:
            await role.stop()
        await self.recovery.close()
        await self.gate.close()
        await self.subscriber.close()
        await self.redis.close()
        await self.postgres.close()

    def _listening_again(self) -> None:
        self.committer.scan()
        self.gate.look_everywhere()

    def _stalled(self, project: int) -> None:
        self.committer.help(project)

    def _committed(self, message: bytes) -> None:
        committed = Committed.unpack(message)
        self.gate.committed(*committed)
        self.tail.committed(committed.project)
        self.sweeper.notice(committed.project)

    def _opened(self, message: bytes) -> None:
        project, epoch = Opened.unpack(message)
        self.recovery.suspect(project, epoch - 1)
        self.committer.opened(project, epoch)
        self.sweeper.notice(project)
        self.gate.look_again(project)
