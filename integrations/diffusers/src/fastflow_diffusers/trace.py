"""Writes a network as an ONNX file."""

import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch

from .compact import merge_equal, shorten
from .network import FLOAT32_INPUTS, TRACED, Feeds, Network, Traced
from .patches import traceable

EXTERNAL_ABOVE = 1 << 31
"""Bytes of weights that one protobuf cannot hold."""
FIRST_OPSET, LAST_OPSET = 17, 20
EXTERNAL_NAME = "model.onnx_data"


def trace(module: Any, network: Network, folder: Path, *, opset: int, half: bool, external: bool, compact: bool) -> None:
    """Writes `folder/model.onnx`, weights beside it in `model.onnx_data` where they are over 2 GB or `external` says so."""
    feeds = prepared(network.feeds(TRACED), half)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch, "model.onnx")
        with warnings.catch_warnings(), torch.no_grad(), quiet(), traceable(), network.patches():
            warnings.simplefilter("ignore")
            wrapper = Traced(module, network).eval()
            shapes = [list(result.shape) for result in wrapper(*feeds.values())]
            torch.onnx.export(
                wrapper,
                tuple(feeds.values()),
                str(path),
                input_names=list(network.inputs),
                output_names=list(network.outputs),
                dynamic_axes={name: dict(axes) for name, axes in {**network.inputs, **network.outputs}.items()},
                opset_version=opset,
                do_constant_folding=True,
                dynamo=False,
            )
        model = onnx.load(str(path))
    name_axes(model, network, shapes)
    if compact:
        merge_equal(model.graph)
        shorten(model.graph)
    save(model, folder / "model.onnx", external or weight_bytes(module) >= EXTERNAL_ABOVE)


def prepared(feeds: Feeds, half: bool) -> Feeds:
    """As the file declares them: float16 where the weights are, but for times."""
    if not half:
        return feeds
    return {
        name: value.half() if value.is_floating_point() and name not in FLOAT32_INPUTS else value for name, value in feeds.items()
    }


def name_axes(model: Any, network: Network, shapes: list[list[int]]) -> None:
    """Every axis of a result is either free and named or a number; tracing leaves names of its own."""
    for result, (name, axes), shape in zip(model.graph.output, network.outputs.items(), shapes, strict=True):
        assert result.name == name
        dimensions = result.type.tensor_type.shape
        del dimensions.dim[:]
        for axis, length in enumerate(shape):
            dimension = dimensions.dim.add()
            if axis in axes:
                dimension.dim_param = axes[axis]
            else:
                dimension.dim_value = length


def save(model: Any, path: Path, external: bool) -> None:
    for node in model.graph.node:
        node.doc_string = ""
    # Shapes of inner values are what tracing saw, hints at best.
    del model.graph.value_info[:]
    if external:
        onnx.save_model(
            model,
            str(path),
            save_as_external_data=True,
            all_tensors_to_one_file=True,
            location=EXTERNAL_NAME,
            size_threshold=1024,
        )
        # onnx lets nobody but the owner read it.
        path.with_name(EXTERNAL_NAME).chmod(path.stat().st_mode)
    else:
        onnx.save_model(model, str(path))


def weight_bytes(module: Any) -> int:
    return sum(one.numel() * one.element_size() for one in module.parameters())


class quiet:
    """torch.onnx logs a warning for every export of this kind."""

    def __enter__(self) -> None:
        self.level = logging.root.manager.disable
        logging.disable(logging.WARNING)

    def __exit__(self, *_: object) -> None:
        logging.disable(self.level)
