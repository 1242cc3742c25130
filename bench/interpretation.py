"""Report lines interpreted per second of CPU, beside medspaCy in the same run.

`python -m bench.interpretation`. medspaCy gets our diagnoses as target rules beside its own ConText
rules; it answers neither margins nor codes. It is no dependency: where it is not installed, that is
said and ours is measured alone.
"""

from collections.abc import Callable
from importlib.util import find_spec
from time import process_time

from shared.clinical.histology import terms
from shared.clinical.reports import interpret

LINES = (
    "SKIN, NOSE, TANGENTIAL BIOPSY: Basal cell carcinoma, nodular type.",
    "Left cheek, shave biopsy: Squamous cell carcinoma in situ, extending to the lateral margin.",
    "Compound melanocytic nevus, margins clear.",
    "Right forearm: Dysplastic junctional nevus with moderate atypia, completely excised.",
    "No evidence of malignancy. Seborrheic keratosis, inflamed.",
    "Findings suspicious for melanoma in situ; cannot exclude invasion.",
    "History of basal cell carcinoma. Scar, no residual tumor.",
    "Invasive melanoma, Breslow thickness 0.6 mm, Clark level III. Margins negative.",
    "Spongiotic dermatitis. PAS stain is negative for fungal organisms.",
    "Actinic keratosis, hypertrophic; negative for squamous cell carcinoma.",
)
GOAL = 15


def per_second(read: Callable[[str], object], seconds: float = 2.0) -> float:
    """Lines read per second, tables loaded before."""
    for line in LINES:
        read(line)
    count, begun = 0, process_time()
    while (spent := process_time() - begun) < seconds:
        for line in LINES:
            read(line)
        count += len(LINES)
    return count / spent


def medspacy_reader() -> Callable[[str], object]:
    """A pipeline of medspaCy with our diagnoses as its targets, its logging off."""
    import logging

    import medspacy
    from loguru import logger
    from medspacy.ner import TargetRule

    logging.disable(logging.INFO)
    logger.disable("PyRuSH")  # it logs the text of reports
    nlp = medspacy.load()
    names = sorted({name for term in terms() for name in (term.name, *term.synonyms)})
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(name, "DIAGNOSIS") for name in names])
    reader: Callable[[str], object] = nlp
    return reader


def main() -> None:
    """Print both speeds and their ratio."""
    ours = per_second(lambda line: interpret(line, site="back"))
    print(f"ours      {ours:10,.0f} lines/s")
    if find_spec("medspacy") is None:
        print("medspaCy is not installed: nothing to compare with")
        return
    theirs = per_second(medspacy_reader())
    print(f"medspaCy  {theirs:10,.0f} lines/s")
    print(f"ratio     {ours / theirs:10.1f}   (goal {GOAL})")


if __name__ == "__main__":
    main()
