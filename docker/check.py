"""Run docker-compose.yml from a build to a read after a restart: ``make containers``.

The project has a name, ports and volumes of its own, which are removed at the end: a user's containers
stay as they are. Needs a Docker engine with the compose plugin.
"""

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from images import API, OWN_NEO4J, ROOT, provide_api, provide_neo4j

PROJECT = "groundswell-check"
PORTS = ("GROUNDSWELL_PORT", "NEO4J_BOLT_PORT", "NEO4J_HTTP_PORT")
HOUSEHOLDS = 150
CAMPAIGN = "20"
"""It runs beyond the end of the data, from where the forecast begins."""
# The check is that training runs in a container, not how accurate the model is.
QUICK = "GROUNDSWELL_TRAINING_EPOCHS=2"
READY_SECONDS = 180
PAUSE_SECONDS = 0.1


class Containers:
    """The compose project of this check."""

    def __init__(self, neo4j: str) -> None:
        self.key = secrets.token_urlsafe(24)
        ports = {name: str(_free_port()) for name in PORTS}
        secret = {"NEO4J_PASSWORD": secrets.token_urlsafe(16), "GROUNDSWELL_API_TOKEN": self.key}
        self.environment = {**os.environ, **ports, **secret, "NEO4J_IMAGE": neo4j, "NEO4J_HEAP": "2G"}
        self.address = f"http://127.0.0.1:{ports['GROUNDSWELL_PORT']}"
        files = ["docker-compose.yml", *(["docker/neo4j/compose.yml"] if neo4j == OWN_NEO4J else [])]
        self.command = [
            "docker",
            "compose",
            "-p",
            PROJECT,
            *(part for file in files for part in ("-f", file)),
        ]

    def compose(self, *arguments: str) -> None:
        """Run a compose command; its output goes to the terminal."""
        print(f"$ docker compose {' '.join(arguments)}", flush=True)
        subprocess.run([*self.command, *arguments], cwd=ROOT, env=self.environment, check=True)

    def exec(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the container of a service."""
        return subprocess.run(
            [*self.command, "exec", "-T", service, *command],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def read(self, path: str, *, with_key: bool = True) -> httpx.Response:
        """Read from the API."""
        headers = {"Authorization": f"Bearer {self.key}"} if with_key else {}
        parameters = {"dataset": "complete-journey"}
        return httpx.get(f"{self.address}{path}", params=parameters, headers=headers, timeout=30)

    def wait_until_ready(self) -> float:
        """Wait until the API is ready; return the seconds it took."""
        start = time.monotonic()
        while time.monotonic() < start + READY_SECONDS:
            try:
                if self.read("/ready", with_key=False).status_code == 200:
                    return time.monotonic() - start
            except httpx.HTTPError:
                pass
            time.sleep(PAUSE_SECONDS)
        raise SystemExit(f"The API was not ready within {READY_SECONDS} s.")


def main() -> None:
    """Run all steps; the first that fails ends the check with its reason."""
    with step("images"):
        neo4j, torch = provide_neo4j(), provide_api()
    print(f"  Neo4j: {neo4j}, {_size(neo4j)}; API: {_size(API)} (torch: {torch})")
    containers = Containers(neo4j)
    try:
        check(containers)
    finally:
        containers.compose("down", "--volumes", "--remove-orphans")


def check(containers: Containers) -> None:
    """The steps on running containers."""
    with step("up, until both services are healthy"):
        containers.compose("up", "-d", "--wait", "--no-build")
    with step("user and root file system"):
        identity = containers.exec("api", "id").stdout.strip()
        expect("uid=10001" in identity, f"the API runs as {identity}")
        expect(
            containers.exec("api", "touch", "/opt/file").returncode != 0,
            "the API's root file system is read-only",
        )
    commands = (
        ("import", "complete-journey", "--households", str(HOUSEHOLDS)),
        ("network", "build"),
        ("train",),
        ("forecast", CAMPAIGN),
    )
    for command in commands:
        with step(f"groundswell {' '.join(command)}"):
            done = containers.exec("api", "env", QUICK, "groundswell", *command)
            if done.returncode:
                raise SystemExit(f"FAILED: exit code {done.returncode}\n{done.stderr[-2000:]}")
    path = f"/v1/campaigns/{CAMPAIGN}/forecast"
    with step("read the forecast over HTTP"):
        refused = containers.read(path, with_key=False)
        expect(refused.status_code == 401, f"without the key: {refused.status_code}")
        forecast = _forecast(containers, path)
        print(f"  {len(forecast['steps'])} steps from {forecast['origin']} on")
    for service in ("neo4j", "api"):
        with step(f"restart {service} under reads"), reading(containers, path) as outcomes:
            containers.compose("restart", service)
            print(f"  ready again {containers.wait_until_ready():.1f} s after the restart")
            time.sleep(5)
        print(f"  reads: {dict(outcomes)}")
        expect(set(outcomes) <= {"200", "503", "no connection"}, "every read gets 200, 503 or no connection")
        expect(_forecast(containers, path) == forecast, "the forecast is the same afterwards")
    with step("down, up again"):
        containers.compose("down")
        containers.compose("up", "-d", "--wait", "--no-build")
        expect(_forecast(containers, path) == forecast, "the forecast is still there")


def _forecast(containers: Containers, path: str) -> Any:
    response = containers.read(path)
    expect(response.status_code == 200, f"with the key: {response.status_code}")
    return response.json()


@contextmanager
def reading(containers: Containers, path: str) -> Iterator[Counter[str]]:
    """Read again and again in the background; count the outcomes."""
    outcomes: Counter[str] = Counter()
    stopped = threading.Event()

    def read() -> None:
        while not stopped.wait(PAUSE_SECONDS):
            try:
                outcomes[str(containers.read(path).status_code)] += 1
            except httpx.HTTPError:
                outcomes["no connection"] += 1

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield outcomes
    finally:
        stopped.set()
        thread.join()


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print the name of the step, and its duration when it ends."""
    print(f"== {name}", flush=True)
    start = time.monotonic()
    yield
    print(f"   done in {time.monotonic() - start:.1f} s", flush=True)


def expect(condition: bool, statement: str) -> None:
    """Print `statement` if it holds; otherwise end the check."""
    if not condition:
        raise SystemExit(f"FAILED: {statement}")
    print(f"  ok: {statement}")


def _size(image: str) -> str:
    inspected = subprocess.run(
        ["docker", "image", "inspect", "-f", "{{.Size}}", image], capture_output=True, text=True, check=True
    )
    return f"{int(inspected.stdout) / 1e9:.2f} GB"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    try:
        subprocess.run(["docker", "compose", "version"], check=True, cwd=ROOT)
    except (OSError, subprocess.CalledProcessError):
        sys.exit("No Docker engine with the compose plugin: install one, or set DOCKER_HOST.")
    main()
