"""A pipeline's folder in, a folder of ONNX files out, part by part."""

from . import environment  # noqa: F401

# isort: split

import gc
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .check import Comparison, compare, is_half, open_part
from .errors import ExportError
from .folder import copy_rest, declared, part_config, read_index, write_config
from .load import load
from .network import Part
from .parts import choose
from .trace import FIRST_OPSET, LAST_OPSET, trace, weight_bytes

DTYPES = {"fp32": torch.float32, "fp16": torch.float16}


@dataclass(frozen=True)
class ExportOptions:
    dtype: str = "fp32"
    """`fp32` or `fp16`; times stay float32."""
    parts: Sequence[str] = ()
    """Names of the parts to write; all of them by default."""
    opset: int = 18
    external: bool = False
    """Weights beside the file even below 2 GB."""
    compact: bool = False
    """Numbers in place of the names of inner values, and one node for all that are equal: half of a tiny file."""


def export_folder(
    pipeline: Path,
    out: Path,
    options: ExportOptions | None = None,
    report: Callable[[Comparison], None] = lambda comparison: None,
) -> list[Comparison]:
    """
    Writes the folder and compares every part with torch as soon as it is written.

    pipeline: folder of a Diffusers pipeline. out: made where it is missing; parts in it are replaced.
    Raises ExportError for input that cannot be exported; a difference is a result.
    """
    options = options or ExportOptions()
    check_options(options)
    if out.resolve() == pipeline.resolve():
        raise ExportError("the pipeline would be written into itself", fix="Name another folder for OUT")

    def write(part: Part, module: Any) -> None:
        with replacing(out, part.name, weight_bytes(module)) as target:
            write_network(part, module, target, options)
            write_config(part_config(pipeline, part.component, part.statistics(module)), target / "config.json")

    index = read_index(pipeline)
    chosen = choose(index, options.parts)
    copy_rest(pipeline, out)
    return list(each(pipeline, index, chosen, out, DTYPES[options.dtype], write, report))


def write_network(part: Part, module: Any, target: Path, options: ExportOptions) -> None:
    try:
        trace(
            module,
            part.network(module),
            target,
            opset=options.opset,
            half=options.dtype == "fp16",
            external=options.external,
            compact=options.compact,
        )
    except (ExportError, OSError):
        raise
    except Exception as error:
        raise ExportError(
            f"the network cannot be traced: {error}",
            part=part.name,
            fix="Install the versions of requirements.txt; with these, the configuration is one that this exporter does not know",
        ) from error


def check_folder(
    pipeline: Path,
    out: Path,
    parts: Sequence[str] = (),
    report: Callable[[Comparison], None] = lambda comparison: None,
) -> list[Comparison]:
    """Compares a folder that was exported before with torch; the type of the weights is the files' own."""
    index = read_index(pipeline)
    return list(each(pipeline, index, choose(index, parts), out, None, lambda part, module: None, report))


def each(
    pipeline: Path,
    index: dict[str, Any],
    parts: Sequence[Part],
    out: Path,
    dtype: torch.dtype | None,
    write: Callable[[Part, Any], None],
    report: Callable[[Comparison], None],
) -> Iterator[Comparison]:
    loaded: tuple[str, Any] | None = None
    for part in parts:
        kind = declared(index, part.component)
        assert kind is not None
        wanted = dtype or stored_dtype(out, part.name)
        # The autoencoder's two parts in a row; comparing has made a float16 module float32.
        if loaded is None or loaded[0] != part.component or wanted is torch.float16:
            loaded = None
            gc.collect()
            loaded = (part.component, load(pipeline, part, kind, wanted))
        module = loaded[1]
        write(part, module)
        comparison = compare(module, part.network(module), out, part.name)
        report(comparison)
        yield comparison


def stored_dtype(out: Path, part: str) -> torch.dtype:
    open_part(out, part)
    return torch.float16 if is_half(out, part) else torch.float32


def check_options(options: ExportOptions) -> None:
    if options.dtype not in DTYPES:
        raise ExportError(f"dtype {options.dtype} is not known", fix=f"Known: {', '.join(DTYPES)}")
    if not FIRST_OPSET <= options.opset <= LAST_OPSET:
        raise ExportError(f"opset {options.opset} cannot be written", fix=f"Choose one from {FIRST_OPSET} to {LAST_OPSET}")


@contextmanager
def replacing(out: Path, part: str, weights: int) -> Iterator[Path]:
    """A new folder that takes the part's place when all of it is written."""
    # Tracing writes the weights once, saving a second time.
    needed, free = 2 * weights, shutil.disk_usage(out).free
    fix = "Free some space, or name a folder on another disk"
    if free < needed:
        raise ExportError(f"{needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free in {out}", part=part, fix=fix)
    scratch = out / f".{part}.part"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        yield scratch
        shutil.rmtree(out / part, ignore_errors=True)
        scratch.rename(out / part)
    except OSError as error:
        raise ExportError(f"{out / part} cannot be written: {error}", part=part, fix=fix) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
