"""Signatures verify with the public key, and belong to one time."""

from base64 import b64decode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)

from crossbook.venues.kalshi.signing import STREAM_PATH, message, sign, signer

NOW_NS = 1_703_123_456_789_000_000
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
SEED = bytes(range(32))

# Made with another program for the public description of the scheme.
PUBLIC = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzFqwRbd2zwQO1JvC4BhAjoNQujECq+MMzaZr86uBbVqxTufI"
    "3Dy9iPlAUsKqcjTI0seaXZl3jOOE6jUj5/vxvjQgNxwVqrxgJpnImeN/NZTabDk+dmhPTXcRcnYJgrdqqrOcxrPNIqdP"
    "WcDFQUx2z3dXN0nersxOTdg98PNJi36RkYgFXEvUsuQ0mFep89WSaeBtx7+RM8u4xbMmA4kJK+e07XErV3YoIzBoVQM+"
    "5iwnL/z8DVtwIe0vKj7HwD0Yk5nL4Exz8Iu/uSyZVk6qN4SHRXBfwnFZT6FUPcIhMz4FSwvL1bdaiViBdwPjNOLHWjr0"
    "m/FcPHJg9HLwvupj3QIDAQAB"
)
SIGNATURE = (
    "Z0zsu7NvDBdAoQEh8SE5W4/n5q4bMqOwrCe3X1BPvLVfGgLkBxlq47ZAN5PQbEwyVBM+S6UuTwOna66I+wShqDeFuF3W"
    "ViyWls78wB9aNHi6hO2Y4yJj31U0XFzUGlVUW5YaLRhGz009IS7jwE9Q0XdMXxP/A5u3YQPx3M7UT54Wq8ym8YnAaGxl"
    "F1lU6L0n8l+8JJFc+b2aMnR9CGqWOkr/QQEJzNaf4lJI/TdDbt2BYAShuIMFwaPY7x/TASR3AajsVDAfSaJCbCx/5IHF"
    "cO8BVohtGRb/CvH1wfOo+llcGQwvdlPTWLePhyfX4fi5cecwtYNlJvlkindrJf4dMg=="
)


def pem(
    key: rsa.RSAPrivateKey | Ed25519PrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat
) -> bytes:
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def test_the_message_is_time_method_and_path() -> None:
    assert message(NOW_NS, "GET", STREAM_PATH) == b"1703123456789GET/trade-api/ws/v2"


def test_the_scheme_is_the_published_one() -> None:
    key = load_der_public_key(b64decode(PUBLIC))
    assert isinstance(key, rsa.RSAPublicKey)
    text = message(NOW_NS, "GET", STREAM_PATH)
    key.verify(b64decode(SIGNATURE), text, PSS, hashes.SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(b64decode(SIGNATURE), text + b"?", PSS, hashes.SHA256())


def test_an_ed25519_key_gives_the_published_signature() -> None:
    signed = sign(pem(Ed25519PrivateKey.from_private_bytes(SEED), PrivateFormat.PKCS8))
    assert signed(message(NOW_NS, "GET", STREAM_PATH)) == b64decode(
        "GpkXLSIK8avqVF1CPnKos7fulth1qYoYZjI5qzovCmuzcKV0/qCnl8R5kVmiu2d6dLYPcYVo2r2OgcCWv1uwAw=="
    )


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_headers_verify_and_each_handshake_has_its_own(form: PrivateFormat) -> None:
    headers = signer("key", pem(RSA, form))
    first, second = dict(headers(NOW_NS)), dict(headers(NOW_NS + 10**9))
    assert first["KALSHI-ACCESS-KEY"] == "key"
    assert first["KALSHI-ACCESS-TIMESTAMP"] == "1703123456789"
    assert second["KALSHI-ACCESS-TIMESTAMP"] == "1703123457789"
    for found, now_ns in ((first, NOW_NS), (second, NOW_NS + 10**9)):
        RSA.public_key().verify(
            b64decode(found["KALSHI-ACCESS-SIGNATURE"]),
            message(now_ns, "GET", STREAM_PATH),
            PSS,
            hashes.SHA256(),
        )


@pytest.mark.parametrize(
    "text",
    [b"", b"no key", pem(ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8)],
    ids=["empty", "text", "another kind"],
)
def test_what_is_no_such_key_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the library's words differ by version
        sign(text)
