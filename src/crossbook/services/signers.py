"""Keys from settings become what proves who connects."""

from crossbook.config import Secret, VenueConfig
from crossbook.errors import ConfigError
from crossbook.venues.kalshi.config import KalshiConfig
from crossbook.venues.stream import Signer

__all__ = ["signer_of"]


def signer_of(section: VenueConfig) -> Signer | None:
    """Return what signs the handshakes of a venue's public stream; `None`: nothing does.

    Raises:
        ConfigError: the key is not whole, cannot be read, or is none.
    """
    if not isinstance(section, KalshiConfig):
        return None
    key = section.private_key
    if key is None and section.private_key_file is not None:
        key = Secret.from_file(section.private_key_file)
    if key is None and section.api_key_id is None:
        return None
    if key is None or section.api_key_id is None:
        raise ConfigError("$.venues.kalshi", "a key has two parts: api_key_id and private_key_file")
    return _kalshi(section.api_key_id, key)


def _kalshi(key_id: str, key: Secret) -> Signer:
    try:
        # Whoever has no key needs no cryptography.
        from crossbook.venues.kalshi.signing import signer  # noqa: PLC0415
    except ImportError as error:
        reason = "signing needs the package cryptography: install crossbook[kalshi]"
        raise ConfigError("$.venues.kalshi", reason) from error
    try:
        return signer(key_id, key.reveal().encode())
    except ValueError as error:
        raise ConfigError("$.venues.kalshi.private_key_file", f"no private key: {error}") from error
