"""Keys come from a file or the environment, whole or not at all."""

import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from crossbook.config import Secret
from crossbook.errors import ConfigError
from crossbook.services.settings import load_settings
from crossbook.services.signers import signer_of
from crossbook.venues.kalshi.config import KalshiConfig
from crossbook.venues.kraken.config import KrakenConfig

PEM = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_key_from_a_file_or_the_environment_signs(tmp_path: Path) -> None:
    file = tmp_path / "kalshi.pem"
    file.write_bytes(PEM)
    file.chmod(0o600)
    name = "CROSSBOOK__VENUES__KALSHI__"
    for more in ({f"{name}PRIVATE_KEY": PEM.decode()}, {f"{name}PRIVATE_KEY_FILE": str(file)}):
        settings = load_settings(environment={f"{name}API_KEY_ID": "me", **more})
        signer = signer_of(settings.by_venue()["kalshi"])
        assert signer is not None
        assert dict(signer(0))["KALSHI-ACCESS-KEY"] == "me"


def test_without_a_key_nobody_signs() -> None:
    assert signer_of(KalshiConfig()) is None
    assert signer_of(KrakenConfig()) is None


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        (KalshiConfig(api_key_id="me"), "two parts"),
        (KalshiConfig(private_key=Secret(PEM.decode())), "two parts"),
        (KalshiConfig(api_key_id="me", private_key=Secret("hush")), "no private key"),
        (KalshiConfig(api_key_id="me", private_key_file=Path("absent")), "cannot be read"),
    ],
)
def test_half_a_key_is_an_error(section: KalshiConfig, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as raised:
        signer_of(section)
    assert "hush" not in str(raised.value)


def test_what_signing_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crossbook.venues.kalshi.signing", None)
    with pytest.raises(ConfigError, match=r"crossbook\[kalshi\]"):
        signer_of(KalshiConfig(api_key_id="me", private_key=Secret(PEM.decode())))
