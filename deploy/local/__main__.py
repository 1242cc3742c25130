"""The local stack from the command line: `python -m deploy.local run|down|status|demo|migrate`."""

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path

from deploy.local import command
from deploy.local.business_clock import DEFAULT_RATE, DEFAULT_START
from deploy.local.problem import LocalProblem

HOME = Path(__file__).resolve().parents[2] / ".dermis"


def main() -> int:
    """Run one command; a problem of this machine is told in a sentence, exit code 1."""
    options = _parser().parse_args()
    try:
        if options.command == "run":
            return command.run(
                command.RunOptions(
                    home=options.home,
                    play=options.play,
                    fresh=options.fresh,
                    free_ports=options.free_ports,
                    rate=options.rate,
                    business0=options.business0,
                )
            )
        if options.command == "demo":
            from deploy.local.lifecycle import run_demo

            return run_demo(options.home, options.visits, options.keep)
        if options.command == "down":
            return command.down(options.home)
        if options.command == "status":
            return command.status(options.home)
        return command.migrate_database(options.home, os.environ)
    except LocalProblem as problem:
        command.say_problem(str(problem))
    except KeyboardInterrupt:
        command.say_problem("stopped")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("--home", type=Path, default=HOME, help="where it keeps its state")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the stack until Ctrl-C or `down`")
    run.add_argument("--play", default="run", help="the name of its state in the home directory")
    run.add_argument("--fresh", action="store_true", help="forget that state first")
    run.add_argument("--free-ports", action="store_true", help="not the contract's ports")
    run.add_argument("--rate", type=float, default=float(os.environ.get("RATE") or DEFAULT_RATE))
    run.add_argument("--business0", type=datetime.fromisoformat, default=DEFAULT_START)
    demo = commands.add_parser("demo", help="play a clinic's weeks on a stack of its own")
    demo.add_argument("--visits", type=int, default=int(os.environ.get("VISITS") or 300))
    demo.add_argument("--keep", action="store_true", default=os.environ.get("KEEP") == "1")
    commands.add_parser("down", help="stop it")
    commands.add_parser("status", help="what runs, and where")
    commands.add_parser("migrate", help="bring the database to the newest schema")
    return parser


if __name__ == "__main__":
    sys.exit(main())
