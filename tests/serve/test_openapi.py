"""The service keeps what its own OpenAPI says, whatever is sent: schemathesis, `make fuzz`."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serve.test_hostile import Process, running

ROOT = Path(__file__).parents[2]
SECONDS = 60
REACHED = {"/v1/fuse", "/v1/evaluate", "/v1/jobs"}  # with success; there is time for these
PASSED = re.compile(r'clfnet_requests_total\{method="\w+",route="(\S+)",status="20\d"')
# No schema can say that files must be images of one size, nor that an empty field is left out, as
# browsers send it: neither what must pass nor what must be refused is told apart by it. And a job
# that DELETE has cancelled is still there, to say so.
UNTOLD = "positive_data_acceptance,negative_data_rejection,use_after_free"


def fuzz(service: Process, *options: str, **env: str) -> set[str]:
    """Run schemathesis with a fixed seed; return the routes that did what was asked."""
    command = [
        *(str(Path(sys.executable).with_name("st")), "run", f"{service.url}/openapi.json"),
        *("--header", "Authorization: Bearer secret", "--checks", "all", "--warnings", "off"),
        *("--seed", "1", "--max-time", str(SECONDS), "--request-timeout", "30", "--no-color"),
        *("--exclude-checks", UNTOLD, "--continue-on-failure", *options),
    ]
    env |= {"PYTHONPATH": os.pathsep.join([*sys.path, str(ROOT)])}
    done = subprocess.run(
        command, cwd=service.data, env=os.environ | env, capture_output=True, text=True, check=False
    )
    print(done.stdout)
    assert done.returncode == 0, done.stderr
    return set(PASSED.findall(service.client.get("/metrics").text))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Process]:
    pytest.importorskip("schemathesis", reason="needs schemathesis: make fuzz")
    with running(tmp_path / "data", CLFNET_TOKEN="secret") as process:
        yield process


@pytest.mark.slow
def test_whatever_is_sent(service: Process) -> None:
    fuzz(service)


@pytest.mark.slow
def test_with_pictures(service: Process) -> None:
    reached = fuzz(service, "--mode", "positive", SCHEMATHESIS_HOOKS="tests.serve.fuzz_hooks")
    assert reached >= REACHED
