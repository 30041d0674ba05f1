"""The fenced code blocks of a Markdown page."""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(
    r"^(?P<indent> *)(?P<marks>```+)(?P<language>[^\n`]*)\n(?P<body>.*?)^(?P=indent)(?P=marks) *$",
    re.DOTALL | re.MULTILINE,
)
NOT_RUN = re.compile(r"<!-- not run: (?P<reason>[^\n]+?) -->\s*\Z")


@dataclass(frozen=True)
class Block:
    """One block: its language, its text, and where it stands."""

    page: Path
    line: int
    language: str
    text: str
    not_run: str | None
    """Why a command is shown that no test can start, such as one that needs the internet."""


@dataclass(frozen=True)
class Command:
    """A command after `$ `, and the output that the page shows for it."""

    page: Path
    line: int
    text: str
    output: str


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page in their order."""
    source = page.read_text()
    found = []
    for fence in FENCE.finditer(source):
        indent = fence["indent"]
        lines = [line.removeprefix(indent) for line in fence["body"].splitlines(keepends=True)]
        marker = NOT_RUN.search(source, 0, fence.start())
        found.append(
            Block(
                page=page,
                line=source.count("\n", 0, fence.start()) + 1,
                language=fence["language"].strip().partition(" ")[0],
                text="".join(lines),
                not_run=marker["reason"] if marker else None,
            )
        )
    return found


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block; a line that ends in a backslash goes on."""
    text = block.text.replace("\\\n", " ")
    found = []
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        found.append(Command(block.page, block.line, " ".join(command.split()), output))
    return found
