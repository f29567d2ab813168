"""What tells one network from another: part of the key of plans and policies."""

import hashlib
from collections.abc import Callable
from pathlib import Path

CHUNK = 1 << 22


def digest_of(folder: Path, part: str, dtype: str, report: Callable[[int, int], None]) -> str:
    """
    SHA-256, hex, of a component's configs and weights, the part that it is served as and the type of its weights.

    The device is not in it: it changes rounding alone. report: bytes read, and all of them.
    """
    files = sorted(one for one in folder.iterdir() if one.is_file() and one.suffix in (".json", ".safetensors", ".bin"))
    total, read = sum(one.stat().st_size for one in files), 0
    found = hashlib.sha256(f"fastflow-worker/1 {part} {dtype}\n".encode())
    for file in files:
        found.update(f"{file.name} {file.stat().st_size}\n".encode())
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                found.update(chunk)
                read += len(chunk)
                report(read, total)
    return found.hexdigest()
