"""Signatures of a release: Ed25519, detached, over the bytes of a file, checkable with openssl alone.

``openssl pkeyutl -verify -pubin -inkey signing_key.pem -rawin -in manifest.json -sigfile manifest.json.sig``
"""

import base64
import binascii
import hashlib
import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from flows.settings import Settings, WrongSetting

PUBLIC_KEY = "signing_key.pem"
SUFFIX = ".sig"
_PEM_END = "-----END PUBLIC KEY-----"
# Everybody can make this key: it shows that signing works and proves nothing about who signed.
_DEMO_SEED = hashlib.sha256(b"veerkracht: key of the demonstration, known to all").digest()


@dataclass(frozen=True)
class Signer:
    """A signing key, and whether it is the one of the demonstration."""

    key: Ed25519PrivateKey
    is_demo_key: bool

    @classmethod
    def of(cls, settings: Settings) -> "Signer":
        """The key of ``VEERKRACHT_SIGNING_KEY`` (base64 of 32 bytes), the demonstration's where it is not set.

        Raises:
            WrongSetting: when it is no such key; its value is not repeated.
        """
        if settings.signing_key is None:
            return cls(Ed25519PrivateKey.from_private_bytes(_DEMO_SEED), True)
        try:
            seed = base64.b64decode(settings.signing_key.get_secret_value(), validate=True)
            return cls(Ed25519PrivateKey.from_private_bytes(seed), False)
        except (binascii.Error, ValueError):
            raise WrongSetting(
                "VEERKRACHT_SIGNING_KEY is geen base64 van 32 bytes / is not base64 of 32 bytes (openssl rand "
                "-base64 32)"
            ) from None

    @property
    def public_pem(self) -> str:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, path: Path) -> Path:
        """Write the signature of a file beside it; the signature's path."""
        signature = path.with_name(path.name + SUFFIX)
        with _mapped(path) as content:
            signature.write_bytes(self.key.sign(content))
        return signature


def trusted_keys(settings: Settings) -> list[str]:
    """The public keys a release may be signed with: that of the configured key, and those trusted beside it.

    Raises:
        WrongSetting: when the file of trusted keys is not there, or holds none or something else.
    """
    trusted = []
    if settings.trusted_keys:
        try:
            text = settings.trusted_keys.read_text(encoding="utf-8")
            trusted = [f"{part}{_PEM_END}\n" for part in text.split(_PEM_END)[:-1]]
            for pem in trusted or [text]:
                _public_key(pem)
        except (OSError, ValueError):
            raise WrongSetting(
                f"VEERKRACHT_TRUSTED_KEYS: {settings.trusted_keys} is geen PEM-bestand met publieke Ed25519-sleutels"
                " / is no PEM file of public Ed25519 keys"
            ) from None
    return [Signer.of(settings).public_pem, *trusted]


def signed_with(path: Path, keys: Sequence[str]) -> bytes | None:
    """The bytes of a file that the signature beside it is of, by one of these keys; never of what a link leads to.

    Raises:
        ValueError: when a key is none.
    """
    public = [_public_key(pem) for pem in keys]
    if not _is_with_its_signature(path):
        return None
    content = path.read_bytes()
    return content if _holds(path, content, public) else None


def is_signed_with(path: Path, keys: Sequence[str]) -> bool:
    """Whether `signed_with` gives the bytes of a file; a database may have gigabytes of them, which stay on disk."""
    public = [_public_key(pem) for pem in keys]
    if not _is_with_its_signature(path):
        return False
    with _mapped(path) as content:
        return _holds(path, content, public)


def _is_with_its_signature(path: Path) -> bool:
    return all(each.is_file() and not each.is_symlink() for each in (path, path.with_name(path.name + SUFFIX)))


def _holds(path: Path, content: bytes | memoryview, keys: Sequence[Ed25519PublicKey]) -> bool:
    """Whether the signature beside a file is of this content, by one of these keys."""
    signed = path.with_name(path.name + SUFFIX).read_bytes()
    for key in keys:
        with suppress(InvalidSignature):
            key.verify(signed, content)
            return True
    return False


@contextmanager
def _mapped(path: Path) -> Iterator[bytes | memoryview]:
    """The content of a file where it lies."""
    with path.open("rb") as file:
        if not path.stat().st_size:  # of nothing there is no map
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as content:
            yield content


def _public_key(pem: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(
            "dit is geen publieke Ed25519-sleutel in PEM-vorm; een uitgave heeft er een in"
            " / this is no public Ed25519 key in PEM form; a release has one in signing_key.pem"
        )
    return key
