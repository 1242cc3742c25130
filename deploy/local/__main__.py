"""The local stack from the command line: `python -m deploy.local run|down|status|demo|migrate`.

What a command needs is imported when it is asked for: stopping a stack takes no web framework.
"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from deploy.local.control import down, say_problem, status
from deploy.local.problem import LocalProblem

_HOME = Path(__file__).resolve().parents[2] / ".dermis"


def main() -> int:
    """Run one command; a problem of this machine is told in a sentence, exit code 1."""
    options = _parser().parse_args()
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except LocalProblem as problem:
        say_problem(str(problem))
    except KeyboardInterrupt:
        say_problem("stopped")
    return 1


def _run(options: argparse.Namespace) -> int:
    from deploy.local.running import RunOptions, run

    return run(
        RunOptions(
            home=options.home,
            play=options.play,
            fresh=options.fresh,
            free_ports=options.free_ports,
            rate=options.rate,
            business0=options.business0,
        )
    )


def _demo(options: argparse.Namespace) -> int:
    from deploy.local.lifecycle import run_demo

    return run_demo(options.home, options.visits, options.keep)


def _migrate(options: argparse.Namespace) -> int:
    from deploy.local.running import migrate_database

    return migrate_database(options.home, os.environ)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("--home", type=Path, default=_HOME, help="where it keeps its state")
    commands = parser.add_subparsers(required=True)

    run = commands.add_parser("run", help="run the stack until Ctrl-C or `down`")
    run.add_argument("--play", default="run", help="the name of its state in the home directory")
    run.add_argument("--fresh", action="store_true", help="forget that state first")
    run.add_argument("--free-ports", action="store_true", help="not the contract's ports")
    run.add_argument("--rate", type=rate, default=os.environ.get("RATE") or "60")
    run.add_argument("--business0", type=datetime.fromisoformat, default="2026-03-16T09:00-05:00")
    run.set_defaults(command=_run)

    demo = commands.add_parser("demo", help="play a clinic's weeks on a stack of its own")
    demo.add_argument("--visits", type=visits, default=os.environ.get("VISITS") or "300")
    demo.add_argument("--keep", action="store_true", default=os.environ.get("KEEP") == "1")
    demo.set_defaults(command=_demo)

    for name, about, command in (
        ("down", "stop it", lambda options: down(options.home)),
        ("status", "what runs, and where", lambda options: status(options.home)),
        ("migrate", "bring the database to the newest schema", _migrate),
    ):
        commands.add_parser(name, help=about).set_defaults(command=command)
    return parser


def rate(text: str) -> float:
    """RATE, business seconds per second: a positive number."""
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and a million")
    return value


def visits(text: str) -> int:
    """VISITS: how many the clinic sees."""
    count = int(text)
    if not 0 < count <= 100_000:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 100000")
    return count


if __name__ == "__main__":
    sys.exit(main())
