"""How work is reviewed, on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

from allocator import answers_reviews as answers
from allocator import requests
from allocator.requests_reviews import UpdateReviewSettings
from allocator.strategies.wrong import WrongInputError
from allocator.wire import common
from dibs import errors
from dibs.v1 import review_settings_pb2 as pb
from reviewqueue.adaptive import NEW_UNITS, Adaptive, Slice
from reviewqueue.experts import Action, ExpertRules, Stage
from reviewqueue.lots import DEFAULT_SIZE, Lots
from reviewqueue.sampling import Precedence, Rates
from reviewqueue.settings import ReviewSettings

UPDATE = "/dibs.v1.ReviewService/UpdateReviewSettings"
CHOOSE = -1
"""As a seed: one is to be chosen."""

_DEFAULTS = ReviewSettings()


def get_review_settings(request: pb.GetReviewSettingsRequest) -> requests.LookAt:
    return requests.LookAt(look=common.look(request), id=request.queue_id)


def update_review_settings(request: pb.UpdateReviewSettingsRequest) -> UpdateReviewSettings:
    asked = request.settings
    return UpdateReviewSettings(
        queue_id=request.queue_id,
        paths=tuple(request.update_mask.paths),
        settings=_asked(asked),
        rates=tuple((one.annotator, one.rate) for one in asked.annotator_rates),
        class_reviewers=tuple(
            (one.class_name, tuple(one.reviewers)) for one in asked.class_mappings
        ),
        annotator_reviewers=tuple(
            (one.annotator, tuple(one.reviewers)) for one in asked.annotator_mappings
        ),
        experts=tuple(asked.expert_review.experts),
        etag=asked.etag,
        change=common.change(UPDATE, request),
    )


def _asked(asked: pb.ReviewSettings) -> ReviewSettings:
    """What names nobody; the rest has to be looked up."""
    discard = asked.discard_review_rate if asked.HasField("discard_review_rate") else None
    return ReviewSettings(
        enabled=asked.enabled,
        rates=Rates(
            overall=asked.sampling_rate if asked.HasField("sampling_rate") else 1.0,
            by_class={one.class_name: one.rate for one in asked.class_rates},
            discard=discard,
            precedence=Precedence(asked.rate_precedence or Precedence.MAX),
        ),
        seed=asked.seed if asked.HasField("seed") else CHOOSE,
        multi_review=asked.multi_review,
        reasons=tuple(asked.rejection_reasons),
        fallback_ms=_or(asked, "fallback_after", _DEFAULTS.fallback_ms),
        early=asked.return_early,
        lease_ms=_or(asked, "lease_duration", _DEFAULTS.lease_ms),
        max_held=asked.max_held if asked.HasField("max_held") else _DEFAULTS.max_held,
        experts=_experts(asked.expert_review) if asked.HasField("expert_review") else None,
        backlog=asked.max_review_backlog,
        adaptive=_adaptive(asked.adaptive) if asked.HasField("adaptive") else None,
        lots=_lots(asked.lots) if asked.HasField("lots") else None,
    )


def _adaptive(asked: pb.AdaptivePlan) -> Adaptive:
    """Raises InvalidArgument for a target of 0, which no rate reaches."""
    try:
        return Adaptive(
            target=asked.target,
            base=asked.base,
            least=asked.min,
            new_units=asked.new_units if asked.HasField("new_units") else NEW_UNITS,
            slices=tuple(Slice(attribute=one.attribute, value=one.value) for one in asked.slices),
        )
    except WrongInputError as wrong:
        raise errors.InvalidArgument(f"settings.adaptive.{wrong.name}", str(wrong)) from None


def _lots(asked: pb.LotPlan) -> Lots:
    """Raises InvalidArgument for more that is drawn, or accepted, than there is."""
    try:
        return Lots(
            drawn=asked.drawn,
            accepted=asked.accepted,
            timeout_ms=common.milliseconds(asked.lot_timeout),
            size=asked.lot_size if asked.HasField("lot_size") else DEFAULT_SIZE,
        )
    except WrongInputError as wrong:
        raise errors.InvalidArgument(f"settings.lots.{wrong.name}", str(wrong)) from None


def _experts(asked: pb.ExpertReview) -> ExpertRules:
    """Raises InvalidArgument for a stage that the threshold does not allow."""
    stages = {
        one.iteration: Stage(rate=one.rate, action=Action(one.action)) for one in asked.stages
    }
    try:
        return ExpertRules(
            threshold=asked.threshold,
            stages=stages,
            allow_same_reviewer=asked.allow_same_reviewer,
        )
    except WrongInputError as wrong:
        raise errors.InvalidArgument(f"settings.expert_review.{wrong.name}", str(wrong)) from None


def _or(asked: pb.ReviewSettings, name: str, default: int) -> int:
    value: Duration = getattr(asked, name)
    return common.milliseconds(value) if asked.HasField(name) else default


def review_settings(answer: answers.ReviewRules) -> pb.GetReviewSettingsResponse:
    return pb.GetReviewSettingsResponse(settings=_shown(answer))


def updated_review_settings(answer: answers.ReviewRules) -> pb.UpdateReviewSettingsResponse:
    return pb.UpdateReviewSettingsResponse(seq=answer.seq, settings=_shown(answer))


def _shown(answer: answers.ReviewRules) -> pb.ReviewSettings:
    settings = answer.settings
    rates = settings.rates
    shown = pb.ReviewSettings(
        queue_id=answer.queue_id,
        enabled=settings.enabled,
        sampling_rate=rates.overall,
        class_rates=[
            pb.ClassRate(class_name=name, rate=rate) for name, rate in rates.by_class.items()
        ],
        annotator_rates=[
            pb.AnnotatorRate(annotator=person, rate=rate) for person, rate in answer.rates
        ],
        rate_precedence=common.number(rates.precedence),
        seed=settings.seed,
        multi_review=settings.multi_review,
        rejection_reasons=settings.reasons,
        class_mappings=[
            pb.ClassMapping(class_name=name, reviewers=people) for name, people in answer.classes
        ],
        annotator_mappings=[
            pb.AnnotatorMapping(annotator=person, reviewers=people)
            for person, people in answer.annotators
        ],
        fallback_after=common.duration(settings.fallback_ms),
        return_early=settings.early,
        lease_duration=common.duration(settings.lease_ms),
        max_held=settings.max_held,
        etag=answer.etag,
    )
    if settings.backlog:
        shown.max_review_backlog = settings.backlog
    if settings.adaptive:
        shown.adaptive.CopyFrom(_shown_plan(settings.adaptive))
    if settings.lots:
        shown.lots.CopyFrom(_shown_lots(settings.lots))
    if settings.experts:
        shown.expert_review.CopyFrom(_shown_experts(settings.experts, answer.experts))
    if rates.discard is not None:
        shown.discard_review_rate = rates.discard
    return shown


def _shown_experts(rules: ExpertRules, experts: tuple[str, ...]) -> pb.ExpertReview:
    return pb.ExpertReview(
        threshold=rules.threshold,
        stages=[
            pb.ExpertStage(iteration=n, rate=stage.rate, action=common.number(stage.action))
            for n, stage in rules.stages.items()
        ],
        experts=experts,
        allow_same_reviewer=rules.allow_same_reviewer,
    )


def _shown_plan(plan: Adaptive) -> pb.AdaptivePlan:
    return pb.AdaptivePlan(
        target=plan.target,
        base=plan.base,
        min=plan.least,
        new_units=plan.new_units,
        slices=[pb.SliceRule(attribute=one.attribute, value=one.value) for one in plan.slices],
    )


def _shown_lots(plan: Lots) -> pb.LotPlan:
    return pb.LotPlan(
        drawn=plan.drawn,
        accepted=plan.accepted,
        lot_size=plan.size,
        lot_timeout=common.duration(plan.timeout_ms),
    )
