"""What a local stack is made of: the seven services, the outside world, and their addresses."""

from collections.abc import Mapping

from deploy.local.ports import free_port

# In the order a case meets them; the address of each as the public contract gives it.
SERVICE_PORTS: Mapping[str, int] = {
    "eligibility": 8001,
    "documentation": 8002,
    "pathology": 8003,
    "coding": 8004,
    "submission": 8005,
    "denials": 8006,
    "operations": 8000,
}
SERVICES = tuple(SERVICE_PORTS)
CLEARINGHOUSE = "clearinghouse"
CONTRACT_PORTS: Mapping[str, int] = {**SERVICE_PORTS, CLEARINGHOUSE: 8010}

PRACTICE = "demo"


def free_ports() -> dict[str, int]:
    """Other ports for every part, so that two stacks can run side by side."""
    ports: dict[str, int] = {}
    for part in CONTRACT_PORTS:
        port = free_port()
        while port in ports.values():
            port = free_port()
        ports[part] = port
    return ports
