"""From bytes to resources: a bundle of any type, a single resource, or a notification."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from shared.fhir.node import Node
from shared.fhir.resources import Resources
from shared.kernel.refused import Refused

RESOURCES = 5_000
"""How many resources a bundle may carry."""

BUNDLES = frozenset({"message", "transaction", "collection", "document", "history", "batch",
                     "searchset", "subscription-notification"})  # fmt: skip

_IDLE = frozenset({"handshake", "heartbeat"})


class Unreadable(Refused):
    """The bytes are no FHIR resource. Says what is wrong, never a word of the bytes."""


@dataclass(frozen=True, slots=True)
class Notification:
    """What a subscription notification says of itself.

    subscription: its address. kind: handshake, heartbeat, event-notification … events: the count
    since the subscription began, as its sender has it.
    """

    subscription: str
    kind: str
    events: int | None

    @property
    def idle(self) -> bool:
        """Whether it only shows that the sender is there."""
        return self.kind in _IDLE


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent. kind: the resource's type, for a bundle that of its first one."""

    kind: str
    bundle: str | None
    resources: Resources
    notification: Notification | None = None
    test: bool = False

    @property
    def single(self) -> Node:
        """The first resource."""
        return next(iter(self.resources), Node())


def parse(body: bytes) -> Sent:
    """The resources of a body.

    Raises:
        Unreadable: no JSON object, no resourceType, a bundle of no known type or of too many.
    """
    try:
        document = Node(orjson.loads(body))
    except (orjson.JSONDecodeError, RecursionError):
        raise Unreadable("envelope-unreadable", "the body is not JSON") from None
    if not document.type:
        raise Unreadable("envelope-unreadable", "it is no FHIR resource", "/resourceType")
    if document.type != "Bundle":
        return Sent(document.type, None, Resources([("", document)]), test=_is_test(document))
    if document.text("type") not in BUNDLES:
        raise Unreadable("bundle-type", "a bundle of this type is not taken", "/type")
    entries = list(_entries(document))
    if len(entries) > RESOURCES:
        raise Unreadable("too-many", f"a bundle may carry {RESOURCES} resources", "/entry")
    said = _notification(document.text("type"), entries)
    carried = [each for each in entries if said is None or each[1].type not in _STATUS]
    kind = next((each.type for _, each in carried), "Bundle")
    test = any(_is_test(each) for each in (document, *(each for _, each in carried)))
    return Sent(kind, document.text("type"), Resources(carried), said, test)


_STATUS = ("Parameters", "SubscriptionStatus")


def _entries(bundle: Node) -> Iterator[tuple[str, Node]]:
    """(full URL, resource) of each entry; a deletion has none. Bundles inside are opened once."""
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource.type == "Bundle":
            for inner in resource["entry"]:
                if inner["resource"].type:
                    yield inner.text("fullUrl"), inner["resource"]
        elif resource.type:
            yield entry.text("fullUrl"), resource


def _is_test(resource: Node) -> bool:
    """Whether its tags mark it as test data (`HTEST`), which is never billed."""
    return any(each.text("code") == "HTEST" for each in resource["meta"]["tag"])


def _notification(bundle: str, entries: list[tuple[str, Node]]) -> Notification | None:
    """The status that a notification begins with: R4's Parameters or R4B's SubscriptionStatus."""
    if bundle not in ("history", "subscription-notification") or not entries:
        return None
    status = entries[0][1]
    if status.type == "SubscriptionStatus":
        return Notification(
            status["subscription"].text("reference"),
            status.text("type"),
            _count(status.text("eventsSinceSubscriptionStart")),
        )
    if status.type != "Parameters":
        return None
    said = {each.text("name"): each for each in status["parameter"]}
    events = said.get("events-since-subscription-start", Node())
    return Notification(
        said.get("subscription", Node())["valueReference"].text("reference"),
        said.get("type", Node()).text("valueCode"),
        _count(events.text("valueString") or events.text("valueUnsignedInt")),
    )


def _count(stated: str) -> int | None:
    return int(stated) if stated.isdecimal() and len(stated) < 19 else None
