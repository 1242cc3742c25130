"""AuthorizationChanged: an authorization of the case was entered, answered or used."""

from typing import ClassVar

from shared.contracts.documents.base import Id
from shared.contracts.documents.visit import Authorization
from shared.contracts.event import Event


class AuthorizationChanged(Event):
    topic: ClassVar[str] = "dermis.authorization_changed.v1"
    owner: ClassVar[str] = "eligibility"
    consumers: ClassVar[tuple[str, ...]] = ("coding", "submission", "denials", "operations")

    visit_id: Id
    authorization: Authorization
