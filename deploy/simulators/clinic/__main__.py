"""`python -m deploy.simulators.clinic`: plan a clinic and play it.

Standard output is one JSON object a line: the plan, one per document sent, at last the sum.
"""

import argparse
import asyncio
import json
import sys
from datetime import date
from pathlib import Path

import httpx

from deploy.simulators.clinic.play import Player, Progress, tell_payers
from deploy.simulators.clinic.schedule import Schedule, Step, plan
from deploy.simulators.clock import BusinessClock
from deploy.simulators.ehr import Ehr
from deploy.simulators.lab import Lab
from deploy.simulators.webhooks import read_sources

_PORTS = {"eligibility": 8001, "documentation": 8002, "pathology": 8003}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.simulators.clinic")
    parser.add_argument("--visits", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--first-day", type=date.fromisoformat, default=date(2026, 3, 2))
    parser.add_argument("--sources", type=Path, required=True, help="the practice's sources.json")
    parser.add_argument("--clock", type=Path, help="the clock file; without it wall time")
    parser.add_argument("--clearinghouse", default="http://127.0.0.1:8010")
    for service, port in _PORTS.items():
        parser.add_argument(f"--{service}", default=f"http://127.0.0.1:{port}")
    return parser.parse_args()


def _say(**line: object) -> None:
    print(json.dumps(line), flush=True)


async def _play(arguments: argparse.Namespace, schedule: Schedule) -> Progress:
    sources = read_sources(arguments.sources)
    urls = {service: getattr(arguments, service) for service in _PORTS}

    def told(progress: Progress, step: Step) -> None:
        _say(
            step=step.kind,
            visit_id=step.visit_id,
            case_id=progress.cases.get(step.visit_id),
            at=step.at.isoformat(),
        )

    async with httpx.AsyncClient(timeout=30) as client:
        await tell_payers(client, arguments.clearinghouse, schedule)
        ehr, lab = Ehr(client, urls, sources), Lab(client, urls, sources)
        return await Player(ehr, lab, BusinessClock(arguments.clock), told).play(schedule)


def main() -> int:
    """Play to the end; the exit code says whether every document was taken."""
    arguments = _arguments()
    schedule = plan(arguments.visits, arguments.seed, arguments.first_day)
    _say(
        plan=schedule.scenes,
        steps=len(schedule.steps),
        begins_at=schedule.begins_at.isoformat(),
        ends_at=schedule.ends_at.isoformat(),
    )
    progress = asyncio.run(_play(arguments, schedule))
    _say(posted=progress.posted, refused=progress.refused)
    return 1 if progress.refused else 0


if __name__ == "__main__":
    sys.exit(main())
