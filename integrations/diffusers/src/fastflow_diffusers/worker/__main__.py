"""python -m fastflow_diffusers.worker [--pipeline DIR] [--device cuda] [--dtype bfloat16]"""

from .. import environment  # noqa: F401

# isort: split

import argparse
import sys
from pathlib import Path

from ..errors import ExportError
from .streams import own_streams

DTYPES = ("float32", "float16", "bfloat16")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m fastflow_diffusers.worker",
        description="Serves the networks of a Diffusers pipeline to processBackend, over standard input and output.",
    )
    parser.add_argument("--pipeline", type=Path, metavar="DIR", help="serve this folder alone")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, mps (cpu)")
    parser.add_argument("--dtype", choices=DTYPES, default="float32", help="of the weights (float32)")
    options = parser.parse_args()
    # Before the libraries load, which may print.
    source, target = own_streams()
    import diffusers
    import transformers

    from .serve import Worker, serve
    from .served import device_of

    diffusers.utils.logging.set_verbosity_error()
    transformers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    try:
        return serve(Worker(target, options.pipeline, device_of(options.device), options.dtype), source)
    except ExportError as error:
        print(f"fastflow-diffusers: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
