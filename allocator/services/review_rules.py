"""Settings of reviews: numbers for the event and Redis, the rest as content, and back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final

from reviewqueue.adaptive import Adaptive, Slice
from reviewqueue.choice import Mappings
from reviewqueue.experts import Action, ExpertRules, Stage
from reviewqueue.lots import Lots
from reviewqueue.sampling import Precedence, Rates
from reviewqueue.settings import ReviewSettings

PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "enabled": ("enabled",),
    "seed": ("seed",),
    "multi_review": ("multi_review",),
    "rejection_reasons": ("reasons",),
    "fallback_after": ("fallback_ms",),
    "return_early": ("early",),
    "lease_duration": ("lease_ms",),
    "max_held": ("max_held",),
    "expert_review": ("experts", "pool"),
    "max_review_backlog": ("backlog",),
    "adaptive": ("adaptive",),
    "lots": ("lots",),
}
"""Fields of the message ReviewSettings that an update_mask may name: the settings behind each."""
RATES: Final[Mapping[str, str]] = {
    "sampling_rate": "overall",
    "class_rates": "by_class",
    "annotator_rates": "by_annotator",
    "rate_precedence": "precedence",
    "discard_review_rate": "discard",
}
MAPPINGS: Final[Mapping[str, str]] = {
    "class_mappings": "by_class",
    "annotator_mappings": "by_annotator",
}
ALL_PATHS: Final = (*PATHS, *RATES, *MAPPINGS)


def changed(
    before: ReviewSettings, asked: ReviewSettings, paths: tuple[str, ...]
) -> ReviewSettings:
    """`before`, with what the paths name as `asked` has it."""
    plain = {name: getattr(asked, name) for path in paths for name in PATHS.get(path, ())}
    rates = {RATES[path]: getattr(asked.rates, RATES[path]) for path in paths if path in RATES}
    mappings = {
        MAPPINGS[path]: getattr(asked.mappings, MAPPINGS[path])
        for path in paths
        if path in MAPPINGS
    }
    return dataclasses.replace(
        before,
        **plain,
        rates=dataclasses.replace(before.rates, **rates),
        mappings=dataclasses.replace(before.mappings, **mappings),
    )


def rules_of(settings: ReviewSettings) -> dict[str, int]:
    """What the functions need to know: numbers."""
    return {
        "on": int(settings.enabled),
        "lease_ms": settings.lease_ms,
        "max_held": settings.max_held,
        "fallback_ms": settings.fallback_ms,
        "early": int(settings.early),
        "threshold": settings.experts.threshold if settings.experts else 0,
        "same": int(settings.experts.allow_same_reviewer) if settings.experts else 0,
        "backlog": settings.backlog,
        **_lot_rules(settings.lots),
    }


def _lot_rules(plan: Lots | None) -> dict[str, int]:
    if plan is None:
        return {"lot_size": 0, "lot_ms": 0, "drawn": 0, "accepted": 0}
    numbers = {"drawn": plan.drawn, "accepted": plan.accepted}
    return {"lot_size": plan.size, "lot_ms": plan.timeout_ms, **numbers}


def _lots(rules: Mapping[str, Any]) -> Lots | None:
    if not rules.get("lot_size"):
        return None
    return Lots(
        drawn=int(rules["drawn"]),
        accepted=int(rules["accepted"]),
        timeout_ms=int(rules["lot_ms"]),
        size=int(rules["lot_size"]),
    )


def body_of(settings: ReviewSettings) -> bytes:
    """The rest, as content. People are numbers."""
    rates, mappings = settings.rates, settings.mappings
    body = {
        "rate": rates.overall,
        "class_rates": dict(rates.by_class),
        "annotator_rates": {str(person): rate for person, rate in rates.by_annotator.items()},
        "precedence": int(rates.precedence),
        "discard_rate": rates.discard,
        "seed": settings.seed,
        "multi_review": settings.multi_review,
        "reasons": list(settings.reasons),
        "class_mappings": {name: list(people) for name, people in mappings.by_class.items()},
        "annotator_mappings": {
            str(person): list(people) for person, people in mappings.by_annotator.items()
        },
        "experts": list(settings.pool),
        "stages": _stages(settings.experts),
        "adaptive": dataclasses.asdict(settings.adaptive) if settings.adaptive else None,
    }
    return json.dumps(body, sort_keys=True, ensure_ascii=False).encode()


def _stages(rules: ExpertRules | None) -> list[tuple[int, float, int]]:
    stages = rules.stages.items() if rules else ()
    return [(iteration, stage.rate, int(stage.action)) for iteration, stage in stages]


def _experts(
    threshold: int, stages: list[tuple[int, float, int]], *, same: bool
) -> ExpertRules | None:
    if not threshold:
        return None
    return ExpertRules(
        threshold=threshold,
        stages={n: Stage(rate=rate, action=Action(action)) for n, rate, action in stages},
        allow_same_reviewer=same,
    )


def _adaptive(found: Mapping[str, Any] | None) -> Adaptive | None:
    if found is None:
        return None
    slices = tuple(Slice(**one) for one in found["slices"])
    return Adaptive(**{**found, "slices": slices})


def settings_of(queue: int, rules: Mapping[str, Any], body: bytes, set_seq: int) -> ReviewSettings:
    """Settings from the rules of an event and its content."""
    found = json.loads(body)
    return ReviewSettings(
        queue=queue,
        enabled=bool(rules["on"]),
        rates=Rates(
            overall=found["rate"],
            by_class=found["class_rates"],
            by_annotator={int(one): rate for one, rate in found["annotator_rates"].items()},
            discard=found["discard_rate"],
            precedence=Precedence(found["precedence"]),
        ),
        seed=found["seed"],
        multi_review=found["multi_review"],
        reasons=tuple(found["reasons"]),
        mappings=Mappings(
            by_class={name: tuple(ids) for name, ids in found["class_mappings"].items()},
            by_annotator={int(one): tuple(ids) for one, ids in found["annotator_mappings"].items()},
        ),
        fallback_ms=int(rules["fallback_ms"]),
        early=bool(rules["early"]),
        lease_ms=int(rules["lease_ms"]),
        max_held=int(rules["max_held"]),
        experts=_experts(int(rules["threshold"]), found["stages"], same=bool(rules["same"])),
        pool=tuple(found["experts"]),
        backlog=int(rules["backlog"]),
        adaptive=_adaptive(found.get("adaptive")),
        lots=_lots(rules),
        set_seq=set_seq,
    )
