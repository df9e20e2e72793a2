"""A report's dictionary laid out: what every rendering goes through."""

from __future__ import annotations

from typing import Any

from . import drawings
from .answers import outcome_words
from .blocks import Block, Cell, Figure, Points, Section, Table, Text
from .cells import anything, name, number, relative, words
from .feature_section import feature_section
from .performance_section import performance_section
from .signal_section import signal_section
from .wording import clean, count, listed, short

Report = dict[str, Any]


def title_of(report: Report) -> str:
    return f"What goes with {outcome_words(report)}"


def subtitle_of(report: Report) -> str:
    """What was fitted, in a few words."""
    data = report["data"]
    told = [report["model"]["estimator"]]
    if data is not None:
        told += [count(data["n_samples"], "sample"), count(data["n_features"], "feature")]
    if report["cohorts"]:
        told.append(count(len(report["cohorts"]), "cohort"))
    return " · ".join(told)


def sections(report: Report) -> list[Section]:
    """All sections, in the order in which they are read."""
    made = [signal_section(report), feature_section(report), performance_section(report), _cohorts(report), _worst(report),
            _data(report), _model(report), _methods(report), _limits(report)]  # fmt: skip
    return [section for section in made if section is not None]


def _cohorts(report: Report) -> Section | None:
    cohorts = report["cohorts"]
    if not cohorts:
        return None
    mark = report["performance"]["mark"]
    measured = list(dict.fromkeys(key for one in cohorts for key in one["measures"]))
    rows = [
        [name(one["cohort"]), number(one["n_samples"]), number(one["n_features"]),
         number(one["n_absent"]), *(number(one["measures"].get(key)) for key in measured)]
        for one in cohorts
    ]  # fmt: skip
    titles = ["Cohort", "Samples", "Features used", "Features lacking"]
    blocks: list[Block] = [
        Table("Each cohort's samples and measures.", [*titles, *(f"{key} ({mark})" for key in measured)], rows, sortable=True),
    ]
    used = [row for row in report["features"]["rows"] if row["selected"]]
    if used:
        most = max(v for row in used for v in row["strengths"].values() if v is not None)
        cells = [
            [name(row["feature"]),
             *(Cell("lacks it") if v is None else Cell("") if v == 0 else number(v, relative(v, most))
               for v in row["strengths"].values())]
            for row in used
        ]  # fmt: skip
        caption = "Strength of each feature in each cohort; empty where it is not used."
        blocks.append(Table(caption, ["Feature", *(clean(one["cohort"]) for one in cohorts)], cells))
    return Section("cohorts", "The cohorts", blocks)


def _worst(report: Report) -> Section | None:
    worst = report["worst"]
    if worst is None or not worst["samples"]:
        return None
    samples = worst["samples"]
    has = {key: any(one[key] is not None for one in samples) for key in ("name", "cohort")}
    titles = ["Row", *(["Name"] if has["name"] else []), *(["Cohort"] if has["cohort"] else []),
              "Observed", "Predicted", worst["what"].capitalize()]  # fmt: skip
    rows = [
        [number(one["row"]), *(name(one[key]) for key in ("name", "cohort") if has[key]),
         anything(one["observed"]), anything(one["predicted"]), number(one["miss"])]
        for one in samples
    ]  # fmt: skip
    mark = report["performance"]["mark"]
    lead = (
        f"Of the {mark}, counted from 1 as in the table given. Look for what they have in common, "
        "and for slips in their values: a miss alone is no reason to leave a sample out."
    )
    return Section("worst", "The samples predicted worst", [
        Text(lead), Table(f"The worst first ({mark}).", titles, rows, sortable=True),
    ])  # fmt: skip


def _data(report: Report) -> Section | None:
    data, target = report["data"], report["target"]
    if data is None:
        return None
    rows = [
        [words("samples"), number(data["n_samples"])],
        [words("features"), number(data["n_features"])],
        [words("of these factors"), number(data["n_factors"])],
        [words("empty cells"), number(data["n_gaps"])],
        [words("features with empty cells"), number(data["n_with_gaps"], more=_names(data["gaps"], data["n_with_gaps"]))],
        [words("features that never vary"), number(data["n_constant"], more=_names(data["constant"], data["n_constant"]))],
    ]
    blocks: list[Block] = [Table("The features.", ["What", "How many"], rows)]
    if data["numbering"]:
        blocks.append(Text(
            f"{listed(data['numbering'])} count the rows from one end to the other: an id, or the "
            "order of measurement? Then leave them out.", "caution",
        ))  # fmt: skip
    blocks.append(_target(target))
    return Section("data", "The data", blocks)


def _names(names: list[str], n: int) -> str:
    if not names:
        return ""
    return listed(names) if n <= len(names) else f"{listed(names, len(names))} and {n - len(names):,} more"


def _target(target: dict[str, Any]) -> Table:
    if target["task"] == "survival":
        rows = [[words("samples with the event"), number(target["events"])],
                [words("samples censored before it"), number(target["censored"])],
                [words("longest time followed"), number(target["longest"])],
                [words("time by which half had it"), number(target["median"])]]  # fmt: skip
        return Table("The outcome.", ["What", "Value"], rows)
    if target["task"] == "classification":
        total = sum(target["classes"].values())
        rows = [[name(label), number(n, n / total)] for label, n in target["classes"].items()]
        return Table("The outcome.", ["Class", "Samples"], rows, sortable=True)
    kinds = ("mean", "standard_deviation", "lowest", "highest", "zeros")
    rows = [[name(one["output"]), *(number(one[kind]) for kind in kinds)] for one in target["columns"]]
    titles = ["", "Mean", "Standard deviation", "Lowest", "Highest", "Share of zeros"]
    return Table("The outcome.", titles, rows)


def _model(report: Report) -> Section:
    model = report["model"]
    layers = model["hidden"]
    network = Cell(
        f"hidden layers of {', '.join(map(str, layers))} units" if layers else "linear (no hidden layer)",
        layers[0] if layers else None, tuple(layers[1:]),
    )  # fmt: skip
    reached = "reached" if model["converged"] else "not reached"
    certificate = Cell(
        f"relative stationarity {model['stationarity']:.1e} (tolerance {model['tol']:g} {reached})",
        model["stationarity"], (model["tol"],),
    )  # fmt: skip
    rows = [
        [words("network"), network],
        [words("ridge"), number(model["ridge"])],
        [words("penalty"), words(model["penalty"].replace("_", " "))],
        [words("certificate"), certificate],
        [words("iterations"), number(model["iterations"])],
        [words("seed"), number(model["seed"])],
        *([words(key), words(value)] for key, value in model["versions"].items()),
    ]
    if "cv_loss" in model:
        loss = Cell(
            f"{short(model['cv_loss'])} (standard error {short(model['cv_error'])}), {model['held_out_loss']}",
            model["cv_loss"], (model["cv_error"],),
        )  # fmt: skip
        rows.insert(3, [words("loss in cross-validation"), loss])
    blocks: list[Block] = [
        Table("The fitted model and its certificate.", ["What", "Value"], rows),
        Text(
            "The certificate is the norm of the gradient mapping at the returned parameters: small "
            "means that nothing can be gained nearby, not that the model is true or the best there is.",
            "note",
        ),
        Text(report["command"] or model["parameters"], "code"),
    ]
    if len(model.get("sizes", ())) > 1:
        table = Table(
            "Held-out loss by size.", ["Features", "Mean", "Standard error"],
            [[number(row[key]) for key in ("n_features", "cv_mean", "cv_error")] for row in model["sizes"]],
        )  # fmt: skip
        chosen = report["features"]["n_selected"]
        figure = Figure(
            f"How the size was chosen: mean over folds of the {model['held_out_loss']}, and its standard "
            "error. A curve that hardly falls from 0 features says that there is little to find.",
            drawings.sizes(model["sizes"], chosen, model["held_out_loss"]), table,
        )  # fmt: skip
        blocks.insert(1, figure)
    return Section("model", "The model, and how it was made", blocks)


def _methods(report: Report) -> Section:
    found = report["methods"]
    lead = Text("For a paper, to be shortened and checked.", "note")
    return Section("methods", "Methods", [lead, Text(found["text"]), Points(found["references"])])


def _limits(report: Report) -> Section:
    return Section("limits", "Limits", [Points(report["limits"])])
