"""Settings of Kalshi."""

from pathlib import Path

from crossbook.config import Secret, VenueConfig

__all__ = ["KalshiConfig"]


class KalshiConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of Kalshi: books come whole and prices of NO as such, there is nothing to choose.

    Its public stream wants to know who connects: without a key there is REST only.
    """

    api_key_id: str | None = None
    """The name that Kalshi gave the key."""
    private_key_file: Path | None = None
    """File with the private key (PEM), which nobody else may read."""
    private_key: Secret | None = None
    """The private key itself, from the environment."""
