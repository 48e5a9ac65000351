"""The code blocks of the documentation, and a terminal session that runs them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from graph.server import local
from graph.settings import Settings
from tests.stores import restore_empty

ROOT = Path(__file__).parents[1]
FIRST, LAST = "docs/start.md", "README.md"
"""The first page imports data and trains for all pages; the last one stops the database."""
_DOCS = {
    path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md") if "_build" not in path.parts
}
PAGES = [FIRST, *sorted(_DOCS - {FIRST}), "CONTRIBUTING.md", LAST]
INDENTED = "indented"
PORT = 8000
"""The port on the pages; the session replaces it with a free one."""
_BLOCK_SECONDS = 900
"""The longest that a block may take on a busy machine."""
_BASH = """
# CI runs the targets of make; the tests check only that they exist.
make() { command make --directory "$CHECKOUT" --dry-run "$@"; }
# The status code is checked afterwards.
curl() { command curl --show-error --write-out '%{stderr}HTTP %{http_code}\\n' "$@"; }
# If another page has run the same command, it is not run again, and the stored output is printed.
groundswell() {
  local status stored
  stored=$OUTPUTS/$(printf '%s\\n' "${GROUNDSWELL_SERVER-}" "$@" | sha256sum | cut -d ' ' -f 1)
  if [ ! -e "$stored.page" ] || [ "$(cat "$stored.page")" = "$PAGE" ]; then
    status=0
    run "$@" > "$stored.out" 2> "$stored.err" || status=$?
    if [ "$status" != 0 ]; then cat "$stored.out"; cat "$stored.err" >&2; return "$status"; fi
    echo "$PAGE" > "$stored.page"
  fi
  cat "$stored.out"
  cat "$stored.err" >&2
}
# `groundswell serve` receives a Ctrl-C once it is ready.
run() {
  if [ "${1-}" != serve ]; then command groundswell "$@"; return; fi
  command groundswell "$@" --port "$PORT" &
  until command curl --fail --silent "$READY"; do kill -0 $! || return; sleep 0.2; done
  kill -INT $!
  wait $!
}
"""


@dataclass(frozen=True)
class Block:
    """A block of a page: commands, code, or their output."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Page and line."""
        return f"{self.page}:{self.line}"


def blocks(page: str) -> list[Block]:
    """The blocks of a page; those that are not fenced have the language `INDENTED`."""
    page_blocks = []
    for token in MarkdownIt().parse((ROOT / page).read_text(encoding="utf-8")):
        if token.type in ("fence", "code_block") and token.map:
            language = token.info.strip() if token.type == "fence" else INDENTED
            page_blocks.append(Block(page, token.map[0] + 1, language, token.content))
    return page_blocks


def code_spans(page: str) -> list[str]:
    """The inline code in the prose of a page."""
    tokens = MarkdownIt().enable("table").parse((ROOT / page).read_text(encoding="utf-8"))
    return [
        child.content for token in tokens for child in token.children or () if child.type == "code_inline"
    ]


@dataclass(frozen=True)
class Output:
    """Standard output and standard error of a block."""

    out: str
    err: str


class Terminal:
    """A terminal session with a checkout, its own database, and the API for the blocks that call it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._checkout, self._log = folder, folder / "checkout", folder / "server.log"
        self._checkout.mkdir()
        restore_empty(folder / "home", Settings().cache)
        (folder / "outputs").mkdir()
        (self._checkout / ".venv").symlink_to(sys.prefix)
        (self._checkout / "examples").symlink_to(ROOT / "examples")
        self._port = _free_port()
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("NEO4J_")}
        self._environment = inherited | {
            "BROWSER": "true",  # `groundswell browser` then opens no browser.
            "CHECKOUT": str(ROOT),
            "COLUMNS": "120",
            "GROUNDSWELL_DATASET": "complete-journey",  # The page on importing adds a second data set.
            "GROUNDSWELL_HOME": str(folder / "home"),
            "GROUNDSWELL_TRAINING_EPOCHS": "1",
            "OMP_NUM_THREADS": "1",  # CI has two processors, and the database needs one during a training.
            "OUTPUTS": str(folder / "outputs"),
            "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}",
            "PORT": str(self._port),
            "READY": f"http://127.0.0.1:{self._port}/ready",
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._outputs: dict[Block, Output] = {}

    def run(self, block: Block) -> Output:
        """Run a block the first time it is requested, and check that it succeeds."""
        if block not in self._outputs:
            if "groundswell serve" in block.text:
                self._stop_server()
            elif f":{PORT}" in block.text:
                self._start_server()
            self._outputs[block] = self._run(block)
        return self._outputs[block]

    def _run(self, block: Block) -> Output:
        text = block.text.replace(f":{PORT}", f":{self._port}")
        if block.language == "python":
            command = ["python", "-c", text]
        else:
            command = ["bash", "-euo", "pipefail", "-c", _BASH + text]
        with subprocess.Popen(
            command, cwd=self._checkout, env=self._environment | {"PAGE": block.page}, text=True,
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            try:
                out, err = process.communicate(timeout=_BLOCK_SECONDS)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == 0, f"{block} ended with {process.returncode}:\n{out}\n{err}"
        return Output(out.replace(f":{self._port}", f":{PORT}"), err)

    def _start_server(self) -> None:
        if self._server is not None:
            return
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                ["groundswell", "serve", "--no-keys", "--port", str(self._port)],
                cwd=self._checkout, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        while not _is_ready(self._environment["READY"]):
            assert self._server.poll() is None, self._log.read_text(encoding="utf-8")
            time.sleep(0.2)

    def _stop_server(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait(60)
            self._server = None

    def close(self) -> None:
        """Stop every server that the session started."""
        self._stop_server()
        for home in self._folder.iterdir():
            local.reset(home)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def commands(block: Block) -> list[str]:
    """The `groundswell` commands of a block, each with its subcommand and without its arguments."""
    return re.findall(r"\bgroundswell ((?:(?:db|import|network|export|jobs|keys) )?[a-z][a-z-]*)", block.text)
