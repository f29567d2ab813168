"""The command `fastflow-diffusers`."""

from . import environment  # noqa: F401

# isort: split

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import diffusers
import transformers

from .check import Comparison
from .errors import ExportError
from .export import DTYPES, ExportOptions, check_folder, export_folder
from .fixtures import FIXTURES, write_fixtures


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where every part agrees with torch, 1 where one does not or the input is at fault."""
    options = parser().parse_args(arguments)
    # One line a part: what the libraries remark on the way is not about the export.
    diffusers.utils.logging.set_verbosity_error()
    transformers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    try:
        return options.run(options)
    except ExportError as error:
        print(f"fastflow-diffusers: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="fastflow-diffusers", description="Exports Diffusers pipelines for FastFlow.")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    export = commands.add_parser("export", help="write a pipeline as a folder of ONNX files and compare each with torch")
    export.add_argument("pipeline", type=Path, metavar="PIPELINE_DIR", help="local folder of a Diffusers pipeline")
    export.add_argument("out", type=Path, metavar="OUT")
    export.add_argument("--dtype", choices=tuple(DTYPES), default="fp32", help="of the weights (fp32)")
    export.add_argument("--part", nargs="+", action="extend", default=[], metavar="NAME", help="these parts alone")
    export.add_argument("--opset", type=int, default=18, metavar="N", help="version of ONNX's operators (18)")
    export.add_argument("--external-data", action="store_true", help="weights beside the file even below 2 GB")
    export.add_argument("--check-only", action="store_true", help="write nothing, compare what OUT holds")
    export.set_defaults(run=run_export)
    fixtures = commands.add_parser("fixtures", help="write tiny pipelines with random weights, exported")
    fixtures.add_argument("out", type=Path, metavar="OUT")
    fixtures.add_argument("families", nargs="*", metavar="FAMILY", help=f"of {', '.join(FIXTURES)}; all by default")
    fixtures.set_defaults(run=run_fixtures)
    return root


def run_export(options: argparse.Namespace) -> int:
    if options.check_only:
        return verdict(check_folder(options.pipeline, options.out, options.part, show))
    wanted = ExportOptions(options.dtype, options.part, options.opset, options.external_data)
    return verdict(export_folder(options.pipeline, options.out, wanted, show))


def run_fixtures(options: argparse.Namespace) -> int:
    return verdict(write_fixtures(options.out, options.families, show, lambda name: print(name, flush=True)))


def show(comparison: Comparison) -> None:
    print(comparison.line(), flush=True)


def verdict(comparisons: Sequence[Comparison]) -> int:
    return 0 if all(one.passed for one in comparisons) else 1
