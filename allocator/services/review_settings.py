"""GetReviewSettings and UpdateReviewSettings: how the work of a queue is reviewed."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterable

from allocator import answers_reviews as told
from allocator import requests
from allocator.ports import Content, Directory, Event, Ledger, Outcome, Reviews, Views
from allocator.requests_reviews import UpdateReviewSettings
from allocator.services import review_rules
from allocator.services.door import Door, Place
from allocator.services.named import Names, etag_of, set_seq_of
from allocator.services.outcomes import happened, value
from allocator.services.queue_settings import SettingsCache
from dibs import errors
from reviewqueue.choice import Mappings
from reviewqueue.settings import ReviewSettings

TRIES = 3
SEED_BITS = 53

GET = "ReviewService.GetReviewSettings"
UPDATE = "ReviewService.UpdateReviewSettings"


class ReviewSettingsCalls:
    """The settings of reviews, queue by queue."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        content: Content,
        views: Views,
        reviews: Reviews,
        settings: SettingsCache,
        door: Door,
        names: Names,
        lease_floor_ms: int,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content
        self._views = views
        self._reviews = reviews
        self._settings = settings
        self._door = door
        self._names = names
        self._lease_floor_ms = lease_floor_ms

    async def get(self, ask: requests.LookAt) -> told.ReviewRules:
        """The settings; of a queue that has none the defaults.

        Raises QueueNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.look, GET, queue=ask.id)
        queue = await self._door.queue(place.project, ask.id)
        await self._door.there(place.project, queue)
        await self._views.wait_for(place.project, ask.look.min_seq)
        return await self._shown(place.project, ask.id, await self._now(place.project, queue))

    async def update(self, ask: UpdateReviewSettings) -> told.ReviewRules:
        """Change settings; whoever else changes them at the same time is seen.

        Raises QueueNotFound, PersonNotFound, EtagMismatch, StaleSettings,
        InvalidArgument, PermissionDenied.
        """
        place = await self._door.permit(ask.change, UPDATE, queue=ask.queue_id)
        _check_paths(ask.paths)
        queue = await self._door.queue(place.project, ask.queue_id)
        await self._check_classes(place.project, queue, ask)
        asked = await self._numbered(place, ask)
        for _ in range(TRIES):
            before = await self._now(place.project, queue)
            after = review_rules.changed(before, asked, ask.paths)
            if not before.set_seq and "seed" not in ask.paths:
                after = dataclasses.replace(after, seed=asked.seed)
            outcome = await self._write(place, ask, before, after)
            if outcome.word == "not_eligible":
                raise await self._unable(place.project, ask, int(value(outcome)))
            if outcome.word != "stale_etag":
                return await self._written(place.project, ask.queue_id, happened(outcome))
            if ask.etag:
                raise errors.EtagMismatch(ask.queue_id)
            await self._views.wait_for(place.project, outcome.seq)
        raise errors.StaleSettings(ask.queue_id)

    async def _now(self, project: int, queue: int) -> ReviewSettings:
        view = await self._reviews.settings(project, queue)
        if view is None:
            return ReviewSettings(queue=queue)
        body = await self._content.get(project, view.content)
        return review_rules.settings_of(queue, view.rules, body, view.set_seq)

    async def _write(
        self,
        place: Place,
        ask: UpdateReviewSettings,
        before: ReviewSettings,
        after: ReviewSettings,
    ) -> Outcome:
        """Content first. The function compares etags, after it has looked for a repeat."""
        if after.lease_ms < self._lease_floor_ms:
            floor_s = self._lease_floor_ms / 1000
            raise errors.InvalidArgument(
                "settings.lease_duration", f"must be {floor_s:g} s to 30 d"
            )
        if after.adaptive and after.lots:
            raise errors.InvalidArgument("settings.lots", "must not be set beside adaptive")
        content, _ = await self._content.put(place.project, review_rules.body_of(after))
        return await self._ledger.change(
            *(place.project, "change_review", ask.change.key, place.actor),
            queue=before.queue,
            expected=set_seq_of(ask.etag) if ask.etag else before.set_seq,
            rules=review_rules.rules_of(after),
            content=content,
            people=sorted(set(after.reviewers()) - set(before.reviewers())),
        )

    async def _written(self, project: int, queue_id: str, event: Event) -> told.ReviewRules:
        body = await self._content.get(project, int(event.body["content"]))
        settings = review_rules.settings_of(
            event.body["queue"], event.body["rules"], body, event.seq
        )
        shown = await self._shown(project, queue_id, settings)
        return dataclasses.replace(shown, seq=event.seq)

    async def _shown(
        self, project: int, queue_id: str, settings: ReviewSettings
    ) -> told.ReviewRules:
        """With the ids of the people that they name."""
        mappings, rates = settings.mappings, settings.rates
        named = {*settings.reviewers(), *mappings.by_annotator, *rates.by_annotator}
        ids = await self._directory.people_ids(project, named)

        def of(people: Iterable[int]) -> tuple[str, ...]:
            return tuple(ids[person] for person in people)

        return told.ReviewRules(
            queue_id=queue_id,
            settings=settings,
            etag=etag_of(settings.set_seq),
            rates=tuple((ids[person], rate) for person, rate in rates.by_annotator.items()),
            classes=tuple((name, of(people)) for name, people in mappings.by_class.items()),
            annotators=tuple(
                (ids[person], of(people)) for person, people in mappings.by_annotator.items()
            ),
            experts=of(settings.pool),
        )

    async def _numbered(self, place: Place, ask: UpdateReviewSettings) -> ReviewSettings:
        """What is asked for, with the numbers of whom it names; with a seed, chosen if need be.

        Raises PersonNotFound.
        """
        project, asked = place.project, ask.settings
        lists = (*ask.class_reviewers, *ask.annotator_reviewers)
        people = [person for _, reviewers in lists for person in reviewers]
        people += [person for person, _ in (*ask.rates, *ask.annotator_reviewers)]
        people += ask.experts
        await self._names.members(project, list(dict.fromkeys(people)))
        numbers = await self._names.people(project, people)

        def of(ids: Iterable[str]) -> tuple[int, ...]:
            return tuple(numbers[one] for one in ids)

        by_annotator = {numbers[person]: rate for person, rate in ask.rates}
        chosen = "seed" in ask.paths and asked.seed >= 0
        return dataclasses.replace(
            asked,
            seed=asked.seed if chosen else secrets.randbits(SEED_BITS),
            rates=dataclasses.replace(asked.rates, by_annotator=by_annotator),
            mappings=Mappings(
                by_class={name: of(ids) for name, ids in ask.class_reviewers},
                by_annotator={numbers[one]: of(ids) for one, ids in ask.annotator_reviewers},
            ),
            pool=of(ask.experts),
        )

    async def _check_classes(self, project: int, queue: int, ask: UpdateReviewSettings) -> None:
        """Raises InvalidArgument for a class that the queue has not."""
        named = [
            *((f"class_rates[{n}]", one) for n, one in enumerate(ask.settings.rates.by_class)),
            *((f"class_mappings[{n}]", one) for n, (one, _) in enumerate(ask.class_reviewers)),
        ]
        if not named:
            return
        classes = (await self._settings.reload(project, queue)).classes
        for field, name in named:
            if classes and name not in classes:
                raise errors.InvalidArgument(
                    f"settings.{field}.class_name", "must be one of the queue's unit_classes"
                )

    async def _unable(
        self, project: int, ask: UpdateReviewSettings, person: int
    ) -> errors.InvalidArgument:
        """The error about somebody who is mapped and may not review."""
        ids = await self._directory.people_ids(project, [person])
        lists = {
            **_lists("class_mappings", ask.class_reviewers),
            **_lists("annotator_mappings", ask.annotator_reviewers),
            "expert_review.experts": ask.experts,
        }
        where = next(
            f"settings.{field}[{people.index(ids[person])}]"
            for field, people in lists.items()
            if field.partition(".")[0].partition("[")[0] in ask.paths and ids[person] in people
        )
        return errors.InvalidArgument(where, "must be an active member with a role for review")


def _lists(
    field: str, mapping: tuple[tuple[str, tuple[str, ...]], ...]
) -> dict[str, tuple[str, ...]]:
    """The reviewers of each line of a mapping, by where they stand in the request."""
    return {f"{field}[{n}].reviewers": people for n, (_, people) in enumerate(mapping)}


def _check_paths(paths: tuple[str, ...]) -> None:
    """Raises InvalidArgument for a field that cannot change, or that is none."""
    if not paths or not set(paths) <= set(review_rules.ALL_PATHS):
        names = ", ".join(review_rules.ALL_PATHS)
        raise errors.InvalidArgument("update_mask", f"must name some of {names}")
