"""A fitted model as an ONNX file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx

from ..inputs.form import Form
from ..losses import AnyLoss, Poisson
from ..outcomes import Classes, Numbers, Outcome, Survival
from ..storage.files import write_whole
from .graph import KINDS, Graph
from .parts import Activation, Network

REAL = KINDS["f"]


def write(
    file: str | os.PathLike, networks: Sequence[Network], form: Form, outcome: Outcome,
    names: Sequence, gaps: bool,
) -> None:  # fmt: skip
    """Write the mean of some networks (over cohorts; mostly there is one), through the outcome.

    Parameters
    ----------
    file : path
        An existing file is replaced.
    networks : what takes the form's columns to outputs
    form : Form
        From the user's columns to numbers.
    outcome : Outcome
    names : the user's columns' names
    gaps : bool
        Whether a gap (NaN) is taken for the mean; else it makes the prediction NaN.
    """
    graph = Graph()
    outputs = [_outputs(graph, network, form, gaps) for network in networks]
    _give(graph, outcome, outputs[0] if len(outputs) == 1 else graph.node("Mean", *outputs))
    levels = {
        str(names[j]): [str(word) for word in (*factor.levels, *factor.rare)]
        for j, factor in form.factors.items()
    }
    about = {
        "features": json.dumps([str(name) for name in names]),
        "levels": json.dumps(levels),
    }  # fmt: skip
    model = graph.model(outcome.task, form.n_features, about)
    write_whole(Path(file), model.SerializeToString())


def _outputs(graph: Graph, network: Network, form: Form, gaps: bool) -> str:
    """Outputs in the targets' units, `(N, K)`."""
    x = _numbers(graph, form, network.columns)
    h = graph.node("Div", graph.node("Sub", x, network.center), network.scale)
    if gaps:
        h = graph.node("Where", graph.node("IsNaN", h), 0.0, h)
    for layer in network.layers:
        if isinstance(layer, Activation):
            h = ACTIVATIONS[layer.name](graph, h)
        else:
            h = graph.node("Add", graph.node("MatMul", h, layer.weight), layer.bias)
    return graph.node("Add", graph.node("Mul", h, network.out_scale), network.out_center)


# -- inputs ------------------------------------------------------------------------------------


def _numbers(graph: Graph, form: Form, columns: np.ndarray) -> str:
    """Some of the columns of numbers that the form makes of `X`, `(N, k)`."""
    if form.is_identity:
        return graph.node("Gather", "X", columns, axis=1)
    n_plain = int(form.widths.sum())
    owner, told = form.owner, columns >= n_plain
    factor = np.isin(owner[columns], list(form.factors)) & ~told
    plain = ~told & ~factor
    parts, place = [], np.zeros(0, int)  # where in the parts, one after another, each column is
    if plain.any():
        parts.append(graph.node("Gather", "X", owner[columns[plain]], axis=1))
        place = np.append(place, np.flatnonzero(plain))
    if told.any():
        cells = graph.node("Gather", "X", owner[columns[told]], axis=1)
        parts.append(graph.node("Cast", graph.node("IsNaN", cells), to=REAL))
        place = np.append(place, np.flatnonzero(told))
    for j in dict.fromkeys(owner[columns[factor]].tolist()):
        of = np.flatnonzero(factor & (owner[columns] == j))
        whole, start = _factor(graph, form, j), int(form.widths[:j].sum())
        parts.append(graph.node("Gather", whole, columns[of] - start, axis=1))
        place = np.append(place, of)
    together = parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=1)
    return graph.node("Gather", together, np.argsort(place), axis=1)


def _factor(graph: Graph, form: Form, j: int) -> str:
    """Zeros and ones of a factor whose levels come as their numbers, `(N, width)`."""
    factor, width = form.factors[j], int(form.widths[j])
    n_own, n_known = len(factor.levels), len(factor.levels) + len(factor.rare)
    code = graph.node("Gather", "X", np.array([j]), axis=1)
    first = len(factor.all_names) - width  # of two columns, which say the same, one is left
    shared = graph.node("Min", code, float(n_own))  # the rare levels share the last
    ones = graph.node("Equal", shared, np.arange(first, first + width, dtype=float)[None])
    ones = graph.node("Cast", ones, to=REAL)
    known = graph.node(
        "And", graph.node("GreaterOrEqual", code, 0.0), graph.node("Less", code, float(n_known))
    )
    start = int(form.widths[:j].sum())
    ones = graph.node("Where", known, ones, form.means[start : start + width][None])
    return graph.node("Where", graph.node("IsNaN", code), float("nan"), ones)


# -- outputs -----------------------------------------------------------------------------------


def _give(graph: Graph, outcome: Outcome, outputs: str) -> None:
    """The outputs as predictions, under names."""
    if isinstance(outcome, Classes):
        _give_classes(graph, outcome, outputs)
    elif isinstance(outcome, Survival):
        graph.output("log_risk", graph.node("Squeeze", outputs, np.array([1])), REAL)
    elif isinstance(outcome, Numbers):
        values = _through_link(graph, outcome.loss, outputs)
        if outcome.columns:
            graph.output("prediction", values, REAL, outcome.columns)
        else:
            graph.output("prediction", graph.node("Squeeze", values, np.array([1])), REAL)


def _give_classes(graph: Graph, outcome: Classes, outputs: str) -> None:
    if outcome.n_outputs == 1:
        two = [graph.node("Sigmoid", graph.node("Neg", outputs)), graph.node("Sigmoid", outputs)]
        proba = graph.node("Concat", *two, axis=1)
    else:
        proba = graph.node("Softmax", outputs, axis=1)
    best = graph.node("ArgMax", proba, axis=1, keepdims=0)
    kind = KINDS.get("i" if outcome.classes.dtype.kind == "u" else outcome.classes.dtype.kind,
                     onnx.TensorProto.STRING)  # fmt: skip
    graph.output("label", graph.node("Gather", graph.constant(outcome.classes), best), kind)
    graph.output("probabilities", proba, REAL, len(outcome.classes))


def _through_link(graph: Graph, loss: AnyLoss, outputs: str) -> str:
    if isinstance(loss, Poisson):
        return graph.node("Exp", outputs)
    if type(loss).link_inverse is not AnyLoss.link_inverse:
        raise ValueError(
            f"to_onnx does not know the link of {type(loss).__name__}: a loss of your own is code. "
            "Fit with one of Spinnery's losses, or write the network with onnx.helper."
        )
    return outputs


# -- activations, as in nn/activations.py ---------------------------------------------------------


def _gelu(graph: Graph, z: str) -> str:
    cube = graph.node("Mul", graph.node("Mul", z, z), z)
    inner = graph.node("Add", z, graph.node("Mul", cube, 0.044715))
    bent = graph.node("Tanh", graph.node("Mul", inner, (2 / np.pi) ** 0.5))
    return graph.node("Mul", graph.node("Mul", z, 0.5), graph.node("Add", bent, 1.0))


ACTIVATIONS = {
    "identity": lambda graph, z: z,
    "sigmoid": lambda graph, z: graph.node("Sigmoid", z),
    "tanh": lambda graph, z: graph.node("Tanh", z),
    "relu": lambda graph, z: graph.node("Relu", z),
    "leaky_relu": lambda graph, z: graph.node("LeakyRelu", z, alpha=0.1),
    "softplus": lambda graph, z: graph.node("Softplus", z),
    "gelu": _gelu,
}
