"""What the documentation shows is what happens.

- Python blocks of a page run one after the other, in one namespace; a block with `>>>` is
  a doctest.
- In console blocks, commands of crossbook run, and where output is shown it must come (`...`
  stands for anything). `make` targets must exist.
- `<!-- not run: reason -->` before a console block leaves its commands alone.
"""

import doctest
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.docs.blocks import Block, Command, blocks, commands
from tests.recordings import RECORDINGS, REQUIRED, ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCKS = [block for page in PAGES for block in blocks(page)]
SHOWN = [command for block in BLOCKS if block.language == "console" for command in commands(block)]
RUN = [
    command
    for block in BLOCKS
    if block.language == "console" and block.not_run is None
    for command in commands(block)
    if re.match(r"(\.venv/bin/)?crossbook\b", command.text)
]
LANGUAGES = {"console", "json", "make", "mermaid", "python", "rust", "text", "toml", "yaml"}
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def place(where: Block | Command | Path) -> str:
    """Return where a page, block or command stands, for the name of a test."""
    if isinstance(where, Path):
        return where.relative_to(ROOT).as_posix()
    return f"{place(where.page)}:{where.line}"


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder where the paths of the documentation hold and files may be left."""
    folder = tmp_path / "crossbook"
    folder.mkdir()
    for entry in ("config", "examples", "docs", "tests"):
        if (ROOT / entry).is_dir():
            (folder / entry).symlink_to(ROOT / entry)
    if RECORDINGS.is_dir():
        (tmp_path / "shared").mkdir()
        (tmp_path / "shared" / "data").symlink_to(RECORDINGS.resolve())
    binaries = folder / ".venv" / "bin"
    binaries.parent.mkdir()
    binaries.symlink_to(Path(sys.executable).parent)
    monkeypatch.chdir(folder)
    return folder


def needs_recordings(text: str) -> None:
    """Skip what reads the recordings where there are none."""
    if "shared/data" in text and not RECORDINGS.is_dir() and not REQUIRED:
        pytest.skip(f"no recordings at {RECORDINGS}: set CROSSBOOK_RECORDINGS")


@pytest.mark.parametrize(
    "page", sorted({block.page for block in BLOCKS if block.language == "python"}), ids=place
)
def test_python_blocks_run(page: Path, clone: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language != "python":
            continue
        needs_recordings(block.text)
        if ">>>" in block.text:
            run_doctest(block, names)
        else:
            padding = "\n" * block.line  # So that a traceback names the line of the page.
            exec(compile(padding + block.text, str(page), "exec"), names)


def run_doctest(block: Block, names: dict[str, object]) -> None:
    """Run a block of `>>>` lines in the names of its page."""
    test = doctest.DocTestParser().get_doctest(
        block.text, names, place(block), str(block.page), block.line
    )
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=LIKE)
    runner.run(test, out=report.append, clear_globs=False)
    names.update(test.globs)
    assert not report, "".join(report)


@pytest.mark.slow
@pytest.mark.parametrize("command", RUN, ids=lambda c: f"{place(c)}: {c.text}"[:90])
def test_commands_show_what_the_page_shows(command: Command, clone: Path) -> None:
    needs_recordings(command.text)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command.text,
        shell=True,
        cwd=clone,
        env={**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if command.output.strip():
        assert doctest.OutputChecker().check_output(command.output, done.stdout, LIKE), done.stdout


def test_each_block_names_a_known_language() -> None:
    unknown = [f"{place(b)}: {b.language!r}" for b in BLOCKS if b.language not in LANGUAGES]
    assert unknown == []


def test_only_commands_may_be_left_alone() -> None:
    assert [place(b) for b in BLOCKS if b.not_run and b.language != "console"] == []


def test_each_console_block_shows_a_command() -> None:
    empty = [place(b) for b in BLOCKS if b.language == "console" and not commands(b)]
    assert empty == []


def test_data_blocks_parse() -> None:
    for block in BLOCKS:
        if block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    shown = {
        (place(command), word)
        for command in SHOWN
        if command.text.startswith("make ")
        for word in command.text.split()[1:]
        if "=" not in word
    }
    assert {(where, word) for where, word in shown if word not in targets} == set()


def test_blocks_and_commands_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Text.\n\n```python\nx = 1\n```\n\n"
        "<!-- not run: needs the network -->\n\n"
        "1. A list:\n\n   ```console\n   $ crossbook run \\\n       a.yaml\n   line\n   ```\n"
    )
    python, console = blocks(page)
    assert (python.line, python.language, python.text) == (3, "python", "x = 1\n")
    assert (console.line, console.language, console.not_run) == (11, "console", None)
    assert [(c.text, c.output) for c in commands(console)] == [("crossbook run a.yaml", "line\n")]


def test_a_marker_stands_right_before_its_block(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- not run: needs a venue -->\n```console\n$ crossbook run\n```\n")
    assert [block.not_run for block in blocks(page)] == ["needs a venue"]
