"""The figures of a service's /metrics, and what changed between two looks at them."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from dibs import errors

TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One look."""

    at_s: float = 0.0
    rpcs: dict[str, float] = field(default_factory=dict)
    """Calls by method."""
    failed: dict[str, float] = field(default_factory=dict)
    """Of these, by code: what did not end well."""
    counted: dict[str, float] = field(default_factory=dict)
    """Other counters: name, or name and the value of its label."""
    lag: dict[str, float] = field(default_factory=dict)
    """Events that Redis has and the log has not, by project."""

    def a_second(self, before: Figures, name: str) -> float:
        """How fast a counter rose since `before`."""
        rose = self.counted.get(name, 0) - before.counted.get(name, 0)
        return rose / max(0.001, self.at_s - before.at_s)

    def calls_a_second(self, before: Figures) -> dict[str, float]:
        """By method, the most frequent first, without those that nobody called."""
        seconds = max(0.001, self.at_s - before.at_s)
        rates = {name: (n - before.rpcs.get(name, 0)) / seconds for name, n in self.rpcs.items()}
        return dict(sorted(((n, r) for n, r in rates.items() if r > 0), key=lambda e: -e[1]))


def look(pages: str) -> Figures:
    """Read /metrics. Raises StoreUnavailable if nobody answers there."""
    try:
        with urlopen(f"{pages.rstrip('/')}/metrics", timeout=TIMEOUT_S) as answer:
            return parsed(answer.read().decode(), at_s=time.monotonic())
    except OSError:
        raise errors.StoreUnavailable() from None


def parsed(text: str, *, at_s: float) -> Figures:
    """The figures in a text that Prometheus would read."""
    rpcs: dict[str, float] = defaultdict(float)
    failed: dict[str, float] = defaultdict(float)
    counted: dict[str, float] = defaultdict(float)
    lag: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = sample.labels
            if sample.name == "dibs_rpc_seconds_count":
                rpcs[labels["method"]] += sample.value
                if labels["code"] != "OK":
                    failed[labels["code"]] += sample.value
            elif sample.name == "dibs_commit_lag_events":
                lag[labels["project"]] = sample.value
            elif sample.name.endswith("_total"):
                counted[sample.name] += sample.value
                for value in labels.values():
                    counted[f"{sample.name} {value}"] += sample.value
    return Figures(at_s, dict(rpcs), dict(failed), dict(counted), lag)
