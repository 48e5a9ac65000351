"""The documentation as a reader uses it: the blocks of its pages, and a terminal session that runs them."""

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
"""The first page imports and trains for all pages; the last one stops the database."""
_DOCS = {
    path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md") if "_build" not in path.parts
}
PAGES = [FIRST, *sorted(_DOCS - {FIRST}), "CONTRIBUTING.md", LAST]
INDENTED = "indented"
PORT = 8000
"""The port that the pages name; the session uses a free one in its place."""
_SECONDS = 900
"""The longest a block may take on a busy machine."""
_BASH = """
# CI runs the targets of make; here it is enough that they exist.
make() { command make --directory "$CHECKOUT" --dry-run "$@"; }
# The status code makes an unexpected answer visible.
curl() { command curl --show-error --write-out '%{stderr}HTTP %{http_code}\\n' "$@"; }
# A command that another page has run already is not run again: its output is printed.
groundswell() {
  local status kept
  kept=$OUTPUTS/$(printf '%s\\n' "${GROUNDSWELL_SERVER-}" "$@" | sha256sum | cut -d ' ' -f 1)
  if [ ! -e "$kept.page" ] || [ "$(cat "$kept.page")" = "$PAGE" ]; then
    status=0
    run "$@" > "$kept.out" 2> "$kept.err" || status=$?
    if [ "$status" != 0 ]; then cat "$kept.out"; cat "$kept.err" >&2; return "$status"; fi
    echo "$PAGE" > "$kept.page"
  fi
  cat "$kept.out"
  cat "$kept.err" >&2
}
# `groundswell serve` gets a Ctrl-C once it is ready.
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
    """A block of a page: commands, code, or what they show."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Where it is."""
        return f"{self.page}:{self.line}"


def blocks(page: str) -> list[Block]:
    """The blocks of a page; the language of those that are not fenced is `INDENTED`."""
    found = []
    for token in MarkdownIt().parse((ROOT / page).read_text(encoding="utf-8")):
        if token.type in ("fence", "code_block") and token.map:
            language = token.info.strip() if token.type == "fence" else INDENTED
            found.append(Block(page, token.map[0] + 1, language, token.content))
    return found


def spans(page: str) -> list[str]:
    """What is set as code within the prose of a page."""
    tokens = MarkdownIt().enable("table").parse((ROOT / page).read_text(encoding="utf-8"))
    return [one.content for token in tokens for one in token.children or () if one.type == "code_inline"]


@dataclass(frozen=True)
class Outcome:
    """What a block printed, on standard output and standard error."""

    out: str
    err: str


class Terminal:
    """A terminal session: a checkout, a database of its own, and the API for the blocks that call it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._work, self._log = folder, folder / "checkout", folder / "served.log"
        self._work.mkdir()
        restore_empty(folder / "home", Settings().cache)
        (folder / "outputs").mkdir()
        (self._work / ".venv").symlink_to(sys.prefix)
        (self._work / "examples").symlink_to(ROOT / "examples")
        self._port = _free_port()
        kept = {key: value for key, value in os.environ.items() if not key.startswith("NEO4J_")}
        self._environment = kept | {
            "BROWSER": "true",  # `groundswell browser` opens nothing.
            "CHECKOUT": str(ROOT),
            "COLUMNS": "120",
            "GROUNDSWELL_DATASET": "complete-journey",  # The page on importing adds another.
            "GROUNDSWELL_HOME": str(folder / "home"),
            "GROUNDSWELL_TRAINING_EPOCHS": "1",
            "OMP_NUM_THREADS": "1",  # The database needs a processor beside a training, and CI has two.
            "OUTPUTS": str(folder / "outputs"),
            "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}",
            "PORT": str(self._port),
            "READY": f"http://127.0.0.1:{self._port}/ready",
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._outcomes: dict[Block, Outcome] = {}

    def run(self, block: Block) -> Outcome:
        """Run a block, once however often it is requested, and check that it succeeds."""
        if block not in self._outcomes:
            if "groundswell serve" in block.text:
                self._end_server()
            elif f":{PORT}" in block.text:
                self._serve()
            self._outcomes[block] = self._run(block)
        return self._outcomes[block]

    def _run(self, block: Block) -> Outcome:
        text = block.text.replace(f":{PORT}", f":{self._port}")
        if block.language == "python":
            command = ["python", "-c", text]
        else:
            command = ["bash", "-euo", "pipefail", "-c", _BASH + text]
        with subprocess.Popen(
            command, cwd=self._work, env=self._environment | {"PAGE": block.page}, text=True,
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            try:
                out, err = process.communicate(timeout=_SECONDS)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == 0, f"{block} ended with {process.returncode}:\n{out}\n{err}"
        return Outcome(out.replace(f":{self._port}", f":{PORT}"), err)

    def _serve(self) -> None:
        if self._server is not None:
            return
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                ["groundswell", "serve", "--no-keys", "--port", str(self._port)],
                cwd=self._work, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        while not _answers(self._environment["READY"]):
            assert self._server.poll() is None, self._log.read_text(encoding="utf-8")
            time.sleep(0.2)

    def _end_server(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait(60)
            self._server = None

    def close(self) -> None:
        """Stop every server that the session started."""
        self._end_server()
        for home in self._folder.iterdir():
            local.reset(home)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def commands(block: Block) -> list[str]:
    """Each use of `groundswell` in a block, up to its first argument that is no command's name."""
    return re.findall(r"\bgroundswell ((?:(?:db|import|network|export|jobs|keys) )?[a-z][a-z-]*)", block.text)
