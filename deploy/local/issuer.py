"""The local issuer of bearer tokens: one Ed25519 key, its public half as a JWKS file."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm

ISSUER = "https://issuer.dermis.invalid/local"
_AUDIENCE = "dermis"
_LIFE = timedelta(days=1)


class Issuer:
    """Signs tokens as the stack's services verify them."""

    def __init__(self, private_key_pem: str) -> None:
        key = load_pem_private_key(private_key_pem.encode(), password=None)
        assert isinstance(key, Ed25519PrivateKey)
        self._key = key
        public = key.public_key().public_bytes_raw()
        self._key_id = hashlib.sha256(public).hexdigest()[:16]

    def jwks(self) -> str:
        """The public key as a JWKS document."""
        public = OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        named = {**public, "kid": self._key_id, "use": "sig", "alg": "EdDSA"}
        return json.dumps({"keys": [named]}, indent=1)

    def token(self, practice_id: str, subject: str, scopes: Iterable[str], now: datetime) -> str:
        """A bearer token of one practice, valid for a day of wall time."""
        claims = {
            "iss": ISSUER,
            "aud": _AUDIENCE,
            "sub": subject,
            "practice_id": practice_id,
            "scope": " ".join(scopes),
            "iat": now,
            "exp": now + _LIFE,
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._key_id})
