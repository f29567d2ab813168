"""The command `fastflow-diffusers`."""

from . import environment  # noqa: F401

# isort: split

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import diffusers
import transformers

from .calibrate import Calibration, calibrate_pipeline
from .check import Comparison
from .errors import ExportError
from .export import DTYPES, ExportOptions, check_folder, export_folder
from .fixtures import FIXTURES, write_fixtures
from .network import WEIGHTS


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where every part agrees with torch, 1 where one does not or the input is at fault."""
    own, others = split_options(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(own, argparse.Namespace(others=others))
    # One line a part: what the libraries remark on the way is not about the export.
    diffusers.utils.logging.set_verbosity_error()
    transformers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    try:
        return options.run(options)
    except ExportError as error:
        print(f"fastflow-diffusers: {error}", file=sys.stderr)
        return 1


def split_options(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Before and behind the first `--`."""
    at = list(arguments).index("--") if "--" in arguments else len(arguments)
    return list(arguments[:at]), list(arguments[at + 1 :])


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
    calibrate = commands.add_parser(
        "calibrate",
        help="make a plan of a pipeline on torch with Node's planner",
        epilog="What stands behind -- is for fastflow calibrate: -- --steps 28 --guidance 3.5 --evaluations 560",
    )
    calibrate.add_argument("pipeline", type=Path, metavar="PIPELINE_DIR", help="local folder of a Diffusers pipeline")
    calibrate.add_argument("--out", type=Path, required=True, metavar="FILE", help="plan to write")
    calibrate.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, mps (cpu)")
    calibrate.add_argument("--dtype", choices=tuple(WEIGHTS), default="float32", help="of the weights (float32)")
    calibrate.add_argument("--fastflow", metavar="COMMAND", help="how FastFlow's command line is run (fastflow, or npx fastflow)")
    calibrate.set_defaults(run=run_calibrate)
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


def run_calibrate(options: argparse.Namespace) -> int:
    wanted = Calibration(options.pipeline, options.out, options.device, options.dtype, options.fastflow, options.others)
    return calibrate_pipeline(wanted)


def run_fixtures(options: argparse.Namespace) -> int:
    return verdict(write_fixtures(options.out, options.families, show, lambda name: print(name, flush=True)))


def show(comparison: Comparison) -> None:
    print(comparison.line(), flush=True)


def verdict(comparisons: Sequence[Comparison]) -> int:
    return 0 if all(one.passed for one in comparisons) else 1
