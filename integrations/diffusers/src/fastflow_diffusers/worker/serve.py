"""Answers the questions of `processBackend`, one after the other, until its standard input ends."""

import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

import torch

from ..errors import ExportError
from .frames import FrameError, read_frame, write_frame
from .served import ServedPipeline
from .tensors import check_places, is_size, pack, unpack

VERSION = 1


def check_question(header: Any, payload_bytes: int) -> None:
    """Raises FrameError for what is no question, before there is memory for its payload."""
    if not isinstance(header, dict) or type(header.get("id")) is not int:
        raise FrameError("a question without a number")
    kind = header.get("kind")
    texts = {"open": ["location"], "read": ["file"], "load": ["network"], "run": ["network"], "release": ["network"]}
    if not isinstance(kind, str) or kind not in texts:
        raise FrameError("a question of no known kind")
    if not all(isinstance(header.get(name), str) for name in texts[kind]):
        raise FrameError(f"a question without what belongs to it: {kind}")
    if "threads" in header and (not is_size(header["threads"]) or not 0 < header["threads"] <= 1024):
        raise FrameError("threads that are no number from 1 to 1024")
    if payload_bytes > 0 and kind != "run":
        raise FrameError("a payload that belongs to nothing")
    if kind == "run":
        check_places(header.get("feeds"), payload_bytes)
        fetches = header.get("fetches")
        if not isinstance(fetches, list) or not all(isinstance(one, str) for one in fetches):
            raise FrameError("fetches that are no names")


class Worker:
    """pipeline: the only folder that is served; any where it is None."""

    def __init__(self, output: BinaryIO, pipeline: Path | None, device: torch.device, dtype: str) -> None:
        self.output, self.pipeline, self.device, self.dtype = output, pipeline, device, dtype
        self.served: ServedPipeline | None = None

    def answer(self, header: dict[str, Any], payload: memoryview) -> None:
        """Errors of a network, and of the folder, are answers; the worker goes on."""
        number = header["id"]

        def tell(reply: dict[str, Any], content: bytes | memoryview = b"") -> None:
            write_frame(self.output, {"id": number, **reply}, content)

        try:
            tell(*self.reply(header, payload, tell))
        except ExportError as error:
            tell(failure("model-not-found" if header["kind"] == "open" else "model-unreadable", subject(header), str(error)))
        except Exception as error:
            if isinstance(error, torch.OutOfMemoryError) and self.device.type == "cuda":
                torch.cuda.empty_cache()
            tell(failure("model-failed", subject(header), f"{type(error).__name__}: {error}"))

    def reply(self, header: dict[str, Any], payload: memoryview, tell: Any) -> tuple[Any, ...]:
        kind = header["kind"]
        if kind == "open":
            return (self.open(header["location"]),)
        served = self.served
        if served is None:
            return (failure("invalid-argument", "open", "open comes first"),)
        if kind == "read":
            return {"kind": "file"}, served.read(header["file"])
        if kind == "load":
            if "threads" in header:
                torch.set_num_threads(header["threads"])
            info = served.load(header["network"], lambda progress: tell({"kind": "progress", "progress": progress}))
            return ({"kind": "loaded", "info": info},)
        if kind == "release":
            served.release(header["network"])
            return ({"kind": "released"},)
        return self.run(served, header, payload)

    def open(self, location: str) -> dict[str, Any]:
        folder = Path(location)
        if self.pipeline is not None and folder.resolve() != self.pipeline.resolve():
            raise ExportError(
                f"this worker serves {self.pipeline}, not {location}", fix="Open that folder, or start it without --pipeline"
            )
        self.served = ServedPipeline(folder, self.device, self.dtype)
        return {"kind": "opened", "version": VERSION, "name": f"torch/{self.device.type}", **self.served.names()}

    def run(self, served: ServedPipeline, header: dict[str, Any], payload: memoryview) -> tuple[Any, ...]:
        path, fetches = header["network"], header["fetches"]
        wrong = mismatch(served, path, header)
        if wrong is not None:
            return (failure("model-mismatch", path, wrong),)
        feeds = {place["name"]: unpack(place, payload) for place in header["feeds"]}
        start = time.perf_counter()
        results = served.run(path, feeds)
        fetched = [(name, results[name].cpu()) for name in fetches]
        spent = 1000 * (time.perf_counter() - start)
        places, content = pack(fetched)
        return {"kind": "ran", "outputs": places, "ms": spent}, content


def mismatch(served: ServedPipeline, path: str, header: dict[str, Any]) -> str | None:
    """What is wrong with the feeds and fetches of a run; None where they fit the network."""
    loaded = served.loaded.get(path)
    if loaded is None:
        return f"{path} is not loaded; load it first"
    ports = {port["name"]: port for port in loaded.info["inputs"]}
    feeds = {place["name"]: place for place in header["feeds"]}
    if feeds.keys() != ports.keys():
        return f"takes {', '.join(ports)}, not {', '.join(feeds) or 'nothing'}"
    for name, port in ports.items():
        place = feeds[name]
        if place["type"] != port["type"] or not fits(place["dims"], port["dims"]):
            return f"{name} is {place['type']} {place['dims']}, the network has {port['type']} {port['dims']}"
    unknown = [name for name in header["fetches"] if name not in loaded.network.outputs]
    return f"gives no {', '.join(unknown)}" if unknown else None


def fits(dims: list[int], declared: list[int | str]) -> bool:
    if len(dims) != len(declared):
        return False
    return all(isinstance(size, str) or size == found for found, size in zip(dims, declared, strict=True))


def subject(header: dict[str, Any]) -> str:
    return next(str(header[name]) for name in ("network", "file", "location") if name in header)


def failure(code: str, field: str, message: str) -> dict[str, Any]:
    return {"kind": "failed", "failure": {"code": code, "field": field, "message": " ".join(f"{field}: {message}".split())}}


def serve(worker: Worker, source: BinaryIO) -> int:
    """Reads in a thread of its own, which ends the process with its parent whatever the network is doing."""
    # Ctrl-C in a terminal reaches all of its processes; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions: queue.SimpleQueue[tuple[Any, memoryview]] = queue.SimpleQueue()

    def listen() -> None:
        try:
            while (frame := read_frame(source, check_question)) is not None:
                questions.put(frame)
            code = 0
        except FrameError as error:
            print(f"fastflow-diffusers: the parent wrote {error}", file=sys.stderr, flush=True)
            code = 2
        os._exit(code)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        worker.answer(*questions.get())
