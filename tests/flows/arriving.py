"""A process that takes many people to a study at once: `python -m tests.flows.arriving`.

For each line `SLUG PEOPLE [spoil]` it says `ready`, waits for a line, and then says in a line of JSON how
many people became what: `begun`, `full`, or what went wrong.
"""

import json
import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from studies.models import Study  # noqa: E402
from studies.rules.payloads import Answer  # noqa: E402
from studies.services.participations import begin_participation  # noqa: E402
from studies.services.planning import OverQuota  # noqa: E402
from studies.services.responses import record_response  # noqa: E402

HIDDEN = [{"type": "visibility", "value": "hidden", "at": 1.0}]


def arrive(study: Study, *, spoil: bool) -> str:
    """One person; with `spoil` they answer until a first trial of theirs was spoiled."""
    try:
        participation = begin_participation(study=study, source="person")
        for trial in participation.trials.order_by("number") if spoil else []:
            answer = Answer(trial.key, 800.0, "mouse", [], 16.7, "row", HIDDEN, "1.0.0")
            if record_response(trial=trial, answer=answer)[0].voided:
                break
        return "begun"
    except OverQuota:
        return "full"
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    finally:
        connection.close()


def take(slug: str, people: str, *wishes: str) -> None:
    study = Study.objects.get(slug=slug)
    connection.close()
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(max_workers=int(people)) as pool:
        outcomes = pool.map(lambda _: arrive(study, spoil="spoil" in wishes), range(int(people)))
        print(json.dumps(Counter(outcomes)), flush=True)


if __name__ == "__main__":
    for line in sys.stdin:
        take(*line.split())
