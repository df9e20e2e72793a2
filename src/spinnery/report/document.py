"""A report's dictionary laid out: what every rendering goes through."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Points, Section, Text
from .data_section import data_section
from .feature_section import feature_section
from .model_section import model_section
from .performance_section import performance_section
from .sample_sections import cohort_section, worst_section
from .signal_section import signal_section
from .verdict import outcome_words
from .wording import count

Report = dict[str, Any]


def title_of(report: Report) -> str:
    return f"What goes with {outcome_words(report)}"


def subtitle_of(report: Report) -> str:
    """What was fitted to how much, in a few words."""
    data, told = report["data"], [report["model"]["estimator"]]
    if data is not None:
        told += [count(data["n_samples"], "sample"), count(data["n_features"], "feature")]
    if report["cohorts"]:
        told.append(count(len(report["cohorts"]), "cohort"))
    return " · ".join(told)


def sections(report: Report) -> list[Section]:
    """All sections, in the order in which they are read."""
    found, limits = report["methods"], Points(report["limits"])
    lead = Text("For a paper, to be shortened and checked.", "note")
    methods: list[Block] = [lead, Text(found["text"]), Points(found["references"])]
    made = [
        feature_section(report), performance_section(report), cohort_section(report),
        worst_section(report), signal_section(report), data_section(report), model_section(report),
        Section("methods", "Methods", methods), Section("limits", "Limits", [limits]),
    ]  # fmt: skip
    return [section for section in made if section is not None]
