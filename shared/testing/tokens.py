"""Bearer tokens for tests, of an issuer whose keys stand in a file."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from shared.http.credentials import AUDIENCE
from shared.http.scopes import SCOPES
from shared.kernel.clock import Clock

ISSUER = "https://issuer.test.invalid"
_KEY_ID = "test"


class Tokens:
    """Signs tokens of any practice; `jwks_file` is what services verify them with."""

    def __init__(self, directory: Path) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.jwks_file = directory / "jwks.json"
        public = OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        keys = {"keys": [{**public, "kid": _KEY_ID, "alg": "EdDSA", "use": "sig"}]}
        self.jwks_file.write_text(json.dumps(keys))

    def bearer(
        self,
        practice_id: str,
        *scopes: str,
        subject: str = "tester",
        expires_at: datetime | None = None,
        issuer: str = ISSUER,
    ) -> dict[str, str]:
        """The `Authorization` header of a caller; without scopes named, one who may do all."""
        claims = {
            "iss": issuer,
            "aud": AUDIENCE,
            "sub": subject,
            "practice_id": practice_id,
            "scope": " ".join(scopes or SCOPES),
            "exp": expires_at or Clock().wall() + timedelta(hours=1),
        }
        token = jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": _KEY_ID})
        return {"Authorization": f"Bearer {token}"}
