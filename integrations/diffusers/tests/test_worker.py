"""Networks of pipelines served from torch: against the exported files, against Node on these, and against odd parents."""

import io
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import numpy as np
import pytest
import torch
from conftest import Exported

from fastflow_diffusers import ExportError
from fastflow_diffusers.check import open_part, relative, run
from fastflow_diffusers.fixtures import FIXTURES
from fastflow_diffusers.fixtures.pictures import picture
from fastflow_diffusers.network import CHECKED
from fastflow_diffusers.worker.frames import FrameError, read_frame, write_frame
from fastflow_diffusers.worker.listen import listen, open_socket
from fastflow_diffusers.worker.serve import Worker, check_question, mismatch
from fastflow_diffusers.worker.served import ServedPipeline, device_of
from fastflow_diffusers.worker.tensors import pack, unpack

Export = Callable[[str], Exported]
CPU = torch.device("cpu")
CLOSE = 1e-4
SERVED = tuple(name for name in FIXTURES if name not in ("sd3-fp16", "sd3-external"))
SCRIPT = Path(__file__).parent / "node" / "worker.mjs"
ROOT = Path(__file__).parents[3]
MODULE = [sys.executable, "-m", "fastflow_diffusers.worker"]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}


@pytest.mark.parametrize("name", SERVED)
def test_parts_are_those_of_the_exported_folder(exported: Export, name: str) -> None:
    """Names, types, shapes and results, at two sizes; and every other file, byte for byte."""
    made = exported(name)
    with FIXTURES[name].patches():
        served = ServedPipeline(made.pipeline, CPU, "float32")
        for path, part in served.parts.items():
            info = served.load(path, lambda progress: None)
            session = open_part(made.folder, part.name)
            assert [port["name"] for port in info["inputs"]] == [one.name for one in session.get_inputs()]
            assert [port["dims"] for port in info["inputs"]] == [one.shape for one in session.get_inputs()]
            assert [(port["name"], port["dims"]) for port in info["outputs"]] == [
                (one.name, one.shape) for one in session.get_outputs()
            ]
            for sizes in CHECKED:
                feeds = served.loaded[path].network.feeds(sizes)
                expected = run(session, feeds)
                found = served.run(path, feeds)
                assert max(relative(found[name], expected[name]) for name in expected) < CLOSE, part.name
            served.release(path)
        assert served.modules == {}
        rest = {file.relative_to(made.folder).as_posix() for file in made.folder.rglob("*") if file.is_file()}
        files = {file for file in rest if "model.onnx" not in file}
        assert files <= set(served.names()["files"])
        assert [file for file in files if served.read(file) != (made.folder / file).read_bytes()] == []


def test_digests_tell_parts_and_types_apart(exported: Export) -> None:
    digests = set()
    for dtype in ("float32", "bfloat16", "float32"):
        served = ServedPipeline(exported("sd3").pipeline, CPU, dtype)
        digests |= {served.load(f"{part}/model.onnx", lambda progress: None)["digest"] for part in ("vae_decoder", "vae_encoder")}
    assert len(digests) == 4


def test_progress_goes_up_to_all_bytes(exported: Export) -> None:
    reports: list[dict[str, Any]] = []
    ServedPipeline(exported("sd3").pipeline, CPU, "float32").load("transformer/model.onnx", reports.append)
    assert [one["status"] for one in reports if one["status"] != "progress"] == ["initiate", "done"]
    assert reports[-2]["progress"] == 100 and reports[-2]["loaded"] == reports[-2]["total"]


def test_half_of_the_bits_are_close(exported: Export) -> None:
    full, half = (ServedPipeline(exported("sd3").pipeline, CPU, dtype) for dtype in ("float32", "bfloat16"))
    path = "transformer/model.onnx"
    for served in (full, half):
        served.load(path, lambda progress: None)
    feeds = full.loaded[path].network.feeds(CHECKED[0])
    found = half.run(path, feeds)["out_hidden_states"]
    assert found.dtype == torch.float32
    assert 0 < relative(found, full.run(path, feeds)["out_hidden_states"]) < 0.1


def test_other_folders_and_devices_are_refused(exported: Export, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"there is no .*model_index\.json"):
        ServedPipeline(tmp_path, CPU, "float32")
    with pytest.raises(ExportError, match="device abacus cannot be used"):
        device_of("abacus")
    output = io.BytesIO()
    worker = Worker(output, exported("sd3").pipeline, CPU, "float32")
    worker.answer({"id": 7, "kind": "open", "location": str(tmp_path)}, memoryview(b""))
    header = answers(output)[0][0]
    assert header["id"] == 7 and header["failure"]["code"] == "model-not-found"
    assert "not " + str(tmp_path) in header["failure"]["message"]


def answers(output: io.BytesIO) -> list[tuple[Any, bytes]]:
    stream = io.BytesIO(output.getvalue())
    found = []
    while (frame := read_frame(stream, lambda header, size: None)) is not None:
        found.append((frame[0], bytes(frame[1])))
    return found


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"network": "vae_decoder/model.onnx"}, "not loaded"),
        ({"feeds": []}, "takes hidden_states, .*not nothing"),
        ({"fetches": ["velocity"]}, "gives no velocity"),
        ({"dims": [1, 4, 6, 4]}, "the network has float32"),
        ({"dims": [16, 6, 4]}, "the network has float32"),
        ({"type": "int64"}, "is int64"),
    ],
)
def test_calls_that_do_not_fit_are_refused(exported: Export, changed: dict[str, Any], words: str) -> None:
    served = ServedPipeline(exported("sd3").pipeline, CPU, "float32")
    path = "transformer/model.onnx"
    served.load(path, lambda progress: None)
    feeds, _ = pack(list(served.loaded[path].network.feeds(CHECKED[0]).items()))
    call = {"network": path, "feeds": feeds, "fetches": ["out_hidden_states"]}
    assert mismatch(served, path, call) is None
    tensor = {name: value for name, value in changed.items() if name in ("dims", "type")}
    call = {**call, **{name: value for name, value in changed.items() if name not in tensor}}
    call["feeds"] = [{**feeds[0], **tensor}, *feeds[1:]] if tensor else call["feeds"]
    found = mismatch(served, call["network"], call)
    assert found is not None
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(found)


RUN = {"id": 1, "kind": "run", "network": "n", "fetches": ["y"], "feeds": []}
PLACE = {"name": "x", "type": "float32", "dims": [2], "offset": 0}


@pytest.mark.parametrize(
    ("header", "size", "words"),
    [
        (None, 0, "without a number"),
        ({"kind": "run"}, 0, "without a number"),
        ({"id": True, "kind": "open", "location": "x"}, 0, "without a number"),
        ({"id": 1, "kind": "eval"}, 0, "no known kind"),
        ({"id": 1, "kind": ["run"]}, 0, "no known kind"),
        ({"id": 1, "kind": "load"}, 0, "without what belongs"),
        ({"id": 1, "kind": "load", "network": "n", "threads": 0}, 0, "threads"),
        ({"id": 1, "kind": "read", "file": "f"}, 9, "belongs to nothing"),
        ({**RUN, "fetches": [1]}, 0, "no names"),
        ({**RUN, "feeds": "x"}, 0, "no list"),
        ({**RUN, "feeds": [{**PLACE, "type": "object"}]}, 64, "no known type"),
        ({**RUN, "feeds": [{**PLACE, "dims": [-1]}]}, 64, "size that is none"),
        ({**RUN, "feeds": [{**PLACE, "dims": [2.5]}]}, 64, "size that is none"),
        ({**RUN, "feeds": [{**PLACE, "offset": 4}]}, 64, "size that is none"),
        ({**RUN, "feeds": [{**PLACE, "dims": [1 << 40, 1 << 40]}]}, 64, "outside the payload"),
        ({**RUN, "feeds": [{**PLACE, "offset": 64}]}, 64, "outside the payload"),
    ],
)
def test_questions_are_checked_before_there_is_memory(header: Any, size: int, words: str) -> None:
    with pytest.raises(FrameError, match=words):
        check_question(header, size)


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "no frame"),
        (b"FFP1\0", "in the middle"),
        (struct.pack("<4sIQ", b"FFP1", 0, 0), "header of 0 bytes"),
        (struct.pack("<4sIQ", b"FFP1", 0xFFFFFFFF, 0), "header of 4294967295 bytes"),
        (struct.pack("<4sIQ", b"FFP1", 2, 1 << 60), "payload of 1152921504606846976 bytes"),
        (struct.pack("<4sIQ", b"FFP1", 2, 0) + b"{]", "not JSON"),
        (struct.pack("<4sIQ", b"FFP1", 1 << 20, 0) + b"[" * (1 << 20), "not JSON"),
        (struct.pack("<4sIQ", b"FFP1", 2, 9) + b"{}123", "in the middle"),
    ],
)
def test_streams_that_are_no_frames(stream: bytes, words: str) -> None:
    with pytest.raises(FrameError, match=words):
        read_frame(io.BytesIO(stream), lambda header, size: None)


def test_garbage_of_any_kind_gives_frame_errors_and_nothing_else() -> None:
    random = np.random.default_rng(5)
    whole = io.BytesIO()
    write_frame(whole, {**RUN, "feeds": [PLACE]}, bytes(64))
    for _ in range(2000):
        stream = bytearray(whole.getvalue())
        for at in random.integers(0, len(stream), random.integers(1, 6)):
            stream[at] = random.integers(256)
        cut = stream[: random.integers(1, len(stream) + 1)]
        try:
            read_frame(io.BytesIO(cut), check_question)
        except FrameError:
            continue


@pytest.mark.parametrize("dtype", ["float32", "float16", "int64", "int32", "bool", "uint8"])
def test_tensors_come_out_as_they_went_in(dtype: str) -> None:
    values = [(name, torch.arange(count).reshape(dims).to(getattr(torch, dtype))) for name, count, dims in LAID]
    places, payload = pack(values)
    assert all(place["offset"] % 64 == 0 for place in places)
    for place, (_, value) in zip(places, values, strict=True):
        assert torch.equal(unpack(place, payload), value)


LAID = (("a", 6, (2, 3)), ("empty", 0, (0, 4)), ("scalar", 1, ()), ("b", 17, (17,)))


def start(*arguments: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([*MODULE, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, env=environment())


def test_a_worker_ends_with_its_input_and_with_what_is_no_question() -> None:
    for text, code in ((b"", 0), (b"print('hello, all of you')\n", 2)):
        out, err = start().communicate(text)
        assert out == b""
        assert (b"no frame" in err) == (code == 2)


def test_a_device_that_is_not_there_ends_a_worker_with_a_line() -> None:
    process = start("--device", "abacus")
    out, err = process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert b"\nfastflow-diffusers: device abacus cannot be used" in b"\n" + err


def node(job: dict[str, Any], folder: Path) -> dict[str, np.ndarray]:
    """Final states on torch and on the exported files."""
    if shutil.which("node") is None or not (ROOT / "packages/backend-process/dist").exists():
        pytest.skip("needs node and the built packages (pnpm build)")
    (folder / "job.json").write_text(json.dumps({"worker": MODULE, "out": str(folder), **job}))
    done = subprocess.run(
        ["node", str(SCRIPT), str(folder / "job.json")], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "torch.json").read_text())["provider"] == "torch/cpu"
    return {side: np.fromfile(folder / f"{side}.bin", dtype=np.float32) for side in ("torch", "onnx")}


def listening(pipeline: Path, path: Path) -> None:
    """A worker of this process that listens on `path`."""
    Thread(target=listen, args=(path, lambda output: Worker(output, pipeline, CPU, "float32")), daemon=True).start()
    while not path.is_socket():
        sleep(0.01)


def test_a_socket_serves_several_connections_of_its_user(exported: Export, tmp_path: Path) -> None:
    made, path = exported("sd3"), tmp_path / "worker.sock"
    # Left behind by a worker that was killed.
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    open_socket(path).close()
    path.unlink()
    listening(made.pipeline, path)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(ExportError, match=r"cannot listen on .*in use"):
        open_socket(path)
    question = {"id": 3, "kind": "open", "location": str(made.pipeline)}
    with socket.socket(socket.AF_UNIX) as odd, socket.socket(socket.AF_UNIX) as other:
        for one in (odd, other):
            one.connect(str(path))
        odd.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert odd.recv(1) == b""
        stream = other.makefile("rwb")
        write_frame(stream, question)
        frame = read_frame(stream, lambda header, size: None)
    assert frame is not None and (frame[0]["id"], frame[0]["kind"]) == (3, "opened")
    job = {
        "pipeline": str(made.pipeline),
        "exported": str(made.folder),
        "prompt": "a red fox",
        "options": {"seed": 3, "numSteps": 4, "width": 64, "height": 64},
        "socket": str(path),
    }
    states = node(job, tmp_path)
    assert relative(*(torch.from_numpy(states[side]) for side in ("torch", "onnx"))) < CLOSE


SMALL = {"wan": {"numFrames": 5}, "flux-kontext": {"autoResize": False}}


@pytest.mark.parametrize("name", ["sd3", "flux", "flux-kontext", "sana", "wan", "qwen-image"])
def test_node_generates_the_same_on_torch_as_on_the_exported_folder(exported: Export, tmp_path: Path, name: str) -> None:
    made = exported(name)
    job = {
        "pipeline": str(made.pipeline),
        "exported": str(made.folder),
        "prompt": "a red fox",
        # Far below the sizes that pipelines make by default: a clip of Wan would take 20 GB.
        "options": {"seed": 3, "numSteps": 4, "width": 64, "height": 64, **SMALL.get(name, {})},
    }
    if name == "flux-kontext":
        image = picture(64, 64)
        (tmp_path / "image.bin").write_bytes(image.convert("RGB").tobytes())
        job["image"] = {"width": image.width, "height": image.height, "file": str(tmp_path / "image.bin")}
    states = node(job, tmp_path)
    assert relative(*(torch.from_numpy(states[side]) for side in ("torch", "onnx"))) < CLOSE
