"""The alerts that are shipped are about figures that there are."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client import REGISTRY, Gauge

from allocator import metrics

ALERTS = Path(__file__).parents[2] / "deploy" / "alerts.yml"


def test_every_alert_is_about_a_figure_and_labels_that_it_has() -> None:
    text = ALERTS.read_text()
    labels = {
        each._name: set(each._labelnames)
        for each in vars(metrics).values()
        if isinstance(each, Gauge)
    }
    expressions = re.findall(r"expr: max by \(([a-z, ]+)\) \((dibs_\w+)\) > 0", text)

    assert len(expressions) == text.count("- alert:") == 2
    for names, figure in expressions:
        assert set(names.split(", ")) == labels[figure]
        assert figure in {family.name for family in REGISTRY.collect()}
    used = set(re.findall(r"\$labels\.(\w+)", text))
    assert used <= {"project", "queue", "stage"}
