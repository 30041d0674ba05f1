"""The whole configuration: a section for every part, checked before anything runs."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from crossbook.config import Section, VenueConfig, load
from crossbook.errors import ConfigError, SymbolError
from crossbook.live.settings import LiveSettings
from crossbook.model.identifiers import canonical_venue
from crossbook.storage.recorder import RecorderConfig
from crossbook.venues.registry import VENUES

__all__ = [
    "BudgetConfig",
    "CatalogueConfig",
    "LogConfig",
    "Settings",
    "SimConfig",
    "VenuesConfig",
    "load_settings",
    "located",
]


class LogConfig(Section, frozen=True, kw_only=True):
    """What is written to the standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """What matters less is left out."""
    form: Literal["text", "json"] = "text"
    """`text`: a line of words and `name=value`. `json`: an object a line."""


class BudgetConfig(Section, frozen=True, kw_only=True):
    """Who shares the venues' limits on REST with this process."""

    url: str = "file://"
    """`file://`: all processes of this user on this machine. `file:///a/file`: all that name that
    file. `redis://127.0.0.1:6379/0`: all that name that server, on any machine; needs the extra
    `redis`. `memory://`: nobody."""


class CatalogueConfig(Section, frozen=True, kw_only=True):
    """How the venues' lists of instruments are kept."""

    refresh_s: Annotated[float, msgspec.Meta(gt=0)] = 300.0
    """They are read anew this often."""
    pages_max: Annotated[int, msgspec.Meta(ge=1)] = 1_000
    """A list of more pages is an error."""


class SimConfig(Section, frozen=True, kw_only=True):
    """Simulated venues in the place of real ones."""

    addresses_file: Path | None = None
    """What `crossbook sim --json` printed: where a venue has no address in this configuration, it
    is at the one that is there. `None`: the venues' own addresses."""


VenuesConfig: Final[Any] = msgspec.defstruct(
    "VenuesConfig",
    [(name, venue.config | None, None) for name, venue in VENUES.items()],
    bases=(Section,),
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    module=__name__,
)
"""One field for each venue that is built in, of its own kind of section; `None`: not wanted."""


class Settings(Section, frozen=True, kw_only=True):
    """Everything that can be set."""

    venues: Annotated[VenuesConfig, "by lower-case id"] = VenuesConfig()
    """What is connected to: a venue that is not named is left alone."""
    live: LiveSettings = LiveSettings()
    """How connections behave."""
    budget: BudgetConfig = BudgetConfig()
    """Who shares the venues' limits."""
    catalogue: CatalogueConfig = CatalogueConfig()
    """How lists of instruments are kept."""
    recorder: RecorderConfig | None = None
    """Where what comes is recorded; `None`: nowhere."""
    log: LogConfig = LogConfig()
    """What is logged."""
    sim: SimConfig = SimConfig()
    """Simulated venues."""
    seed: int | None = None
    """Of chance, for jitter; `None`: another one each time."""
    runtime_folder: Path | None = None
    """For what processes of this machine share; `None`: the user's own one."""

    def by_venue(self) -> dict[str, VenueConfig]:
        """Return the sections of the venues that are wanted, by id, in the registry's order."""
        found = {name: getattr(self.venues, name) for name in VENUES}
        return {name: config for name, config in found.items() if config is not None}


def load_settings(
    file: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    overrides: Iterable[str] = (),
) -> Settings:
    """Return the configuration, with the addresses of simulated venues where it asks for them.

    Args:
        file: a YAML document; `None`: defaults only.
        environment: variables; `None`: those of this process.
        overrides: `path.to.setting=value`, from the command line.

    Raises:
        ConfigError: something is wrong, and where.
    """
    settings = load(
        Settings, file, environment=environment, overrides=overrides, amend=_use_known_names
    )
    return located(settings)


def located(settings: Settings) -> Settings:
    """Return settings in which the addresses of simulated venues are filled in.

    Raises:
        ConfigError: the file of addresses cannot be used.
    """
    file = settings.sim.addresses_file
    if file is None:
        return settings
    addresses = _addresses(file)
    sections = {
        name: _placed(config, addresses[name])
        for name, config in settings.by_venue().items()
        if name in addresses
    }
    venues = msgspec.structs.replace(settings.venues, **sections)
    return msgspec.structs.replace(settings, venues=venues)


class _Addresses(msgspec.Struct):
    venues: dict[str, dict[str, str]]


def _addresses(file: Path) -> dict[str, dict[str, str]]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Addresses).venues
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = f"not what `crossbook sim --json` prints: {error}"
        raise ConfigError(str(file), reason) from error


def _placed(config: VenueConfig, urls: Mapping[str, str]) -> VenueConfig:
    """Return a section whose addresses are those of a simulated venue, unless it has its own."""
    hosts = {name: url for name, url in urls.items() if name not in ("rest", "ws")}
    return msgspec.structs.replace(
        config,
        ws_url=config.ws_url or urls.get("ws"),
        rest_url=config.rest_url or urls.get("rest"),
        rest_hosts={**hosts, **config.rest_hosts},
    )


def _use_known_names(document: dict[str, Any]) -> None:
    """Let a venue be named as everywhere else: in any case, or by an alias such as `gate`."""
    venues = document.get("venues")
    if not isinstance(venues, dict):
        return
    named: dict[str, Any] = {}
    for name, section in venues.items():
        known = _known(name)
        if known in named:
            raise ConfigError(f"$.venues.{name}", f"{known} comes twice")
        # A name alone, without settings, means the defaults.
        named[known] = {} if section is None else section
    document["venues"] = named


def _known(name: str) -> str:
    try:
        return canonical_venue(name)
    except SymbolError:
        return name
