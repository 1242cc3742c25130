"""What a coding decision costs beside parsing and validating its own document, in one run.

`python -m bench.coding [ROUNDS]`: the six example stories, the fastest round of each. A document is
read from its bytes to the encounter that the rules take: parsed, validated against the contract,
validated again as the domain's own facts. Reports are read by pathology and not counted. Exit code
1 where a decision costs more than three times its document. `bench.replays` has many of them.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from services.coding import seed, snapshot
from services.coding.domain.documented import Encounter
from services.coding.domain.rulebook import code
from services.coding.wire import Preview, encounter_of, preview_facts

EXAMPLES = Path(__file__).parents[1] / "shared" / "contracts" / "examples"
MOST_TIMES = 3.0


def story(number: int) -> str:
    """An example encounter with its reports, as the what-if takes it."""
    encounter = json.loads((EXAMPLES / f"{number}-encounter.json").read_text())
    reports = sorted(EXAMPLES.glob(f"{number}-result*.json"))
    results = [json.loads(each.read_text()) for each in reports]
    return json.dumps({"encounter": encounter, "results": results})


def fastest(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the fastest round: what the machine does beside it only adds."""
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return 1000 * min(found)


def reading_of(document: str) -> Encounter:
    """From the bytes to what the rules take."""
    return encounter_of(Preview.model_validate_json(document).encounter)


def main() -> int:
    """Print each story and the sum of all."""
    parser = argparse.ArgumentParser(prog="python -m bench.coding", description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=500)
    rounds: int = parser.parse_args().rounds
    tables = snapshot.tables(seed.content())
    parsing = reading = deciding = 0.0
    for number in range(1, 7):
        document = story(number)
        facts = preview_facts(Preview.model_validate_json(document), {})
        parsed = fastest(lambda: Preview.model_validate_json(document), rounds)  # noqa: B023
        read = fastest(lambda: reading_of(document), rounds)  # noqa: B023
        decided = fastest(lambda: code(facts, tables, facts.day), rounds)  # noqa: B023
        parsing, reading, deciding = parsing + parsed, reading + read, deciding + decided
        print(f"story {number}: read {read:.3f} ms, decided {decided:.3f} ms")
    times = deciding / reading
    print(f"a decision = {times:.1f} x its document (at most {MOST_TIMES:g})")
    print(f"({deciding / parsing:.1f} x what the contract's model alone takes to parse it)")
    return 0 if times <= MOST_TIMES else 1


if __name__ == "__main__":
    sys.exit(main())
