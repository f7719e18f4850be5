"""docker-compose.yml and Dockerfile name what there is: commands, stages, services, variables and pages."""

import re
from pathlib import Path

import yaml
from django.core.management import get_commands

from config.web.server import GRACE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES = COMPOSE["services"]


def seconds(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([sm])", text).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def test_each_service_is_built_from_a_stage_or_comes_from_an_image():
    stages = set(re.findall(r"^FROM .+ AS (.+)$", DOCKERFILE, re.MULTILINE))
    for name, service in SERVICES.items():
        if "build" in service:
            assert service["build"]["target"] in stages, name
            assert service["init"], name
        else:
            assert service["image"].startswith("${"), name
    assert set(SERVICES) == {"setup", "web", "worker", "postgres", "redis"}


def test_every_command_is_one_of_manage_py():
    run = re.findall(r"python manage.py (\w+)", SERVICES["setup"]["command"])
    started = re.findall(r'^CMD \["python", "manage.py", "(\w+)"', DOCKERFILE, re.MULTILINE)
    assert (run, started) == (["migrate", "collectstatic"], ["web", "worker"])
    assert {*run, *started} <= set(get_commands())
    (check,) = re.findall(r'^HEALTHCHECK .+ CMD \["python", "(.+)"\]$', DOCKERFILE, re.MULTILINE)
    assert (ROOT / check).is_file()


def test_who_waits_for_a_service_can_learn_that_it_is_there():
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert SERVICES[other]["healthcheck"]["test"], f"{name} waits for {other}"
            else:
                assert SERVICES[other]["restart"] == "no", f"{other} never ends"


def test_variables_are_documented_and_volumes_declared():
    documented = (ROOT / "docs" / "settings.md").read_text()
    for name in ("setup", "web", "worker"):
        for variable in SERVICES[name]["environment"]:
            assert f"`{variable}`" in documented
        assert SERVICES[name]["volumes"] == ["data:/data"]
    assert "FOOLRATE_DATA=/data" in DOCKERFILE
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert used == set(COMPOSE["volumes"])


def test_a_stop_leaves_time_for_what_is_under_way():
    assert seconds(SERVICES["web"]["stop_grace_period"]) >= 2 * GRACE_SECONDS
    assert seconds(SERVICES["worker"]["stop_grace_period"]) >= 60
