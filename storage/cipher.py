"""Sealing of personal fields and inbox payloads: AES-256-GCM, a fresh 96-bit nonce in front of each sealed value.

The context (table and column) is authenticated with the value, so a sealed name cannot be moved into another column.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class WrongKey(Exception):
    """The value was sealed with another key, or was altered."""


class Cipher:
    """Seals and opens with one secret; thread-safe. The secret may be any non-empty text or bytes."""

    def __init__(self, secret: bytes) -> None:
        self._aead = AESGCM(hashlib.sha256(b"tallyhand seal\0" + secret).digest())
        self._hash_key = hashlib.sha256(b"tallyhand hash\0" + secret).digest()

    def seal(self, value: bytes, context: bytes) -> bytes:
        """Return nonce + ciphertext + tag."""
        nonce = os.urandom(NONCE)
        return nonce + self._aead.encrypt(nonce, value, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Return what was sealed; raises WrongKey."""
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], context)
        except InvalidTag:
            raise WrongKey(context.decode()) from None

    def fingerprint(self, value: bytes) -> bytes:
        """A keyed hash: equal values have equal fingerprints, nobody without the key can test a guess."""
        return hmac.digest(self._hash_key, value, "sha256")
