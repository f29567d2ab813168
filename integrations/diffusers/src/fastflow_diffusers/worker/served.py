"""The networks of one pipeline, loaded and freed as they are asked for."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..errors import ExportError
from ..folder import declared, read_index
from ..load import load
from ..network import FLOAT32_INPUTS, TRACED, WEIGHTS, Axes, Feeds, Network, Part
from ..parts import choose
from .digest import digest_of
from .folder import config_file, small_files
from .tensors import NAMES

Progress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Loaded:
    part: Part
    network: Network
    info: dict[str, Any]
    """Inputs, outputs and digest."""


class ServedPipeline:
    """One folder of a Diffusers pipeline on one device; raises ExportError for a folder that is none."""

    def __init__(self, folder: Path, device: torch.device, dtype: str) -> None:
        self.folder, self.device, self.dtype = folder, device, dtype
        self.index = read_index(folder)
        self.parts = {f"{part.name}/model.onnx": part for part in choose(self.index, ())}
        self.configs = {f"{part.name}/config.json": part for part in self.parts.values()}
        self.files = small_files(folder)
        self.modules: dict[str, Any] = {}
        """By component: both halves of an autoencoder are of one."""
        self.loaded: dict[str, Loaded] = {}

    def names(self) -> dict[str, list[str]]:
        return {"networks": list(self.parts), "files": sorted({**self.files, **self.configs})}

    def read(self, file: str) -> bytes:
        part = self.configs.get(file)
        if part is None and file in self.files:
            return self.files[file]
        if part is None:
            raise ExportError(f"{self.folder} has no {file}", fix=f"Known: {', '.join(self.files)}")
        content = config_file(self.folder, part, self.module(part))
        self.free_unused()
        return content

    def load(self, path: str, report: Progress) -> dict[str, Any]:
        """What the network takes and gives; costs a pass over its files and one evaluation of a tiny size."""
        part = self.parts.get(path)
        if part is None:
            raise ExportError(f"{self.folder} has no {path}", fix=f"Known: {', '.join(self.parts)}")
        report({"status": "initiate", "file": path})

        def read(done: int, total: int) -> None:
            report({"status": "progress", "file": path, "loaded": done, "total": total, "progress": 100 * done / (total or 1)})

        digest = digest_of(self.folder / part.component, part.name, self.dtype, read)
        network = part.network(self.module(part))
        report({"status": "done", "file": path})
        info = {**self.ports(network), "digest": digest}
        self.loaded[path] = Loaded(part, network, info)
        return info

    def release(self, path: str) -> None:
        self.loaded.pop(path, None)
        self.free_unused()

    def run(self, path: str, feeds: Feeds) -> dict[str, torch.Tensor]:
        """Results by name, on the device, floats as float32. Floats are cast to the type of the weights, but for times."""
        network = self.loaded[path].network
        return self.results(network, {name: self.cast(name, value) for name, value in feeds.items()})

    def module(self, part: Part) -> Any:
        found = self.modules.get(part.component)
        if found is None:
            kind = declared(self.index, part.component)
            assert kind is not None
            found = load(self.folder, part, kind, WEIGHTS[self.dtype]).to(self.device)
            self.modules[part.component] = found
        return found

    def free_unused(self) -> None:
        used = {one.part.component for one in self.loaded.values()}
        for component in set(self.modules) - used:
            del self.modules[component]
        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def cast(self, name: str, value: torch.Tensor) -> torch.Tensor:
        kept = not value.is_floating_point() or name in FLOAT32_INPUTS
        return value.to(self.device, None if kept else WEIGHTS[self.dtype])

    def results(self, network: Network, feeds: Feeds) -> dict[str, torch.Tensor]:
        with torch.inference_mode():
            found = network.reference(**feeds)
            floats = (one.float() if one.is_floating_point() else one for one in found)
            return dict(zip(network.outputs, floats, strict=True))

    def ports(self, network: Network) -> dict[str, Any]:
        """Names, types and shapes as the exported file declares them."""
        feeds = network.feeds(TRACED)
        results = self.results(network, {name: self.cast(name, value) for name, value in feeds.items()})
        return {
            "inputs": [port(name, feeds[name], axes) for name, axes in network.inputs.items()],
            "outputs": [port(name, results[name], axes) for name, axes in network.outputs.items()],
        }


def port(name: str, value: torch.Tensor, axes: Axes) -> dict[str, Any]:
    return {"name": name, "type": NAMES[value.dtype], "dims": [axes.get(axis, size) for axis, size in enumerate(value.shape)]}


def device_of(name: str) -> torch.device:
    """Raises ExportError where torch does not have it here."""
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
        return device
    except (RuntimeError, AssertionError) as error:
        reason = " ".join(str(error).split())
        raise ExportError(
            f"device {name} cannot be used: {reason}", fix="Choose another --device, or install a torch for it"
        ) from error
