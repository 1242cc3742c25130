"""`python -m deploy.simulators.clearinghouse`: serve until told to stop."""

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import uvicorn

from deploy.simulators.clearinghouse import sftp
from deploy.simulators.clearinghouse.api import create_app
from deploy.simulators.clearinghouse.delivery import Delivery
from deploy.simulators.clearinghouse.house import House
from deploy.simulators.clearinghouse.store import Store
from deploy.simulators.clock import BusinessClock
from deploy.simulators.webhooks import read_sources, source_for

_KEY_VARIABLE = "CLEARINGHOUSE_API_KEY"
_SFTP_USER = "practice"
_KEEP_ALIVE_SECONDS = 75  # longer than clients keep an idle connection


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.simulators.clearinghouse")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--submission", default="http://127.0.0.1:8005", help="where answers go")
    parser.add_argument("--sources", type=Path, required=True, help="the practice's sources.json")
    parser.add_argument("--clock", type=Path, help="the clock file; without it wall time")
    parser.add_argument("--state", default=":memory:", help="SQLite file; without it in memory")
    parser.add_argument("--sftp-port", type=int, help="also take files by SFTP on this port")
    parser.add_argument("--sftp-folder", type=Path, help="where SFTP keeps files and host key")
    parser.add_argument("--payment-days", type=int, default=5, help="business days to the 835")
    return parser.parse_args()


def main() -> int:
    """Serve; the exit code says whether it could."""
    arguments = _arguments()
    api_key = os.environ.get(_KEY_VARIABLE)
    if not api_key:
        print(
            f"{_KEY_VARIABLE} is not set: the key that practices send files with", file=sys.stderr
        )
        return 2
    store = Store(arguments.state)
    clock = BusinessClock(arguments.clock)
    house = House(store, arguments.payment_days)
    source = source_for(read_sources(arguments.sources), "submission", "x12")

    @contextlib.asynccontextmanager
    async def deliver() -> AsyncIterator[None]:
        async with httpx.AsyncClient(timeout=10) as client:
            delivery = Delivery(store, clock, client, arguments.submission, source)
            task = asyncio.create_task(delivery.run())
            async with contextlib.AsyncExitStack() as doors:
                if arguments.sftp_port is not None:
                    door = await sftp.serve(
                        (arguments.sftp_folder or Path("sftp")) / "files",
                        store,
                        house,
                        clock.now,
                        host=arguments.host,
                        port=arguments.sftp_port,
                        username=_SFTP_USER,
                        password=api_key,
                    )
                    await doors.enter_async_context(door)
                yield
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    app = create_app(store, house, clock.now, api_key, deliver)
    uvicorn.run(
        app,
        host=arguments.host,
        port=arguments.port,
        log_level="warning",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
