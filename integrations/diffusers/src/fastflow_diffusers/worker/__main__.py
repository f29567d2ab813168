"""python -m fastflow_diffusers.worker [--pipeline DIR] [--device cuda] [--dtype bfloat16] [--socket PATH]"""

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
        description="Serves a Diffusers pipeline's networks to processBackend, over standard input and output or a socket.",
    )
    parser.add_argument("--pipeline", type=Path, metavar="DIR", help="serve this folder alone")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, mps (cpu)")
    parser.add_argument("--dtype", choices=DTYPES, default="float32", help="of the weights (float32)")
    parser.add_argument("--socket", type=Path, metavar="PATH", help="listen here instead, for any number of connections")
    options = parser.parse_args()
    # Before the libraries load, which may print.
    source, target = own_streams()
    import diffusers
    import transformers

    from .listen import listen
    from .serve import Worker, serve
    from .served import device_of

    diffusers.utils.logging.set_verbosity_error()
    transformers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    try:
        device = device_of(options.device)
        if options.socket is None:
            return serve(Worker(target, options.pipeline, device, options.dtype), source)
        listen(options.socket, lambda answers: Worker(answers, options.pipeline, device, options.dtype))
    except ExportError as error:
        print(f"fastflow-diffusers: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 130


if __name__ == "__main__":
    sys.exit(main())
