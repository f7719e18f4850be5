"""Processes that wait for weights to check: one for each runtime, used once, and gone when nobody comes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.urls import reverse

from colorizers import methods
from colorizers.services import waiting_checks
from colorizers.services.checking import WeightsFile, WeightsRefused, check_weights
from tests.colorizers.compact import compact_weights

ZHANG = methods.get("zhang2016")


def check(path, variant="class"):
    return check_weights(WeightsFile(path, path.name), ZHANG, variant, {})


def test_the_check_is_made_by_the_process_that_waits_and_each_checks_once(tmp_path):
    path = compact_weights(tmp_path)
    waiting_checks.prepare("torch")
    there = waiting_checks._waiting["torch"]
    waiting_checks.prepare("torch")
    assert waiting_checks._waiting["torch"] is there, "one is enough"
    check(path)
    assert there.returncode == 0
    assert not waiting_checks._waiting
    with pytest.raises(WeightsRefused):
        check(path, "l2")  # by a new process


def test_one_that_gave_up_waiting_is_replaced(tmp_path, monkeypatch):
    path = compact_weights(tmp_path)
    monkeypatch.setattr(waiting_checks, "IDLE_SECONDS", 0)
    waiting_checks.prepare("torch")
    given_up = waiting_checks._waiting["torch"]
    assert given_up.wait(timeout=60) == waiting_checks.IDLE
    monkeypatch.setattr(waiting_checks, "IDLE_SECONDS", 600)
    check(path)
    # In the moment of being taken it may give up, too.
    monkeypatch.setattr(waiting_checks, "take", lambda runtime: given_up)
    check(path)


def test_it_does_not_outlive_who_started_it(tmp_path):
    code = (
        "import django; django.setup()\n"
        "from colorizers.services import waiting_checks\n"
        "waiting_checks.prepare('torch')\n"
        "print(waiting_checks._waiting['torch'].pid, flush=True)\n"
        "import os; os._exit(0)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE, text=True, check=True,
    ).stdout  # fmt: skip
    deadline = time.monotonic() + 60
    while _lives(int(said)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.django_db
def test_a_page_has_it_begun_for_those_who_may_register(admin_client, client, ben):
    address = reverse("admin:colorizers_colorizer_ready")
    page = admin_client.get(reverse("admin:colorizers_colorizer_add") + "?method=zhang2016").content.decode()
    assert f'data-url="{address}" data-method="zhang2016"' in page
    assert not waiting_checks._waiting, "looking at a page starts nothing"
    assert admin_client.get(address).status_code == 405
    assert admin_client.post(address, {"method": "nonsense"}).status_code == 404
    ben.is_staff = True
    ben.save()
    client.force_login(ben)
    assert client.post(address, {"method": "zhang2016"}).status_code == 403
    assert not waiting_checks._waiting
    assert admin_client.post(address, {"method": "zhang2016"}).status_code == 204
    assert list(waiting_checks._waiting) == ["torch"]
