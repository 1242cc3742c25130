"""HTTP in and out, by subject."""

from services.pathology.api import interpret, queue, results, specimens, times

ROUTERS = (
    results.commands,
    results.reads,
    queue.commands,
    specimens.reads,
    times.commands,
    times.reads,
    interpret.reads,
)
