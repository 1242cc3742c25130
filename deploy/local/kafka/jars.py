"""Kafka's program: the jars that `pom.xml` names, fetched once by Maven into a cache."""

import hashlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.local.problem import LocalProblem

_POM = Path(__file__).with_name("pom.xml")
_OLDEST_JAVA = 17
_INSTEAD = "or leave BROKER unset for the embedded broker"


def java() -> str:
    """The `java` to run.

    Raises:
        LocalProblem: there is none, or it is too old.
    """
    found = shutil.which("java")
    if found is not None:
        told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)
        version = re.search(r'version "(\d+)', told.stderr)
        if version and int(version[1]) >= _OLDEST_JAVA:
            return found
    raise LocalProblem(f"BROKER=kafka needs Java {_OLDEST_JAVA} or newer: install it, {_INSTEAD}.")


def jars(cache: Path) -> Path:
    """The folder of Kafka's jars under `cache`, fetched first where this pom's are not there.

    Raises:
        LocalProblem: Maven is missing, or could not fetch them.
    """
    folder = cache / f"kafka-{hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]}"
    if folder.exists():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise LocalProblem(f"BROKER=kafka needs Maven to fetch Kafka once: install it, {_INSTEAD}.")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as fetching:
        fetched = Path(fetching) / "jars"
        done = subprocess.run(
            [
                *(maven, "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies"),
                *("-DincludeScope=runtime", f"-DoutputDirectory={fetched}"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise LocalProblem(
                "Maven could not fetch Kafka; it said:\n" + (done.stdout + done.stderr)[-2000:]
            )
        if not folder.exists():
            fetched.rename(folder)
    return folder
