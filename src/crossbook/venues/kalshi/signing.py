"""Signatures of Kalshi: of the time, the method and the path, nothing else.

It needs the package `cryptography`, which `crossbook[kalshi]` brings.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from crossbook.venues.stream import Signer

__all__ = ["STREAM_PATH", "message", "sign", "signer"]

STREAM_PATH = "/trade-api/ws/v2"
"""What the handshake of the websocket is signed for, wherever it really goes."""

_MS = 1_000_000
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)

Sign = Callable[[bytes], bytes]


def message(now_ns: int, method: str, path: str) -> bytes:
    """Return what is signed: the query is not part of it.

    Examples:
        >>> message(1703123456789_000_000, "GET", "/trade-api/v2/markets?limit=5")
        b'1703123456789GET/trade-api/v2/markets'
    """
    return f"{now_ns // _MS}{method}{urlsplit(path).path}".encode()


def sign(pem: bytes) -> Sign:
    """Return what signs with a private key, which is read once.

    Args:
        pem: the key, PKCS#1 or PKCS#8, RSA or Ed25519, without a password.

    Raises:
        ValueError: it is no such key.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from error
    if isinstance(key, Ed25519PrivateKey):
        return key.sign
    if isinstance(key, RSAPrivateKey):
        return lambda text: key.sign(text, _PSS, hashes.SHA256())
    raise ValueError("the key is neither RSA nor Ed25519")


def signer(key_id: str, pem: bytes) -> Signer:
    """Return what proves at each handshake who connects: the time is signed, nothing is kept.

    Args:
        key_id: the name that Kalshi gave the key.
        pem: the private key.

    Raises:
        ValueError: it is none.
    """
    signed = sign(pem)

    def headers(now_ns: int) -> Sequence[tuple[str, str]]:
        signature = b64encode(signed(message(now_ns, "GET", STREAM_PATH))).decode()
        return (
            ("KALSHI-ACCESS-KEY", key_id),
            ("KALSHI-ACCESS-TIMESTAMP", str(now_ns // _MS)),
            ("KALSHI-ACCESS-SIGNATURE", signature),
        )

    return headers
