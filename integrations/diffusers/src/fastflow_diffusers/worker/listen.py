"""A worker that listens on a Unix socket: every connection is a parent of its own, and their questions take turns."""

import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..errors import ExportError
from .frames import FrameError, read_frame
from .serve import Worker, check_question


def listen(path: Path, worker: Callable[[BinaryIO], Worker]) -> None:
    """
    Serves until the process is ended. Only the user it belongs to may connect.

    Raises ExportError where the socket cannot be made, or another worker listens there.
    """
    turn = threading.Lock()
    with open_socket(path) as listener:
        try:
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve_connection, args=(connection, worker, turn), daemon=True).start()
        finally:
            path.unlink(missing_ok=True)


def open_socket(path: Path) -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise ExportError("this system's Python has no Unix sockets", fix="Leave --socket out")
    listener = socket.socket(socket.AF_UNIX)
    try:
        if path.is_socket() and not answers(path):
            # Left by a worker that was killed.
            path.unlink()
        mask = os.umask(0o077)
        try:
            listener.bind(str(path))
        finally:
            os.umask(mask)
        listener.listen()
    except OSError as error:
        listener.close()
        raise ExportError(f"cannot listen on {path}: {error.strerror or error}", fix="Name a path that is free") from None
    return listener


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def serve_connection(connection: socket.socket, worker: Callable[[BinaryIO], Worker], turn: threading.Lock) -> None:
    """Until the other side hangs up, or writes what is no frame; its networks are freed then."""
    try:
        with connection, connection.makefile("rb") as source, connection.makefile("wb") as target:
            served = worker(target)
            while (frame := read_frame(source, check_question)) is not None:
                with turn:
                    served.answer(*frame)
    except FrameError as error:
        print(f"fastflow-diffusers: a connection wrote {error}", file=sys.stderr, flush=True)
    except OSError:
        # Nobody is there to read the answer.
        pass
