"""The environment variables of each part of a local stack."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from deploy.local.credentials import Credentials
from deploy.local.issuer import ISSUER
from deploy.local.parts import CLEARINGHOUSE, SERVICE_PORTS
from deploy.local.ports import HOST
from shared.db.migrations import relay_role, service_role

# Who keeps what came from outside, and who may open a visit's sealed subject.
VAULTS = ("eligibility", "documentation", "pathology", "submission")
SUBJECTS = ("eligibility", "submission")


def service_environment(
    service: str,
    *,
    owner_url: str,
    bootstrap: str,
    idempotence: bool,
    ports: Mapping[str, int],
    home: Path,
    credentials: Credentials,
) -> dict[str, str]:
    """What a service's settings read; every secret only where it is needed."""
    prefix = service.upper()
    variables = {
        "HOST": HOST,
        "KAFKA_BOOTSTRAP": bootstrap,
        "KAFKA_IDEMPOTENCE": "true" if idempotence else "false",
        "KAFKA_PARTITIONS": "4",  # the embedded broker always has four
        "JWKS_FILE": str(home / "jwks.json"),
        "JWT_ISSUER": ISSUER,
        "CLOCK_FILE": str(home / "clock"),
        f"{prefix}_PORT": str(ports[service]),
        f"{prefix}_DATABASE_URL": role_url(
            owner_url, service_role(service), credentials.password(service)
        ),
        f"{prefix}_RELAY_DATABASE_URL": role_url(
            owner_url, relay_role(service), credentials.password(f"{service}.relay")
        ),
    }
    if service in VAULTS:
        variables[f"{prefix}_VAULT_KEYS"] = credentials.keyring(service)
    if service in SUBJECTS:
        variables["SUBJECT_KEYS"] = credentials.keyring("subject")
    if service == "submission":
        variables["SUBMISSION_CLEARINGHOUSE_URL"] = f"http://{HOST}:{ports[CLEARINGHOUSE]}"
        variables["SUBMISSION_CLEARINGHOUSE_API_KEY"] = credentials.password(CLEARINGHOUSE)
        variables["SUBMISSION_QUIET_SECONDS"] = "5"
    return _base(service) | variables


def clearinghouse_environment(credentials: Credentials) -> dict[str, str]:
    """What the clearinghouse simulator reads."""
    return _base(CLEARINGHOUSE) | {"CLEARINGHOUSE_API_KEY": credentials.password(CLEARINGHOUSE)}


def role_url(owner_url: str, role: str, password: str) -> str:
    """The owner's database, as another role."""
    parts = urlsplit(owner_url)
    address = parts.netloc.rsplit("@", 1)[-1]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{address}"))


def _base(part: str) -> dict[str, str]:
    """This process's environment without the variables of other parts."""
    prefixes = tuple(f"{service.upper()}_" for service in SERVICE_PORTS if service != part)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    kept.pop("DATABASE_URL", None)  # the owner's: no service may hold it
    return kept | {"PYTHONUNBUFFERED": "1"}
