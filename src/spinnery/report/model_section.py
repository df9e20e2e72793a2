"""The section on the fitted model: its certificate, and all that made it."""

from __future__ import annotations

from typing import Any

from . import drawings
from .blocks import Block, Cell, Figure, Section, Table, Text
from .cells import number, words
from .methods import network_words
from .wording import short

Report = dict[str, Any]


OF_FOUND = "The lowest loss is too good: the same folds chose the size."
OF_NOTHING = (
    "The test of the fit found nothing, and that decides: in data without any signal, too, such "
    "a curve often dips at some size."
)


def certificate_words(model: dict[str, Any]) -> str:
    reached = "reached" if model["converged"] else "not reached"
    return (
        f"relative stationarity {model['stationarity']:.1e} (tolerance {model['tol']:g} {reached})"
    )


def model_section(report: Report) -> Section:
    """Of every report."""
    model = report["model"]
    hidden = model["hidden"]
    versions = ", ".join(f"{name} {number}" for name, number in model["versions"].items())
    facts = {
        "network": Cell(network_words(hidden), hidden[0] if hidden else None, tuple(hidden[1:])),
        "ridge": number(model["ridge"]),
        "penalty": words(model["penalty"].replace("_", " ")),
        "certificate": Cell(certificate_words(model), model["stationarity"], (model["tol"],)),
        "iterations": number(model["iterations"]),
        "seed": number(model["seed"]),
        "versions": words(versions),
    }
    if "cv_loss" in model:
        loss, error = model["cv_loss"], model["cv_error"]
        text = f"{short(loss)} (standard error {short(error)}), {model['held_out_loss']}"
        facts["loss in cross-validation"] = Cell(text, loss, (error,))
    rows = [[words(what), cell] for what, cell in facts.items()]
    blocks: list[Block] = [Table("The fitted model and its certificate.", ["What", "Value"], rows)]
    if len(model.get("sizes", ())) > 1:
        blocks.append(_sizes(model, report["features"]["n_selected"], report["signal"]))
    note = (
        "The certificate is the norm of the gradient mapping at the returned parameters: small "
        "means that nothing can be gained nearby, not that the model is true or the best there is."
    )
    blocks += [Text(note, "note"), Text(report["command"] or model["parameters"], "code")]
    return Section("model", "The model, and how it was made", blocks)


def _sizes(model: dict[str, Any], chosen: int, signal: dict[str, Any]) -> Figure:
    keys = ("n_features", "cv_mean", "cv_error")
    rows = [[number(row[key]) for key in keys] for row in model["sizes"]]
    table = Table("Held-out loss by size.", ["Features", "Mean", "Standard error"], rows)
    loss, p = model["held_out_loss"], signal["p_value"]
    nothing = p is not None and p > signal["level"]
    caption = (
        f"How the size was chosen: mean over folds of the {loss}, and its standard error. A curve "
        "that hardly falls from 0 features says that there is little to find. The dotted line is "
        f"the size that was taken. {OF_NOTHING if nothing else OF_FOUND}"
    )
    return Figure(caption, drawings.sizes(model["sizes"], chosen, loss), table)
