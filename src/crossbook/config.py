"""Settings: YAML first, then the environment, then the command line; checked once, with paths.

What differs by program stands in the sections that it declares; how they are read stands here,
and nothing else in crossbook looks at the environment.
"""

import difflib
import os
import re
import tempfile
import types
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
import yaml

from crossbook.errors import ConfigError

__all__ = [
    "PLAIN_NAMES",
    "RestConfig",
    "Secret",
    "Section",
    "VenueConfig",
    "load",
    "plain",
    "runtime_folder",
]

PREFIX: Final = "CROSSBOOK__"
"""`CROSSBOOK__VENUES__KRAKEN__DEPTH` sets `venues.kraken.depth`."""
PLAIN_NAMES: Final[Mapping[str, str]] = types.MappingProxyType(
    {
        "REFRESH_INTERVAL_SECS": "catalogue.refresh_s",
    }
)
"""Names that are accepted, too, and what they set; the prefixed name of the same wins."""
_BYTES_MAX: Final = 1_048_576
_AT: Final = re.compile(r"(?P<reason>.*) - at `(?P<path>[^`]*)`$", re.DOTALL)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`")

T = TypeVar("T", bound="Section")


class Secret:
    """A text that nobody sees by accident: it prints as `***`, and no file of settings holds it.

    Examples:
        >>> Secret("hush")
        ***
        >>> Secret("hush").reveal()
        'hush'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, to sign with."""
        return self._text

    @classmethod
    def from_file(cls, path: Path) -> "Secret":
        """Return the content of a file, without the line's end.

        Raises:
            ConfigError: it cannot be read, is empty, or others may read it.
        """
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(str(path), f"the secret cannot be read: {error}") from error
        if not text:
            raise ConfigError(str(path), "the secret is empty")
        if os.name == "posix" and mode & 0o077:
            raise ConfigError(str(path), "others may read the secret: chmod 600 it")
        return cls(text)

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the configuration: a mistyped key is an error that names its path."""


class RestConfig(Section, frozen=True, kw_only=True):
    """How a venue is asked by REST."""

    deadline_s: Annotated[float, msgspec.Meta(gt=0)] = 15.0
    """A request with all its tries and waits ends within this time."""
    try_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0
    """One try ends within this time."""
    tries_max: Annotated[int, msgspec.Meta(ge=1, le=20)] = 4
    """Tries of one request."""
    connections_max: Annotated[int, msgspec.Meta(ge=1, le=256)] = 8
    """Connections at one time."""
    keep_alive_s: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """An idle connection is kept this long."""
    answer_bytes_max: Annotated[int, msgspec.Meta(ge=1)] = 67_108_864
    """A longer answer is refused; measured after it was unpacked."""
    waiting_max: Annotated[int, msgspec.Meta(ge=1)] = 1_000
    """Requests that may wait for one budget."""
    budget_share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.9
    """How much of the venue's limits is used at most."""
    failures_max: Annotated[int, msgspec.Meta(ge=1)] = 5
    """So many failures in a row open the circuit breaker."""


class VenueConfig(Section, frozen=True, kw_only=True):
    """What is set for each venue, whichever it is."""

    instruments: tuple[str, ...] = ()
    """What to watch: symbols, `BASE/QUOTE` pairs, tokens or tickers, in any accepted spelling."""
    ws_url: str | None = None
    """Where its public stream is; `None`: the venue's own address."""
    rest_url: str | None = None
    """Where its public REST is; `None`: the venue's own address."""
    rest_hosts: dict[str, str] = {}
    """Where its further REST hosts are, by name. Where `rest_url` is set, those not named here
    are there, too."""
    ca_file: Path | None = None
    """Certificate authorities to trust (PEM); `None`: those of the machine."""
    rest: RestConfig = RestConfig()
    """How it is asked by REST."""
    channels: tuple[Literal["book", "trades", "top"], ...] = ("book",)
    """What to subscribe to: `book`, `trades`, `top` (best prices)."""
    redundancy: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1
    """Sockets for each feed: 2 lets one freeze or fall without a gap."""
    instruments_per_socket_max: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Instruments on one socket; `None`: what the venue allows."""
    silence_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Replace a socket over which nothing came for this long; `None`: the venue's own figure."""
    audit_every_s: Annotated[float, msgspec.Meta(gt=0)] | None = 60.0
    """Compare a random live book with a REST snapshot this often; `None`: never."""


# ------------------------------------------------------------------- reading


def load(
    kind: type[T],
    file: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    overrides: Iterable[str] = (),
    amend: Callable[[dict[str, Any]], None] | None = None,
) -> T:
    """Return settings, checked.

    Args:
        kind: what the whole configuration consists of.
        file: a YAML document; `None`: defaults only. Paths in it are relative to its folder;
            those from elsewhere to the present one.
        environment: variables; `None`: those of this process.
        overrides: `path.to.setting=value`, from the command line; the last word.
        amend: may change the document's names before they are checked.

    Raises:
        ConfigError: something is wrong, and where.
    """
    document = _read(file) if file is not None else {}
    if amend is not None:
        amend(document)
    variables = os.environ if environment is None else environment
    for name, path in PLAIN_NAMES.items():
        if name in variables:
            _set(document, kind, path.split("."), variables[name], name)
    for name in sorted(variables):
        if name.startswith(PREFIX):
            keys = name.removeprefix(PREFIX).lower().split("__")
            _set(document, kind, keys, variables[name], name)
    for override in overrides:
        path, equals, text = override.partition("=")
        if not equals or not path.strip():
            raise ConfigError(override, "expected `path.to.setting=value`")
        _set(document, kind, path.strip().split("."), text, path)
    folder = file.parent if file is not None else Path()
    return _checked(kind, document, folder)


def runtime_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder for what processes of this user share while the machine runs."""
    variables = os.environ if environment is None else environment
    if folder := variables.get("XDG_RUNTIME_DIR"):
        return Path(folder) / "crossbook"
    user = getattr(os, "getuid", lambda: variables.get("USERNAME", "user"))()
    return Path(tempfile.gettempdir()) / f"crossbook-{user}"


def plain(settings: Section) -> dict[str, Any]:
    """Return settings as they are written down: for logs and reports, without secrets."""
    built = _masked(msgspec.to_builtins(settings, enc_hook=_shown))
    assert isinstance(built, dict)
    return built


def _masked(value: Any) -> Any:
    """Return it without the passwords of its addresses."""
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    if isinstance(value, str) and "://" in value:
        return re.sub(r"([?&]password=)[^&]*", r"\1***", re.sub(r"://.*@", "://***@", value))
    return value


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Path) else repr(value)


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # published without types
    """YAML as people mean it: a key comes once, and only true and false are booleans."""

    # `NO` is one side of a question here, `on` a word, and nothing is a date.
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [
            (tag, regexp)
            for tag, regexp in resolvers
            if tag.rpartition(":")[2] not in ("bool", "int", "timestamp")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 -- as it is called
        taken = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in taken:
                problem = "a key is no text" if key is None else f"`{key}` comes twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            taken.add(key)
        return super().construct_mapping(node, deep=deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
# Neither octal 010 nor sexagesimal 1:30.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _BYTES_MAX:
            raise ConfigError(str(file), f"larger than {_BYTES_MAX} bytes")
        document = yaml.load(file.read_bytes(), _Loader)  # noqa: S506 -- a SafeLoader
    except OSError as error:
        raise ConfigError(str(file), f"cannot be read: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError(str(file), f"no YAML: {error.problem}{line}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(str(file), f"no YAML: {error}") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ConfigError(str(file), "expected settings by name")
    return document


def _set(
    document: dict[str, Any], kind: type[Section], keys: list[str], text: str, source: str
) -> None:
    """Put a text into a document where its path leads, as the type that is wanted there."""
    wanted: Any = kind
    place = document
    for depth, key in enumerate(keys):
        wanted = _child(wanted, key)
        if wanted is None:
            raise ConfigError(_path(keys[: depth + 1]), f"unknown setting, from {source}")
        if depth + 1 < len(keys):
            below = place.get(key)
            place[key] = place = dict(below) if isinstance(below, dict) else {}
    place[keys[-1]] = _value(wanted, text, _path(keys), source)


def _path(keys: Iterable[str]) -> str:
    return ".".join(("$", *keys))


def _child(wanted: Any, key: str) -> Any:
    """Return the type of a setting within a section; `None`: it has none of that name."""
    for kind in _choices(wanted):
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return get_type_hints(kind, include_extras=True).get(key)
        if get_origin(kind) is dict:
            return get_args(kind)[1]
    return None


def _choices(wanted: Any) -> list[Any]:
    """Return what a type may be, without `None` and bounds."""
    if get_origin(wanted) is Annotated:
        return _choices(get_args(wanted)[0])
    if get_origin(wanted) in (Union, types.UnionType):
        return [kind for each in get_args(wanted) for kind in _choices(each)]
    return [] if wanted is type(None) else [wanted]


def _value(wanted: Any, text: str, path: str, source: str) -> Any:
    choices = _choices(wanted)
    if Secret in choices:
        return Secret(text)
    if Path in choices:
        # A path in the file is relative to the file; whoever types one stands somewhere else.
        return str(Path(text).expanduser().absolute())
    if choices == [str]:
        return text
    try:
        return yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigError(path, f"no YAML, from {source}") from error


def _checked(kind: type[T], document: dict[str, Any], folder: Path) -> T:
    def build(wanted: type, value: object) -> object:
        if isinstance(value, wanted):
            return value
        if wanted is Path and isinstance(value, str):
            return folder / Path(value).expanduser()
        if wanted is Secret:
            raise ValueError("a secret stands in a file of its own or in the environment")
        raise TypeError(f"Expected `{wanted.__name__}`, got `{type(value).__name__}`")

    try:
        return msgspec.convert(document, kind, dec_hook=build)
    except msgspec.ValidationError as error:
        raise _located(kind, error) from error


def _located(kind: type[Section], error: msgspec.ValidationError) -> ConfigError:
    found = _AT.match(str(error))
    reason, path = (found["reason"], found["path"]) if found else (str(error), "$")
    unknown = _UNKNOWN.match(reason)
    if unknown is None:
        return ConfigError(path, reason)
    close = difflib.get_close_matches(unknown["key"], _names(kind, path), n=1)
    hint = f": did you mean `{close[0]}`?" if close else ""
    return ConfigError(f"{path}.{unknown['key']}", f"unknown setting{hint}")


def _names(kind: type[Section], path: str) -> list[str]:
    wanted: Any = kind
    for key in path.split(".")[1:]:
        wanted = _child(wanted, key)
    for choice in _choices(wanted):
        if isinstance(choice, type) and issubclass(choice, msgspec.Struct):
            return list(choice.__struct_fields__)
    return []
