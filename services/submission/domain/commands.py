"""What can be asked of a case, and what the handlers read beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.submission.domain.acknowledgement import Verdict
from services.submission.domain.claim import Hold
from services.submission.domain.profile import Profiles
from shared.x12.remittance import RemittanceClaim


@dataclass(frozen=True, slots=True)
class References:
    """Profiles of the practices that the transaction works for."""

    profiles: Mapping[str, Profiles]

    def of(self, practice_id: str) -> Profiles:
        """What is known of a practice and its payers; nothing where nothing was put."""
        return self.profiles.get(practice_id) or Profiles(None, {})


@dataclass(frozen=True, slots=True)
class HandOver:
    """Of a practice: hand a stored file to its route."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class PutIntoFile:
    """A ready version stands in a stored file."""

    claim_id: str
    version: int
    batch_id: str


@dataclass(frozen=True, slots=True)
class FileTaken:
    """The route took the file that holds this version."""

    claim_id: str
    version: int
    batch_id: str
    interchange_control_number: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The route of this file is closed: a version nobody acknowledged goes by another (DU-4)."""

    claim_id: str
    version: int
    batch_id: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A version that was ready may not leave, or its file was refused by the route."""

    claim_id: str
    version: int
    hold: Hold


@dataclass(frozen=True, slots=True)
class LookAgain:
    """A profile has changed: what waits for one is decided again."""


@dataclass(frozen=True, slots=True)
class Release:
    """A person has mended what held a claim: it is decided again."""

    claim_id: str


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A verdict of a TA1, 999, 277CA or 277 on one version."""

    claim_id: str
    version: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PostRemittance:
    """One CLP of a balanced transaction set, matched to one version."""

    claim_id: str
    version: int
    remittance_id: UUID
    position: int
    claim: RemittanceClaim
    trace_number: str
    payment_date: date
    received_on: date
