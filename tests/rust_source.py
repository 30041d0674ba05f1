"""Find the functions of a Rust source text, well enough to measure them."""

import re
from collections.abc import Iterator

# What may hold a brace that is none: comments, strings, characters. A lifetime ('a)
# is no character: only a quote that closes again is.
OPAQUE = re.compile(
    r"""
      //[^\n]*
    | /\*.*?\*/
    | b?r(?P<hash>\#*)".*?"(?P=hash)
    | b?"(?:\\.|[^"\\])*"
    | b?'(?:\\(?:u\{[0-9a-fA-F_]+\}|x[0-9a-fA-F]{2}|.)|[^'\\\n])'
    """,
    re.DOTALL | re.VERBOSE,
)
HEAD = re.compile(r"\bfn\s+(\w+)")


def blank(source: str) -> str:
    """Replace comments, strings and characters by spaces; every line stays where it is."""
    return OPAQUE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), source)


def functions(source: str) -> Iterator[tuple[str, int, int]]:
    """Yield name, first line and number of lines of each function that has a body."""
    code = blank(source)
    for head in HEAD.finditer(code):
        depth = 0
        for at in range(head.end(), len(code)):
            if code[at] in "([{":
                depth += 1
            elif code[at] in ")]}":
                depth -= 1
                if depth == 0 and code[at] == "}":
                    first = code.count("\n", 0, head.start()) + 1
                    yield head[1], first, code.count("\n", head.start(), at) + 1
                    break
            elif code[at] == ";" and depth == 0:
                break
