"""The resources at hand, found by the references that name them."""

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from shared.fhir.node import Node

_DEEPEST = 64


class Resources:
    """Resources by address: `Type/id`, full URL, `urn:uuid:…`, and `#id` for contained ones."""

    def __init__(self, found: Iterable[tuple[str, Node]]) -> None:
        """`found`: (full URL or "", resource)."""
        self._all = list(found)
        self._by_address: dict[str, Node] = {}
        for address, resource in self._all:
            for name in (address, self.address(resource)):
                if name:
                    self._by_address.setdefault(name, resource)

    @staticmethod
    def address(resource: Node) -> str:
        """`Type/id`; empty where it has no id."""
        name = resource.text("id")
        return f"{resource.type}/{name}" if name and resource.type else ""

    def __iter__(self) -> Iterator[Node]:
        return (resource for _, resource in self._all)

    def of(self, *types: str) -> list[Node]:
        """The resources of these types."""
        return [each for each in self if each.type in types]

    def find(self, reference: Node, inside: Node | None = None) -> Node:
        """What a Reference leads to, or nothing; `inside` is the resource that may contain it."""
        named = reference.text("reference")
        if named.startswith("#") and inside is not None:
            held = (each for each in inside["contained"] if each.text("id") == named[1:])
            return next(held, Node())
        return self._by_address.get(named) or self._by_address.get(relative(named)) or Node()

    def with_these(self, more: Iterable[Node]) -> "Resources":
        """These and more; what was here first is found first."""
        return Resources([*self._all, *(("", each) for each in more)])

    def unknown(self) -> set[str]:
        """The addresses (`Type/id`) that references name and nothing here has."""
        named: set[str] = set()
        waiting: list[object] = [each.value for each in self]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                reference = value.get("reference")
                if isinstance(reference, str) and reference not in self._by_address:
                    named.add(relative(reference))
                waiting += value.values()
            elif isinstance(value, list):
                waiting += value
        return {
            each
            for each in named
            if "/" in each and not each.startswith("#") and each not in self._by_address
        }

    def members(self, references: Node, inside: Node, by: str = "hasMember") -> list[Node]:
        """What references lead to, and what that refers to in turn (`hasMember`), each once."""
        found: dict[int, Node] = {}
        waiting = [(each, inside, 0) for each in references]
        while waiting:
            reference, holder, depth = waiting.pop(0)
            resource = self.find(reference, holder)
            if resource and id(resource.value) not in found and depth < _DEEPEST:
                found[id(resource.value)] = resource
                waiting += [(each, resource, depth + 1) for each in resource[by]]
        return list(found.values())


def relative(reference: str) -> str:
    """`Type/id` of a reference, whatever address or version stands around it."""
    steps = unquote(reference).split("/_history/")[0].split("/")
    return "/".join(steps[-2:])
