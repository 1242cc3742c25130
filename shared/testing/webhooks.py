"""Signed posts, as a partner would make them."""

from datetime import datetime

from standardwebhooks.webhooks import Webhook

from shared.kernel.clock import Clock
from shared.kernel.ids import new_id

SECRET = "whsec_dGVzdC1zZWNyZXQtb2YtMzItYnl0ZXMtZm9yLXRlc3Rz"  # noqa: S105 - tests' own
OTHER_SECRET = "whsec_b3RoZXItc2VjcmV0LW9mLTMyLWJ5dGVzLWZvci10ZXN0cw"  # noqa: S105


def signed_headers(
    body: bytes,
    *,
    secret: str = SECRET,
    webhook_id: str | None = None,
    at: datetime | None = None,
    media_type: str = "application/json",
) -> dict[str, str]:
    """The headers of a Standard Webhooks post of this body."""
    named = webhook_id or f"msg_{new_id()}"
    instant = at or Clock().wall()
    return {
        "webhook-id": named,
        "webhook-timestamp": str(int(instant.timestamp())),
        "webhook-signature": Webhook(secret).sign(named, instant, body.decode()),
        "content-type": media_type,
    }
