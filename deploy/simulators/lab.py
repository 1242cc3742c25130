"""A pathology lab: sends results as it reports them, early, late, corrected, twice."""

from collections.abc import Mapping, Sequence

import httpx

from deploy.simulators.partner import Document, Partner, Posted
from deploy.simulators.webhooks import Source, source_for


class Lab:
    """Posts pathology results."""

    def __init__(
        self, client: httpx.AsyncClient, urls: Mapping[str, str], sources: Sequence[Source]
    ) -> None:
        self._results = Partner(
            client, urls["pathology"], source_for(sources, "pathology", "dermis")
        )

    async def result(self, document: Document, *, webhook_id: str | None = None) -> Posted:
        """Send a result: preliminary, final, corrected, cancelled, as it says."""
        return await self._results.post(document, webhook_id=webhook_id)
