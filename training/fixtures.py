"""Tiny ONNX models for the tests of backends: `python -m training.fixtures` (needs onnx and numpy alone).

Written to `packages/testkit/fixtures`; each is under a kilobyte, and what it computes is its docstring here.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

F32, F16, I64 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT64
FOLDER = Path(__file__).parent.parent / "packages" / "testkit" / "fixtures"
WEIGHTS = np.array([2.0, 3.0, 5.0], np.float32)

Port = tuple[str, int, list[int | str]]


def node(op: str, inputs: str, outputs: str, **attributes: object) -> NodeProto:
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def constant(name: str, values: object, dtype: type) -> TensorProto:
    return numpy_helper.from_array(np.array(values, dtype), name)


def model(name: str, inputs: list[Port], outputs: list[Port], nodes: list[NodeProto], constants: list[TensorProto]) -> ModelProto:
    ports = [[helper.make_tensor_value_info(*port) for port in side] for side in (inputs, outputs)]
    graph = helper.make_graph(nodes, name, *ports, initializer=constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="fastflow")


def affine() -> ModelProto:
    """`y = 2 x + 1` and `total`, its sum over the last axis, for any batch."""
    return model(
        "affine",
        [("x", F32, ["batch", 3])],
        [("y", F32, ["batch", 3]), ("total", F32, ["batch"])],
        [node("Mul", "x two", "doubled"), node("Add", "doubled one", "y"), node("ReduceSum", "y axis", "total", keepdims=0)],
        [constant("two", 2, np.float32), constant("one", 1, np.float32), constant("axis", [1], np.int64)],
    )


def lookup() -> ModelProto:
    """`row = table[id]` of four rows and `next = id + 1`; an id past the table fails while running."""
    return model(
        "lookup",
        [("id", I64, ["batch"])],
        [("row", F32, ["batch", 2]), ("next", I64, ["batch"])],
        [node("Gather", "table id", "row"), node("Add", "id one", "next")],
        [constant("table", [[0, 0.5], [1, 1.5], [2, 2.5], [3, 3.5]], np.float32), constant("one", 1, np.int64)],
    )


def half() -> ModelProto:
    """`y = 2 x` in float16."""
    return model("half", [("x", F16, ["n"])], [("y", F16, ["n"])], [node("Mul", "x two", "y")], [constant("two", 2, np.float16)])


def kinds() -> ModelProto:
    """One input of each remaining type: int32 plus one, negated bool, uint8 twice over."""
    i32, flag, u8 = TensorProto.INT32, TensorProto.BOOL, TensorProto.UINT8
    return model(
        "kinds",
        [("count", i32, [2]), ("flag", flag, [3]), ("byte", u8, ["n"]), ("scalar", F32, [])],
        [("more", i32, [2]), ("not", flag, [3]), ("bytes", u8, ["m"]), ("negative", F32, [])],
        [
            node("Add", "count one", "more"),
            node("Not", "flag", "not"),
            node("Concat", "byte byte", "bytes", axis=0),
            node("Neg", "scalar", "negative"),
        ],
        [constant("one", 1, np.int32)],
    )


def nan() -> ModelProto:
    """NaN wherever `x` is finite: the root of `-|x| - 1`."""
    return model(
        "nan",
        [("x", F32, ["n"])],
        [("y", F32, ["n"])],
        [node("Abs", "x", "a"), node("Neg", "a", "b"), node("Sub", "b one", "c"), node("Sqrt", "c", "y")],
        [constant("one", 1, np.float32)],
    )


def positions() -> ModelProto:
    """Indices of what is not zero in `x`: the size of the output depends on the values of the input."""
    return model("positions", [("x", F32, ["n"])], [("index", I64, [1, "found"])], [node("NonZero", "x", "index")], [])


def slow() -> ModelProto:
    """`y = x` after `rounds` products with the averaging matrix of size 256 (about a millisecond each)."""
    body = helper.make_graph(
        [node("MatMul", "m mean", "next"), node("Identity", "go", "on")],
        "round",
        [helper.make_tensor_value_info(*port) for port in [("i", I64, []), ("go", TensorProto.BOOL, []), ("m", F32, [256, 256])]],
        [helper.make_tensor_value_info(*port) for port in [("on", TensorProto.BOOL, []), ("next", F32, [256, 256])]],
    )
    return model(
        "slow",
        [("x", F32, []), ("rounds", I64, [])],
        [("y", F32, [])],
        [
            node("Expand", "x size", "start"),
            node("Expand", "share size", "mean"),
            helper.make_node("Loop", ["rounds", "", "start"], ["end"], body=body),
            node("ReduceMean", "end", "y", keepdims=0),
        ],
        [constant("size", [256, 256], np.int64), constant("share", 1 / 256, np.float32)],
    )


def double() -> ModelProto:
    """`y = -x` in float64, a type that backends refuse when they load."""
    f64 = TensorProto.DOUBLE
    return model("double", [("x", f64, ["n"])], [("y", f64, ["n"])], [node("Neg", "x", "y")], [])


def outside(name: str, location: str) -> TensorProto:
    """The weights as a tensor whose values lie in another file."""
    tensor = TensorProto(name=name, data_type=F32, dims=[3], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    return tensor


def external(location: str) -> ModelProto:
    """`y = x w` with the weights in the file `location`."""
    return model("external", [("x", F32, [3])], [("y", F32, [3])], [node("Mul", "x w", "y")], [outside("w", location)])


def external_nested(location: str) -> ModelProto:
    """The same inside a branch of an `If`, as a constant of a node: the deepest place a file can be named."""
    branch = helper.make_graph(
        [helper.make_node("Constant", [], ["w"], value=outside("w", location)), node("Mul", "x w", "z")],
        "branch",
        [],
        [helper.make_tensor_value_info("z", F32, [3])],
    )
    return model(
        "nested",
        [("x", F32, [3]), ("go", TensorProto.BOOL, [])],
        [("y", F32, [3])],
        [node("If", "go", "y", then_branch=branch, else_branch=branch)],
        [],
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.fixtures", description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    (out / "weights.bin").write_bytes(WEIGHTS.tobytes())
    plain = [affine(), lookup(), half(), kinds(), nan(), positions(), slow(), double()]
    models = {made.graph.name: made for made in plain} | {
        "external": external("weights.bin"),
        "external-missing": external("absent.bin"),
        "external-parent": external("../fixtures/weights.bin"),
        "external-absolute": external("/absolute/weights.bin"),
        "external-nested": external_nested("../fixtures/weights.bin"),
    }
    os.chdir(out)
    for name, made in models.items():
        if not name.startswith("external-"):
            checker.check_model(made)
        data = made.SerializeToString(deterministic=True)
        if len(data) > 1024:
            raise ValueError(f"{name} has {len(data)} bytes: keep fixtures under a kilobyte")
        Path(f"{name}.onnx").write_bytes(data)


if __name__ == "__main__":
    main()
