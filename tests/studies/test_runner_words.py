"""The runner has English words of its own for its tests: the same ones that the page brings."""

import json
import subprocess
from pathlib import Path

from django.utils import translation

from config.processes import node
from studies.texts.runner import runner_texts

ROOT = Path(__file__).resolve().parents[2]
SAY = 'import("./studies/static/studies/runner/texts.js").then((m) => console.log(JSON.stringify(m.ENGLISH)))'


def test_the_page_and_the_runner_agree_on_every_english_word():
    said = subprocess.run([node.node(), "-e", SAY], cwd=ROOT, capture_output=True, text=True, check=True)
    with translation.override("en"):
        assert runner_texts() == json.loads(said.stdout)
