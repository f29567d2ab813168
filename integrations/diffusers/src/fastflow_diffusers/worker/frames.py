"""Frames of a JSON header and raw bytes over a stream: the letters FFP1, two lengths, header, payload."""

import json
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

MAGIC = b"FFP1"
PREFIX = struct.Struct("<4sIQ")
MAX_HEADER_BYTES = 1 << 22
MAX_PAYLOAD_BYTES = 1 << 33


class FrameError(ValueError):
    """The stream holds something that is no frame."""


def read_frame(stream: BinaryIO, check: Callable[[Any, int], None]) -> tuple[Any, memoryview] | None:
    """
    The next frame; None where the stream ended before one began.

    check: looks at the header and the announced bytes of the payload before memory is taken for it, and raises FrameError.
    """
    start = stream.read(PREFIX.size)
    if not start:
        return None
    if len(start) < PREFIX.size:
        raise FrameError("the stream ended in the middle of a frame")
    magic, header_bytes, payload_bytes = PREFIX.unpack(start)
    if magic != MAGIC:
        raise FrameError("something that is no frame")
    if not 0 < header_bytes <= MAX_HEADER_BYTES:
        raise FrameError(f"a header of {header_bytes} bytes; 1 to {MAX_HEADER_BYTES} are taken")
    if payload_bytes > MAX_PAYLOAD_BYTES:
        raise FrameError(f"a payload of {payload_bytes} bytes; at most {MAX_PAYLOAD_BYTES} are taken")
    try:
        header = json.loads(filled(stream, header_bytes).tobytes().decode())
    except (ValueError, RecursionError):
        raise FrameError("a header that is not JSON") from None
    check(header, payload_bytes)
    return header, filled(stream, payload_bytes)


def filled(stream: BinaryIO, count: int) -> memoryview:
    view = memoryview(bytearray(count))
    at = 0
    while at < count:
        read = stream.readinto(view[at:])  # type: ignore[attr-defined]
        if not read:
            raise FrameError("the stream ended in the middle of a frame")
        at += read
    return view


def write_frame(stream: BinaryIO, header: dict[str, Any], payload: bytes | memoryview = b"") -> None:
    text = json.dumps(header).encode()
    stream.write(PREFIX.pack(MAGIC, len(text), len(payload)) + text)
    if payload:
        stream.write(payload)
    stream.flush()
