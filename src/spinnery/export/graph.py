"""A graph of ONNX operations, written node by node."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 17, 8  # old enough for runtimes of 2022
KINDS = {"f": TensorProto.FLOAT, "i": TensorProto.INT64, "b": TensorProto.BOOL}


class Graph:
    """Nodes and constants; values are known by their names."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._count = 0

    def constant(self, value: Any) -> str:
        """Numbers (reals in single precision), truth values or text."""
        array = np.asarray(value)
        if array.dtype.kind in "OU":
            array = array.astype(object)
        elif array.dtype.kind == "f":
            array = array.astype(np.float32)
        elif array.dtype.kind in "iu":
            array = array.astype(np.int64)
        name = self._new("constant")
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, operation: str, *inputs: Any, **attributes: Any) -> str:
        """The value of an operation on values (by name) and numbers."""
        names = [one if isinstance(one, str) else self.constant(one) for one in inputs]
        out = self._new(operation)
        self._nodes.append(helper.make_node(operation, names, [out], **attributes))
        return out

    def output(self, name: str, value: str, kind: int, *shape: int) -> None:
        """Give a value out under a name: one `shape` for every sample."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, kind, ["N", *shape]))

    def model(self, name: str, n_inputs: int, about: dict[str, str]) -> onnx.ModelProto:
        """The whole, checked: from `X`, float32 of shape (N, n_inputs)."""
        X = helper.make_tensor_value_info("X", TensorProto.FLOAT, ["N", n_inputs])
        graph = helper.make_graph(self._nodes, name, [X], self._outputs, self._constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR,
            producer_name="spinnery",
        )  # fmt: skip
        helper.set_model_props(model, about)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{self._count}"
