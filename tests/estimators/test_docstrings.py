"""Docstrings: every parameter documented, and equal parameters in equal words."""

from __future__ import annotations

import inspect
import re

import pytest

import spinnery

RESULTS = {"Evidence", "Screening"}
ESTIMATORS = [name for name in spinnery.__all__ if name[0].isupper() and name not in RESULTS]
# What differs by its nature: two of the procedures read another thing into it.
OWN_WORDS = {"hidden", "loss", "ridge", "lam", "penalty", "max_features", "random_state", "verbose"}
OTHERS = {"SNE", "TSNE", "DictionaryLearning"}


def parameters(name: str) -> dict[str, str]:
    """Each parameter's words, without its default."""
    text = inspect.getdoc(getattr(spinnery, name))  # Python 3.13 drops indents, earlier ones do not
    section = re.search(r"\nParameters\n-+\n(.*?)\n\n[A-Z]", text, re.DOTALL)
    assert section is not None, name
    found: dict[str, str] = {}
    for line in section.group(1).split("\n"):
        head = re.match(r"(\w+(?:, \w+)*) : (.*)", line)
        if head:
            current = head.group(1).split(", ")
        for name in current:
            new = re.sub(r",? ?default=.*", "", head.group(2)) if head else " " + line.strip()
            found[name] = found.get(name, "") + new
    return found


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_parameter_is_documented(name):
    estimator = getattr(spinnery, name)()
    assert set(parameters(name)) == set(estimator.get_params(deep=False))


def test_equal_parameters_have_equal_words():
    seen: dict[str, tuple[str, str]] = {}
    for name in ESTIMATORS:
        if name in OTHERS:
            continue
        for parameter, words in parameters(name).items():
            if parameter in OWN_WORDS:
                continue
            first, known = seen.setdefault(parameter, (name, words))
            assert words == known, f"{parameter} of {first} and of {name}"
