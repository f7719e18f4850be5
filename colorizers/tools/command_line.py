"""How a command of this installation is typed, for messages and pages from which people copy it. Pure."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANAGE = ".venv/bin/python manage.py" if (ROOT / ".venv").exists() else "python manage.py"
"""In the project's folder. An image has no .venv: its Python is the one on the path."""
