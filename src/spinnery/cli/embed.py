"""`spinnery embed`: the samples of a table as a fitted model sees them."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import InputError
from ..inputs.columns import split_cohort, take_column
from ..inputs.files import read
from .model import check_cohort, ids_of, load_model, of_layer, samples
from .output import check_out, write

PICTURES = (".png", ".svg", ".pdf")
SIZE = (6.8, 5)  # inches


@dataclass(frozen=True)
class Request:
    """What was asked on the command line."""

    model: Path
    data: Path
    out: Path
    coordinates: Path | None
    by: str
    method: str
    colour: str | None
    cohort: str | None
    layer: str | None
    ids: str | None
    force: bool
    perplexity: float | None
    seed: int


def run_embed(request: Request) -> None:
    """Draw the map to `request.out`, and write its coordinates if asked."""
    _check_files(request)
    whole = read(request.data, request.layer)
    estimator = load_model(request.model)

    # what takes seconds to import, once the files are found sound
    from ..embedding.views import METHODS, default_perplexity, seen
    from ..plotting import plot_points
    from ..plotting.axes import title
    from ..plotting.embedding import caption
    from .results import save_figure

    check_cohort(request.model, estimator, request.cohort)
    whole = of_layer(whole, estimator, request.layer)
    whole, ids = ids_of(whole, estimator, request.ids)
    source, cohorts = split_cohort(whole, request.cohort)
    values = None if cohorts is None else pd.Series(cohorts, name=request.cohort)
    if request.colour is not None and request.colour == request.cohort:
        raise InputError(f"--colour {request.colour!r} is the --cohort column: leave it out.")
    if request.colour is not None:
        source, values = take_column(source, request.colour, "--colour")
    X = samples(source, estimator)
    try:
        features = seen(estimator, X, cohorts, request.by)
        perplexity = request.perplexity
        if perplexity is None:
            perplexity = default_perplexity(len(features))
        method = METHODS[request.method](perplexity=perplexity, random_state=request.seed)
        points = method.fit_transform(features)
    except (ValueError, TypeError, ImportError) as error:
        raise InputError(f"The map is not possible: {error}") from error

    def draw(ax):
        plot_points(points, values, ax)
        title(ax, caption(method, features, request.by))

    picture = BytesIO()
    save_figure(picture, SIZE, draw, request.out.suffix.lower()[1:])
    if request.coordinates is not None:
        names = method.get_feature_names_out()
        write(request.coordinates, _table(points, names, values, ids), "--coordinates")
    write(request.out, picture.getvalue())
    print(f"Drew {len(points)} rows by {features.shape[1]} columns into {request.out}.")


def _check_files(request: Request) -> None:
    if request.out.suffix.lower() not in PICTURES:
        raise InputError(
            f"--out {request.out} has the extension {request.out.suffix!r}; name a picture, "
            f"{', '.join(PICTURES)}."
        )
    inputs = request.model, request.data
    check_out(request.out, inputs, force=request.force)
    if request.coordinates is not None:
        check_out(request.coordinates, inputs, "--coordinates", request.force)
        if request.coordinates.resolve() == request.out.resolve():
            raise InputError(f"--coordinates and --out are both {request.out}; name two files.")


def _table(points: np.ndarray, names: np.ndarray, values: pd.Series | None, ids) -> bytes:
    """The coordinates as CSV, one row per row of the data, with what they are coloured by."""
    table = pd.DataFrame(points, columns=names)
    if ids is not None:
        table.insert(0, "id", ids)
    if values is not None:
        table[values.name] = values.to_numpy()
    return table.to_csv(index=False).encode()
