"""The demo: the story as the README promises it, with the real service in processes of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.demo import __main__ as demo
from sandbox.demo.stage import Broken, Stage

ROOT = Path(__file__).parents[2]


@pytest.fixture
def console():
    return Console(record=True, width=120)


def test_the_whole_story_holds_and_ends_with_exit_code_0():
    told = subprocess.run(
        [sys.executable, "-m", "sandbox.demo", "--once"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "COLUMNS": "160"},
        check=False,
    )
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
    for chapter in ("Salesforce", "Zendesk", "Shopify", "When a vendor fails"):
        assert chapter in told.stdout
    assert "All of it held" in told.stdout
    assert "✗" not in told.stdout
    assert "http://127.0.0.1:" in told.stdout


def test_a_step_that_does_not_hold_ends_the_story_with_another_exit_code(console, monkeypatch):
    def part(stage):
        stage.step("Nobody asks for help")
        stage.see("and a group is there all the same", lambda: stage.town.tencent_chat.groups, seconds=0.05)

    monkeypatch.setattr(demo, "PARTS", (part,))
    stage = Stage(console)
    try:
        assert demo._play(stage, console, stays=False) == 1
    finally:
        stage.close()
    said = console.export_text()
    assert "✗ and a group is there all the same" in said
    assert "The story broke" in said


def test_what_must_never_happen_is_told_when_it_does(console):
    stage = Stage.__new__(Stage)
    stage.console, stage.held = console, 0
    with pytest.raises(Broken):
        stage.never("the tide comes in", lambda: True)
    stage.never("it stays out", lambda: False, seconds=0.05)
    assert stage.held == 1
