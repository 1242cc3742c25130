"""An EHR: sends visits and encounters; an addendum is the encounter again, as signed now."""

from collections.abc import Mapping, Sequence

import httpx

from deploy.simulators.partner import Document, Partner, Posted
from deploy.simulators.webhooks import Source, source_for


class Ehr:
    """Posts contract documents to eligibility and documentation.

    urls: the address of each service by name. sources: what the practice registered.
    """

    def __init__(
        self, client: httpx.AsyncClient, urls: Mapping[str, str], sources: Sequence[Source]
    ) -> None:
        self._visits = Partner(
            client, urls["eligibility"], source_for(sources, "eligibility", "dermis")
        )
        self._encounters = Partner(
            client, urls["documentation"], source_for(sources, "documentation", "dermis")
        )

    async def visit(self, document: Document, *, webhook_id: str | None = None) -> Posted:
        """Send a visit: booked, arrived, cancelled or no-show, as it says."""
        return await self._visits.post(document, webhook_id=webhook_id)

    async def encounter(self, document: Document, *, webhook_id: str | None = None) -> Posted:
        """Send a signed encounter, or its addendum."""
        return await self._encounters.post(document, webhook_id=webhook_id)
