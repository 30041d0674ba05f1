"""What the linters do not see: sizes, purity, names, venue folders, leaks."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import crossbook
from tests.recordings import ROOT
from tests.rust_source import functions

SOURCE = ROOT / "src" / "crossbook"
LINES_PER_FILE = 600
LINES_PER_FUNCTION = 70
# A stub has a signature and a docstring for each thing; nearing this, too much
# crosses the border between Rust and Python.
LINES_PER_STUB = 1000
ROOT_ENTRIES = 24

PURE = ("model", "venues", "books", "sim")
IMPURE = ("sim/host",)
"""The parts of them that bring bytes from sockets and time from a clock to the rest."""
IMPURE_MODULES = {
    "asyncio", "http", "multiprocessing", "os", "secrets", "socket", "subprocess", "threading",
    "time", "uuid",
}  # fmt: skip
IMPURE_CALLS = {"open", "input", "print"}
READS_OF_THE_CLOCK = {"now", "utcnow", "today"}

VENUE_FILES = {
    "README.md", "__init__.py", "config.py", "errors.py", "gateway.py", "messages.py", "rest.py",
    "signing.py", "stream.py", "symbols.py",
}  # fmt: skip
"""What a venue's folder may hold; each but `README.md` may also be a folder, split by product."""

NOT_NOUNS_OF_THE_TRADE = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}


def tracked(*suffixes: str) -> list[Path]:
    """Return the files that are, or will be, in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = [ROOT / name for name in listing.split("\0") if name]
    return [p for p in paths if p.is_file() and (not suffixes or p.suffix in suffixes)]


def name(path: Path) -> str:
    """Return a path as a reader of the repository knows it."""
    return path.relative_to(ROOT).as_posix()


def python_functions(tree: ast.AST) -> Iterator[tuple[str, int, int]]:
    """Yield name, first line and number of lines of each function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def impurities(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of each look at the clock, at chance or at the machine."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = {alias.name.partition(".")[0] for alias in names}
                yield from ((node.lineno, module) for module in modules & IMPURE_MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module.partition(".")[0] in IMPURE_MODULES:
                    yield node.lineno, module
                if module == "random" and {alias.name for alias in names} != {"Random"}:
                    yield node.lineno, "random"
            case ast.Attribute(value=ast.Name(id="random"), attr=attr) if attr != "Random":
                yield node.lineno, f"random.{attr}"
            case ast.Attribute(value=ast.Name(id="datetime" | "date" as kind), attr=attr):
                if attr in READS_OF_THE_CLOCK:
                    yield node.lineno, f"{kind}.{attr}"
            case ast.Call(func=ast.Name(id="Random"), args=[]):
                yield node.lineno, "Random without a seed"
            case ast.Call(func=ast.Name(id=called)) if called in IMPURE_CALLS:
                yield node.lineno, called


def reads_of_the_environment(tree: ast.AST) -> Iterator[int]:
    """Yield the line of each look at the environment variables."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv"):
                yield node.lineno
            case ast.ImportFrom(module="os", names=names):
                if {alias.name for alias in names} & {"environ", "environb", "getenv"}:
                    yield node.lineno


# ------------------------------------------------------------------- sizes


def test_no_file_is_too_long() -> None:
    lengths = {name(p): len(p.read_text().splitlines()) for p in tracked(".py", ".rs")}
    assert {n: length for n, length in lengths.items() if length > LINES_PER_FILE} == {}


def test_no_stub_is_too_long() -> None:
    lengths = {name(p): len(p.read_text().splitlines()) for p in tracked(".pyi")}
    assert {n: length for n, length in lengths.items() if length > LINES_PER_STUB} == {}


def test_no_python_function_is_too_long() -> None:
    found = [
        (f"{name(path)}:{line}", function, lines)
        for path in tracked(".py")
        for function, line, lines in python_functions(ast.parse(path.read_text()))
        if lines > LINES_PER_FUNCTION
    ]
    assert found == []


def test_no_rust_function_is_too_long() -> None:
    found = [
        (f"{name(path)}:{line}", function, lines)
        for path in tracked(".rs")
        for function, line, lines in functions(path.read_text())
        if lines > LINES_PER_FUNCTION
    ]
    assert found == []


def test_rust_functions_are_measured_past_strings_and_lifetimes() -> None:
    source = """
trait T { fn declared(&self, n: [u8; 2]); }
fn first<'a>(text: &'a str) -> char {
    let _ = "} \\" }"; // }
    let _ = r#"}"}"#; /* } */
    if text.is_empty() { '}' } else { '\\'' }
}
fn second() {}
"""
    assert list(functions(source)) == [("first", 3, 5), ("second", 8, 1)]


# ------------------------------------------------------------------ purity


def test_pure_packages_read_no_clock_no_chance_and_no_machine() -> None:
    found = [
        (f"{name(path)}:{line}", what)
        for package in PURE
        for path in sorted((SOURCE / package).rglob("*.py"))
        if not path.relative_to(SOURCE).as_posix().startswith(IMPURE)
        for line, what in impurities(ast.parse(path.read_text()))
    ]
    assert found == []


def test_an_impurity_is_seen() -> None:
    source = """
import os.path
from time import time_ns
from random import choice
random.seed(1)
datetime.now(UTC)
Random()
open("f")
"""
    seen = [what for _, what in impurities(ast.parse(source))]
    assert sorted(seen) == sorted(
        ["os", "time", "random", "random.seed", "datetime.now", "Random without a seed", "open"]
    )


def test_only_the_configuration_reads_the_environment() -> None:
    found = [
        f"{name(path)}:{line}"
        for path in sorted(SOURCE.rglob("*.py"))
        if path != SOURCE / "config.py"
        for line in reads_of_the_environment(ast.parse(path.read_text()))
    ]
    assert found == []


def test_the_core_reads_no_clock_no_chance_and_no_machine() -> None:
    impure = re.compile(r"\bstd::(time|env|fs|net|process|thread|io)\b|\brand::|\bpyo3\b")
    found = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "crates" / "crossbook-core" / "src").rglob("*.rs"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if impure.search(line.partition("//")[0])
    ]
    assert found == []


def test_the_compilers_and_clippy_guard_what_this_file_does_not() -> None:
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]
    assert workspace["lints"]["rust"]["unsafe_code"] == "deny"
    assert workspace["lints"]["clippy"]["unwrap_used"] == "deny"
    for member in workspace["members"]:
        crate = tomllib.loads((ROOT / member / "Cargo.toml").read_text())
        assert crate["lints"] == {"workspace": True}, member


# ------------------------------------------------------------------- names


def test_the_root_is_small() -> None:
    entries = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert len(entries) <= ROOT_ENTRIES, sorted(entries)


def test_names_are_nouns_of_the_trade() -> None:
    found = [
        name(path)
        for path in tracked()
        if NOT_NOUNS_OF_THE_TRADE
        & {part.partition(".")[0] for part in path.relative_to(ROOT).parts}
    ]
    assert found == []


def test_unit_tests_mirror_the_package() -> None:
    units = ROOT / "tests" / "unit"
    orphans = []
    for test in sorted(units.rglob("test_*.py")):
        module = SOURCE / test.relative_to(units).parent / test.stem.removeprefix("test_")
        if not (module.is_dir() or module.with_suffix(".py").is_file()):
            orphans.append(name(test))
    assert orphans == []


def venue_folders() -> dict[str, Path]:
    """Return the folder of each venue by its id."""
    folders = (SOURCE / "venues").glob("*/__init__.py")
    return {init.parent.name: init.parent for init in folders}


def test_a_venue_folder_holds_the_agreed_names() -> None:
    allowed = VENUE_FILES | {file.removesuffix(".py") for file in VENUE_FILES} | {"__pycache__"}
    found = {
        venue: sorted({entry.name for entry in folder.iterdir()} - allowed)
        for venue, folder in venue_folders().items()
    }
    assert {venue: names for venue, names in found.items() if names} == {}


def test_the_registry_knows_exactly_the_venue_folders() -> None:
    folders = set(venue_folders())
    assert not folders or set(import_module("crossbook.venues.registry").VENUES) == folders


def test_every_venue_folder_says_what_it_can_do() -> None:
    assert [
        v for v, folder in venue_folders().items() if not (folder / "README.md").is_file()
    ] == []


# ------------------------------------------------------------ one truth each


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    assert {project, workspace, crossbook.__version__} == {crossbook.__version__}


def test_the_repository_names_no_registry_and_no_machine() -> None:
    # Written in pieces, so that this file does not find itself.
    hosts = ["py" + "pi.org", "python" + "hosted.org", "crates" + ".io", "np" + "mjs."]
    homes = [f"/{folder}/" for folder in ("root", "home", "work", "Users")]
    leak = re.compile("|".join(rf"(?<![\w.]){re.escape(text)}" for text in hosts + homes))
    # Cargo writes this one into every lock file in the world.
    standard = "registry+https://github.com/rust-lang/crates" + ".io-index"
    found = []
    for path in tracked():
        text = path.read_bytes().decode(errors="replace")
        if path.name == "Cargo.lock":
            text = text.replace(standard, "")
        found += [f"{name(path)}: {hit.group()}" for hit in leak.finditer(text)]
    assert found == []


def test_the_pins_have_hashes_and_name_no_index() -> None:
    for file in ("requirements.lock", "requirements-peers.lock"):
        text = (ROOT / file).read_text()
        entries = re.split(r"\n(?! )", text.strip())
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert re.findall(r"--(?:extra-)?index-url|--find-links|://", text) == []
