"""The whole chain against its limit: `make bench` (CASES=400, RATE=15 events per second).

Real: the seven services take visits and encounters as signed webhooks; what they tell is held back
by the relays' locks until all is there, then let go at once, and timed until every service has it.
Limit: as many events over the same hops, in a process per service, without logic (`limit.py`).
Both in this run, on this machine, on the same broker and PostgreSQL.
"""

import asyncio
import os
import signal
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.measure import Measured, report
from bench.real import Real
from bench.without import Limit
from deploy.local.parts import SERVICES, free_ports
from deploy.local.stack import Stack
from shared.kernel.clock import Clock

CASES = int(os.environ.get("CASES", "400"))
EVENTS_PER_SECOND = float(os.environ.get("RATE", "15"))
SECONDS = 12.0


async def measure(stack: Stack) -> tuple[Measured, Measured]:
    """Both, first the real one; its processes stand still while the other runs."""
    real = Real(stack)
    await real.open()
    drained = await real.drain(CASES)
    passages = await real.gently(EVENTS_PER_SECOND, SECONDS)
    latencies = [passage.whole for passage in passages]
    measured = replace(drained, latencies=latencies, passages=passages)
    shape = await real.shape()
    await real.close()
    for service in SERVICES:
        stack.kill(service, signal.SIGSTOP)
    limit = Limit(stack.owner_url, stack.bootstrap, shape)
    try:
        await limit.open()
        drained = await limit.drain()
        gentle = await limit.gently(EVENTS_PER_SECOND, SECONDS)
    finally:
        await limit.close()
        for service in SERVICES:
            stack.kill(service, signal.SIGCONT)
    return measured, replace(drained, latencies=gentle)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="dermis-bench-") as home:
        stack = Stack(Path(home), ports=free_ports(), rate=1.0, business0=Clock().wall(), say=print)
        try:
            stack.start()
            real, limit = asyncio.run(measure(stack))
        finally:
            stack.remove()
    report(real, limit, CASES, EVENTS_PER_SECOND)


if __name__ == "__main__":
    main()
