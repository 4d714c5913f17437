"""Puts the services of a worker together. Each part names what it needs, and is made once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property

from allocator.closing import ClosingLedger
from allocator.counting import CountedLedger
from allocator.exporting import Exporting
from allocator.servicers.allocation import AllocationServicer
from allocator.servicers.assignment import AssignmentServicer
from allocator.servicers.dataset import DatasetServicer
from allocator.servicers.group import GroupServicer
from allocator.servicers.operation import OperationServicer
from allocator.servicers.project import ProjectServicer
from allocator.servicers.queue import QueueServicer
from allocator.servicers.report import ReportServicer
from allocator.servicers.review import ReviewServicer
from allocator.services.activity import ActivityList
from allocator.services.adapting import Adapting
from allocator.services.allocation import Allocation
from allocator.services.assigning import Assigning
from allocator.services.assignment_list import Assignments
from allocator.services.attaching import Attaching
from allocator.services.batches import Batches
from allocator.services.beginning import Beginning
from allocator.services.bulk import Bulk
from allocator.services.bulk_queue_chunks import BulkQueueChunks
from allocator.services.bulk_queues import BulkQueues
from allocator.services.checking import Checking
from allocator.services.chunks import Chunks
from allocator.services.commenting import Commenting
from allocator.services.copy_chunks import CopyChunks
from allocator.services.copying import Copying
from allocator.services.datasets import Datasets
from allocator.services.dealing import DealingOut
from allocator.services.deciding import Deciding
from allocator.services.deleting import Deleting
from allocator.services.deleting_units import DeletingUnits
from allocator.services.door import Door
from allocator.services.drafting import Drafting
from allocator.services.drawing import Drawing
from allocator.services.drawing_again import DrawingAgain
from allocator.services.driving import Driving
from allocator.services.explaining import Explaining
from allocator.services.filling import Filling
from allocator.services.finishing import Finishing
from allocator.services.first_task import FirstTask
from allocator.services.fixing import Fixing
from allocator.services.groups import GroupCalls
from allocator.services.held import HeldTasks
from allocator.services.held_reviews import HeldReviews
from allocator.services.lists import Lists
from allocator.services.lost import Lost
from allocator.services.lots import JudgingLots
from allocator.services.more_reviews import MoreReviews
from allocator.services.moving import Movings
from allocator.services.named import Names
from allocator.services.named_tasks import NamedTasks
from allocator.services.operations import OperationsService
from allocator.services.picking import Picking
from allocator.services.planning import Planning
from allocator.services.priorities import Priorities
from allocator.services.project_life import ProjectLife
from allocator.services.projects import Projects
from allocator.services.qa_settings import Sources
from allocator.services.quality import QualityReports
from allocator.services.queue_datasets import DatasetsOfQueue
from allocator.services.queue_list import QueueList
from allocator.services.queue_settings import SettingsCache
from allocator.services.queue_writing import QueueWriting
from allocator.services.queues import Queues
from allocator.services.ranging import Ranging
from allocator.services.removing import Removing
from allocator.services.reporting import Reporting
from allocator.services.reserving import Reserving
from allocator.services.review_chunks import ReviewChunks
from allocator.services.review_lists import ReviewLists
from allocator.services.review_settings import ReviewSettingsCalls
from allocator.services.reviewing import Reviewing
from allocator.services.reviewing_again import ReviewingAgain
from allocator.services.rule_checking import RuleChecking
from allocator.services.said import Said
from allocator.services.seen import Reader
from allocator.services.skipping import Skipping
from allocator.services.stages import Stages
from allocator.services.standing import Standing
from allocator.services.steering import Steering
from allocator.services.submitting import Submitting
from allocator.services.template import Template
from allocator.services.under_review import UnderReview
from allocator.services.watching import Watching
from allocator.wire.review import submitted_units
from store.assembly import Store
from store.sweeper import Follower


class SystemClock:
    """The wall clock of this machine."""

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000


class Assembly:
    """What a worker serves, from its store up."""

    def __init__(self, store: Store, lease_floor_ms: int) -> None:
        self._store = store
        self._lease_floor_ms = lease_floor_ms
        self._clock = SystemClock()
        self._directory = store.directory
        self._items = store.items
        self._content = store.content
        self._views = store.views
        self._ledger = ClosingLedger(CountedLedger(store.ledger), store.directory)
        self._reader = Reader(store.directory, store.items)
        self._door = Door(self._directory, self._ledger, self._items, self._views)

    def servicers(self) -> Sequence[object]:
        """In the order of transport.SERVICES."""
        return (
            self._project_servicer,
            GroupServicer(self._groups),
            DatasetServicer(self._datasets, self._removing),
            self._queue_servicer,
            self._allocation_servicer,
            AssignmentServicer(self._assignments, self._assigning, self._movings, self._ranging),
            OperationServicer(self._operations),
            ReportServicer(self._activity, self._watching, self._reporting, self._quality),
            self._review_servicer,
        )

    def followers(self) -> Sequence[Follower]:
        """What is to be done for each project by the process that sweeps."""
        return (
            *(self._attaching.follow, self._checking.follow, self._dealing.follow),
            self._lots.follow,
            *(self._exporting.follow, self._driving.follow),
        )

    @property
    def _project_servicer(self) -> ProjectServicer:
        return ProjectServicer(self._projects, self._project_life, self._copying)

    @property
    def _queue_servicer(self) -> QueueServicer:
        return QueueServicer(
            *(self._queues, self._filling, self._priorities, self._removing, self._bulk),
            *(self._deleting, self._steering, self._stages, self._queue_list, self._lists),
            *(self._datasets_of_queue, self._bulk_queues),
        )

    @property
    def _review_servicer(self) -> ReviewServicer:
        return ReviewServicer(
            *(self._review_settings, self._reviewing, self._deciding, self._fixing),
            ReviewingAgain(
                directory=self._directory,
                ledger=self._ledger,
                items=self._items,
                content=self._content,
                views=self._views,
                reviews=self._store.reviews,
                settings=self._settings,
                door=self._door,
                named=self._named_tasks,
                checks=self._store.checks,
                lost=self._lost,
            ),
            ReviewLists(
                directory=self._directory,
                ledger=self._ledger,
                items=self._items,
                views=self._views,
                reviews=self._store.reviews,
                door=self._door,
                held=self._held_reviews,
                said=self._said,
            ),
            self._more_reviews,
            self._rule_checking,
            DeletingUnits(
                ledger=self._ledger,
                items=self._items,
                content=self._content,
                views=self._views,
                reviews=self._store.reviews,
                door=self._door,
                named=self._named_tasks,
            ),
            Commenting(
                ledger=self._ledger,
                items=self._items,
                content=self._content,
                views=self._views,
                reviews=self._store.reviews,
                said=self._said,
                door=self._door,
            ),
        )

    @property
    def _allocation_servicer(self) -> AllocationServicer:
        return AllocationServicer(
            *(self._allocation, self._submitting, self._drafting, self._skipping, self._picking),
            *(self._reserving, self._batches, self._finishing, self._standing),
            *(self._explaining, self._bulk, self._first_task),
        )

    @cached_property
    def _projects(self) -> Projects:
        return Projects(
            directory=self._directory,
            ledger=self._ledger,
            views=self._views,
            listings=self._store.listings,
            sums=self._store.sums,
            door=self._door,
            beginning=self._beginning,
            clock=self._clock,
        )

    @cached_property
    def _project_life(self) -> ProjectLife:
        return ProjectLife(
            directory=self._directory,
            ledger=self._ledger,
            content=self._content,
            views=self._views,
            door=self._door,
        )

    @cached_property
    def _groups(self) -> GroupCalls:
        return GroupCalls(
            directory=self._directory,
            groups=self._store.groups,
            ledger=self._ledger,
            content=self._content,
            views=self._views,
            door=self._door,
        )

    @cached_property
    def _datasets(self) -> Datasets:
        return Datasets(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            item_list=self._store.item_list,
            content=self._content,
            views=self._views,
            door=self._door,
        )

    @cached_property
    def _queues(self) -> Queues:
        return Queues(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            content=self._content,
            views=self._views,
            reviews=self._store.reviews,
            door=self._door,
            names=self._names,
            sources=self._sources,
            checking=self._checking,
            clock=self._clock,
            lease_floor_ms=self._lease_floor_ms,
        )

    @cached_property
    def _sources(self) -> Sources:
        return Sources(self._directory, self._ledger, self._content)

    @cached_property
    def _lots(self) -> JudgingLots:
        return JudgingLots(
            ledger=self._ledger,
            reads=self._store.lots,
            reviews=self._store.reviews,
            views=self._views,
            settings=self._settings,
            drawing=self._drawing,
        )

    @cached_property
    def _checking(self) -> Checking:
        return Checking(
            ledger=self._ledger,
            checks=self._store.checks,
            content=self._content,
            views=self._views,
            decode=submitted_units,
        )

    @cached_property
    def _filling(self) -> Filling:
        return Filling(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            views=self._views,
            duplicates=self._store.duplicates,
            door=self._door,
            attaching=self._attaching,
            dealing=self._dealing,
        )

    @cached_property
    def _priorities(self) -> Priorities:
        return Priorities(ledger=self._ledger, door=self._door, named=self._named_tasks)

    @cached_property
    def _steering(self) -> Steering:
        return Steering(
            ledger=self._ledger,
            writing=self._writing,
            views=self._views,
            door=self._door,
            names=self._names,
            beginning=self._beginning,
        )

    @cached_property
    def _queue_list(self) -> QueueList:
        return QueueList(
            directory=self._directory,
            views=self._views,
            listings=self._store.listings,
            names=self._names,
            door=self._door,
            clock=self._clock,
        )

    @cached_property
    def _datasets_of_queue(self) -> DatasetsOfQueue:
        return DatasetsOfQueue(
            datasets=self._store.queue_datasets, views=self._views, door=self._door
        )

    @cached_property
    def _lists(self) -> Lists:
        return Lists(
            directory=self._directory,
            items=self._items,
            content=self._content,
            tasks=self._store.task_list,
            views=self._views,
            door=self._door,
        )

    @cached_property
    def _activity(self) -> ActivityList:
        return ActivityList(
            directory=self._directory,
            log=self._store.activity,
            views=self._views,
            door=self._door,
            reader=self._reader,
        )

    @cached_property
    def _watching(self) -> Watching:
        return Watching(
            tail=self._store.tail, views=self._views, door=self._door, reader=self._reader
        )

    @cached_property
    def _reporting(self) -> Reporting:
        return Reporting(
            loads=self._store.loads,
            listings=self._store.listings,
            views=self._views,
            door=self._door,
            clock=self._clock,
        )

    @cached_property
    def _quality(self) -> QualityReports:
        return QualityReports(
            directory=self._directory,
            views=self._views,
            reviews=self._store.reviews,
            reads=self._store.qualities,
            door=self._door,
        )

    @cached_property
    def _allocation(self) -> Allocation:
        return Allocation(
            directory=self._directory,
            ledger=self._ledger,
            content=self._content,
            door=self._door,
            held=self._held,
            lost=self._lost,
            clock=self._clock,
        )

    @cached_property
    def _submitting(self) -> Submitting:
        return Submitting(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            content=self._content,
            settings=self._settings,
            door=self._door,
            held=self._held,
            lost=self._lost,
            drawing=self._drawing,
            adapting=Adapting(items=self._items, views=self._views, quality=self._store.qualities),
        )

    @cached_property
    def _adapting(self) -> Adapting:
        return Adapting(items=self._items, views=self._views, quality=self._store.qualities)

    @cached_property
    def _drawing(self) -> Drawing:
        return Drawing(
            directory=self._directory,
            items=self._items,
            views=self._views,
            reviews=self._store.reviews,
            adapting=self._adapting,
        )

    @cached_property
    def _review_settings(self) -> ReviewSettingsCalls:
        return ReviewSettingsCalls(
            directory=self._directory,
            ledger=self._ledger,
            content=self._content,
            views=self._views,
            reviews=self._store.reviews,
            settings=self._settings,
            door=self._door,
            names=self._names,
            lease_floor_ms=self._lease_floor_ms,
        )

    @cached_property
    def _reviewing(self) -> Reviewing:
        return Reviewing(
            ledger=self._ledger,
            settings=self._settings,
            door=self._door,
            held=self._held_reviews,
            clock=self._clock,
        )

    @cached_property
    def _deciding(self) -> Deciding:
        return Deciding(
            ledger=self._ledger,
            content=self._content,
            views=self._views,
            reviews=self._store.reviews,
            settings=self._settings,
            door=self._door,
            held=self._held_reviews,
            lost=self._lost,
            reviewing=self._reviewing,
            drawing=self._drawing,
        )

    @cached_property
    def _fixing(self) -> Fixing:
        return Fixing(
            ledger=self._ledger,
            content=self._content,
            views=self._views,
            reviews=self._store.reviews,
            door=self._door,
            lost=self._lost,
        )

    @cached_property
    def _more_reviews(self) -> MoreReviews:
        return MoreReviews(
            reviews=self._store.reviews,
            settings=self._settings,
            names=self._names,
            door=self._door,
            bulk=self._bulk,
        )

    @cached_property
    def _rule_checking(self) -> RuleChecking:
        return RuleChecking(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            content=self._content,
            views=self._views,
            reviews=self._store.reviews,
            checks=self._store.check_results,
            settings=self._settings,
            door=self._door,
            named=self._named_tasks,
            again=self._drawing_again,
        )

    @cached_property
    def _drawing_again(self) -> DrawingAgain:
        return DrawingAgain(
            views=self._views,
            reviews=self._store.reviews,
            drawing=self._drawing,
            adapting=self._adapting,
        )

    @cached_property
    def _review_chunks(self) -> ReviewChunks:
        return ReviewChunks(
            ledger=self._ledger,
            views=self._views,
            settings=self._settings,
            named=self._named_tasks,
            again=self._drawing_again,
        )

    @cached_property
    def _held_reviews(self) -> HeldReviews:
        return HeldReviews(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            content=self._content,
            views=self._views,
            reviews=self._store.reviews,
            said=self._said,
            decode=submitted_units,
        )

    @cached_property
    def _said(self) -> Said:
        return Said(comments=self._store.comments, directory=self._directory)

    @cached_property
    def _drafting(self) -> Drafting:
        return Drafting(
            ledger=self._ledger,
            items=self._items,
            content=self._content,
            views=self._views,
            settings=self._settings,
            door=self._door,
            lost=self._lost,
            clock=self._clock,
        )

    @cached_property
    def _skipping(self) -> Skipping:
        return Skipping(
            ledger=self._ledger,
            content=self._content,
            door=self._door,
            held=self._held,
            lost=self._lost,
            named=self._named_tasks,
        )

    @cached_property
    def _first_task(self) -> FirstTask:
        return FirstTask(
            ledger=self._ledger,
            items=self._items,
            door=self._door,
            held=self._held,
            lost=self._lost,
            clock=self._clock,
        )

    @cached_property
    def _stages(self) -> Stages:
        return Stages(ledger=self._ledger, items=self._items, views=self._views, door=self._door)

    @cached_property
    def _picking(self) -> Picking:
        return Picking(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            door=self._door,
            held=self._held,
            named=self._named_tasks,
        )

    @cached_property
    def _reserving(self) -> Reserving:
        return Reserving(ledger=self._ledger, door=self._door, held=self._held, clock=self._clock)

    @cached_property
    def _batches(self) -> Batches:
        return Batches(ledger=self._ledger, door=self._door, held=self._held, clock=self._clock)

    @cached_property
    def _finishing(self) -> Finishing:
        return Finishing(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            views=self._views,
            settings=self._settings,
            door=self._door,
            named=self._named_tasks,
            drawing=self._drawing,
        )

    @cached_property
    def _standing(self) -> Standing:
        return Standing(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            views=self._views,
            settings=self._settings,
            door=self._door,
            clock=self._clock,
        )

    @cached_property
    def _explaining(self) -> Explaining:
        return Explaining(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            door=self._door,
            views=self._views,
            standing=self._standing,
            named=self._named_tasks,
            under=UnderReview(reviews=self._store.reviews, directory=self._directory),
            clock=self._clock,
        )

    @cached_property
    def _removing(self) -> Removing:
        return Removing(
            ledger=self._ledger,
            items=self._items,
            views=self._views,
            operations=self._store.operations,
            door=self._door,
            beginning=self._beginning,
            lists=self._lists,
            shown=self._operations,
        )

    @cached_property
    def _bulk(self) -> Bulk:
        return Bulk(
            ledger=self._ledger,
            views=self._views,
            operations=self._store.operations,
            door=self._door,
            lists=self._lists,
            named=self._named_tasks,
            beginning=self._beginning,
        )

    @cached_property
    def _assignments(self) -> Assignments:
        return Assignments(
            directory=self._directory,
            ledger=self._ledger,
            content=self._content,
            views=self._views,
            listings=self._store.listings,
            door=self._door,
            reserving=self._reserving,
            held=self._held,
            ranges=self._store.ranges,
            clock=self._clock,
        )

    @cached_property
    def _assigning(self) -> Assigning:
        return Assigning(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            content=self._content,
            views=self._views,
            door=self._door,
            names=self._names,
            bulk=self._bulk,
            beginning=self._beginning,
        )

    @cached_property
    def _ranging(self) -> Ranging:
        return Ranging(
            directory=self._directory,
            ledger=self._ledger,
            content=self._content,
            views=self._views,
            ranges=self._store.ranges,
            door=self._door,
            names=self._names,
            bulk=self._bulk,
            beginning=self._beginning,
            assignments=self._assignments,
        )

    @cached_property
    def _movings(self) -> Movings:
        return Movings(
            directory=self._directory,
            ledger=self._ledger,
            content=self._content,
            door=self._door,
            planning=self._planning,
            beginning=self._beginning,
        )

    @cached_property
    def _planning(self) -> Planning:
        return Planning(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            views=self._views,
            moves=self._store.moves,
            ranges=self._store.ranges,
            door=self._door,
            lists=self._lists,
            dealing=self._dealing,
        )

    @cached_property
    def _deleting(self) -> Deleting:
        return Deleting(ledger=self._ledger, door=self._door, beginning=self._beginning)

    @cached_property
    def _operations(self) -> OperationsService:
        return OperationsService(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            content=self._content,
            views=self._views,
            operations=self._store.operations,
            listings=self._store.listings,
            door=self._door,
        )

    @cached_property
    def _beginning(self) -> Beginning:
        return Beginning(
            ledger=self._ledger,
            content=self._content,
            driving=self._driving,
            shown=self._operations,
        )

    @cached_property
    def _driving(self) -> Driving:
        chunks = Chunks(
            ledger=self._ledger,
            items=self._items,
            operations=self._store.operations,
            views=self._views,
            named=self._named_tasks,
        )
        of_queues = BulkQueueChunks(ledger=self._ledger, writing=self._writing)
        doers = {
            **chunks.doers(),
            **self._copy_chunks.doers(),
            **of_queues.doers(),
            **self._review_chunks.doers(),
        }
        return Driving(self._ledger, self._content, self._store.operations, doers)

    @cached_property
    def _writing(self) -> QueueWriting:
        return QueueWriting(
            ledger=self._ledger,
            content=self._content,
            sources=self._sources,
            lease_floor_ms=self._lease_floor_ms,
        )

    @cached_property
    def _bulk_queues(self) -> BulkQueues:
        return BulkQueues(
            directory=self._directory,
            ledger=self._ledger,
            content=self._content,
            views=self._views,
            door=self._door,
            queue_list=self._queue_list,
            steering=self._steering,
            writing=self._writing,
            beginning=self._beginning,
        )

    @cached_property
    def _copy_chunks(self) -> CopyChunks:
        return CopyChunks(
            directory=self._directory,
            ledger=self._ledger,
            content=self._content,
            items=self._items,
            views=self._views,
            groups=self._store.groups,
            datasets=self._datasets,
            door=self._door,
        )

    @cached_property
    def _copying(self) -> Copying:
        template = Template(
            directory=self._directory,
            ledger=self._ledger,
            content=self._content,
            items=self._items,
            views=self._views,
            listings=self._store.listings,
            groups=self._store.groups,
        )
        return Copying(
            directory=self._directory,
            ledger=self._ledger,
            views=self._views,
            door=self._door,
            template=template,
            beginning=self._beginning,
        )

    @cached_property
    def _attaching(self) -> Attaching:
        return Attaching(self._ledger, self._items, self._views, self._store.duplicates)

    @cached_property
    def _dealing(self) -> DealingOut:
        return DealingOut(
            ledger=self._ledger,
            deals=self._store.deals,
            items=self._items,
            groups=self._store.groups,
            directory=self._directory,
            views=self._views,
        )

    @cached_property
    def _exporting(self) -> Exporting:
        return Exporting(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            views=self._views,
            reviews=self._store.reviews,
            clock=self._clock,
            lag=self._lag,
        )

    @cached_property
    def _names(self) -> Names:
        return Names(
            directory=self._directory,
            groups=self._store.groups,
            content=self._content,
            door=self._door,
        )

    @cached_property
    def _lost(self) -> Lost:
        return Lost(
            directory=self._directory,
            ledger=self._ledger,
            items=self._items,
            views=self._views,
            reviews=self._store.reviews,
        )

    @cached_property
    def _held(self) -> HeldTasks:
        return HeldTasks(self._directory, self._items, self._views)

    @cached_property
    def _named_tasks(self) -> NamedTasks:
        return NamedTasks(self._items, self._views)

    @cached_property
    def _settings(self) -> SettingsCache:
        return SettingsCache(self._ledger, self._content)

    async def _lag(self, project: int) -> int:
        """Events that Redis has and the log has not."""
        header = await self._store.kernel.header(project)
        return header.seq - header.durable if header else 0
