"""The documentation as a reader uses it: its blocks, and somebody at a terminal who runs them."""

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

ROOT = Path(__file__).parents[1]
FIRST, LAST = "docs/start.md", "README.md"
"""What is imported and trained there serves all pages; here the database is stopped at the end."""
PAGES = [
    FIRST,
    *sorted({path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md")} - {FIRST}),
    "CONTRIBUTING.md",
    LAST,
]
INDENTED = "indented"
PORT = 8000
"""That of the pages, whose blocks run as they are written."""
_SECONDS = 900
"""As long a block may take: real work may take its time on a busy machine."""
_BASH = """
# CI itself runs what the verbs of make do; here it is enough that they are there.
make() { command make --directory "$CHECKOUT" --dry-run "$@"; }
# The status is told, so that an answer that nobody expects is seen.
curl() { command curl --show-error --write-out '%{stderr}HTTP %{http_code}\\n' "$@"; }
# What serves until Ctrl-C gets one, once it answers.
groundswell() {
  if [ "${1-}" != serve ]; then command groundswell "$@"; return; fi
  command groundswell "$@" &
  until command curl --fail --silent "$READY"; do kill -0 $!; sleep 0.2; done
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
    """What a block printed, and what was said on the side."""

    out: str
    err: str


class Reader:
    """Somebody at a terminal: a checkout, a database of their own, and the API where a page asks it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._work, self._log = folder, folder / "checkout", folder / "served.log"
        self._work.mkdir()
        (self._work / ".venv").symlink_to(sys.prefix)
        (self._work / "examples").symlink_to(ROOT / "examples")
        kept = {key: value for key, value in os.environ.items() if not key.startswith("NEO4J_")}
        self._environment = kept | {
            "BROWSER": "true",  # Nobody looks at what `groundswell browser` opens.
            "CHECKOUT": str(ROOT),
            "COLUMNS": "120",
            "GROUNDSWELL_HOME": str(folder / "home"),
            "OMP_NUM_THREADS": "1",  # The database needs a processor beside a training, and CI has two.
            "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}",
            "READY": f"http://127.0.0.1:{PORT}/ready",
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._outcomes: dict[Block, Outcome] = {}

    def run(self, block: Block) -> Outcome:
        """Run a block, once however often it is asked for, and see that it ends well."""
        if block not in self._outcomes:
            if "groundswell serve" in block.text:
                self._end_server()
            elif f":{PORT}" in block.text:
                self._serve()
            self._outcomes[block] = self._run(block)
        return self._outcomes[block]

    def _run(self, block: Block) -> Outcome:
        if block.language == "python":
            command = ["python", "-c", block.text]
        else:
            command = ["bash", "-euo", "pipefail", "-c", _BASH + block.text]
        with subprocess.Popen(
            command, cwd=self._work, env=self._environment, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            try:
                out, err = process.communicate(timeout=_SECONDS)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == 0, f"{block} ended with {process.returncode}:\n{out}\n{err}"
        return Outcome(out, err)

    def _serve(self) -> None:
        if self._server is not None:
            return
        with socket.socket() as one:
            assert one.connect_ex(("127.0.0.1", PORT)), f"Port {PORT} is in use, and the pages speak of it."
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                ["groundswell", "serve", "--no-keys"],
                cwd=self._work, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        while not _answers(self._environment["READY"]):
            assert self._server.poll() is None, self._log.read_text(encoding="utf-8")
            time.sleep(0.2)

    def _end_server(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(60)
            self._server = None

    def leave(self) -> None:
        """End what was started."""
        self._end_server()
        for home in self._folder.iterdir():
            local.reset(home)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def commands(block: Block) -> list[str]:
    """Each use of `groundswell` in a block, up to its first argument that is no command's name."""
    return re.findall(r"\bgroundswell ((?:(?:db|import|network|export|jobs|keys) )?[a-z][a-z-]*)", block.text)
