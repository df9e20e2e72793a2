"""Fitted models for other programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn.utils.validation import check_is_fitted

from ..export.parts import Network, sparse_layers
from ..inputs.form import Form
from .model import Model


class Exports:
    """`to_onnx` of fitted networks."""

    n_features_in_: int
    outcome_: Any
    _models: list[Model]
    _names: Callable[[], Any]

    def to_onnx(self, file) -> None:
        """Write the fitted model to `file` for ONNX runtimes (extra `onnx`).

        Its input is `X`, float32 of shape `(N, n_features)`: all features, in the order of `fit`. A
        factor's cell is the number of its level, counted from 0 in the order that the file's
        metadata `levels` gives (JSON); any other number is a level never seen, NaN a gap. Outputs
        are `prediction` for numbers and counts, `label` and `probabilities` for classes, `log_risk`
        for survival times.

        Raises
        ------
        ImportError
            If onnx is not installed.
        ValueError
            If a loss or a layer of one's own cannot be written.
        """
        check_is_fitted(self)
        self._write_onnx(file, self._networks())

    def _write_onnx(self, file, networks: list[Network]) -> None:
        try:
            from ..export.onnx import write
        except ImportError as error:
            raise ImportError(
                "to_onnx needs onnx, which is not installed: pip install 'spinnery[onnx]'."
            ) from error
        form = getattr(self, "_form", None) or Form(self.n_features_in_)
        gaps = getattr(self, "missing", "error") != "error"
        write(file, networks, form, self.outcome_, list(self._names()), gaps)

    def _networks(self) -> list[Network]:
        """The model as others may write it, one network for every cohort."""
        units = zip(self.outcome_.center, self.outcome_.scale, strict=True)
        return [
            Network(
                model.features, model.center, model.scale, sparse_layers(model.W, model.upper),
                center, scale,
            )
            for model, (center, scale) in zip(self._models, units, strict=True)
        ]  # fmt: skip
