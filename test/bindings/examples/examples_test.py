"""The examples in Python with their siblings in C++."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CPP = Path(os.environ["HANDOFF_BIN_DIR"]) / "examples"
PYTHON = Path(__file__).resolve().parents[3] / "examples/python"
TIMEOUT_S = 200.0 * float(os.environ.get("HANDOFF_TEST_TIMEOUT_SCALE", "1"))


@pytest.fixture
def start(request):
    """Starts an example, in Python if its name ends so, on a segment of its own; ends it with the test."""
    name = f"examples-{request.node.originalname}-{os.getpid()}"
    running = []

    def start_one(program, *arguments):
        command = [sys.executable, PYTHON / program] if program.endswith(".py") else [CPP / program]
        running.append(subprocess.Popen([*command, "--name", name, *map(str, arguments)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True))
        return running[-1]

    yield start_one
    for process in running:
        process.kill()
        process.communicate()
    left = [path for path in Path("/dev/shm").glob(f"handoff.{name}*")]
    for path in left:
        path.unlink()


def output_of(process):
    out, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, errors
    return out


def test_a_float_written_in_cpp_is_read_in_python(start):
    reader = start("shared_float_reader.py", "--count", 30, "--wait", 100)
    start("shared_float_writer", "--interval", 1)
    lines = [line.split() for line in output_of(reader).splitlines()]
    assert len(lines) == 30
    for sequence, value in lines:
        assert float(value) == 0.25 * int(sequence) % 1000.25
    assert [int(line[0]) for line in lines] == sorted({int(line[0]) for line in lines})


def test_a_reader_without_a_writer_says_so(start):
    reader = start("shared_float_reader.py", "--wait", 0)
    assert "start shared_float_writer" in reader.communicate(timeout=TIMEOUT_S)[1] and reader.returncode == 1


@pytest.mark.parametrize("writer", ["video_wall_writer", "video_wall_writer.py"])
@pytest.mark.parametrize("reader", ["video_wall_reader", "video_wall_reader.py"])
def test_a_video_wall_of_both_languages(start, writer, reader):
    looking = start(reader, "--count", 12, "--wait", 100)
    showing = [start(writer, "--camera", camera, "--count", 200, "--rate", 20) for camera in ("left", "right")]
    found = re.fullmatch(r"frames 12, lost (\d+), wrong checksums 0; (.*)\n", output_of(looking))
    assert found and re.fullmatch(r"(left \d+|right \d+|left \d+, right \d+)", found[2])
    assert all(process.poll() is None for process in showing), "writers wait for nobody, and nobody disturbs them"


def test_a_cpp_client_is_served_by_a_python_worker(start, tmp_path):
    picture = tmp_path / "edges.png"
    server = start("image_service_server.py")
    client = start("image_service_client", "--count", 20, "--output", picture, "--wait", 100)
    output_of(client)
    assert picture.read_bytes().startswith(b"\x89PNG")
    server.send_signal(signal.SIGTERM)
    output_of(server)


def test_a_killed_worker_loses_no_picture(start):
    target, other = start("image_service_server.py"), start("image_service_server.py")
    client = start("image_service_client", "--count", 60, "--in-flight", 6, "--wait", 100)
    target.kill()
    output_of(client)
    other.send_signal(signal.SIGTERM)
    output_of(other)
