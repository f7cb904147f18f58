"""What is built for browsers: complete, small, and made anew only when a source has changed."""

import json
import re
import subprocess
import sys
import time

import pytest

from chat_ui import build
from shipping import node
from shipping.missing import Missing

KB = 1024
LOCALES = ("ar", "en", "ja", "zh-CN")
MADE = ("launcher.js", "widget.js", "page.js", "pane.js", "sdk.js")


def packed(*names):
    sizes = build.sizes()
    return sum(sizes[name][1] for name in names)


def texts(tag):
    return json.loads((build.HOME / f"locales/{tag}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MADE)
def test_every_entry_point_is_built(dist, name):
    assert (dist / name).stat().st_size > 0


def test_the_launcher_is_smaller_than_any_other_we_know(dist):
    raw, gzip = build.sizes()["launcher.js"]
    assert raw <= 7000
    assert gzip <= 2600


def test_the_launcher_is_a_classic_script_that_leaves_the_page_alone(dist):
    text = (dist / "launcher.js").read_text(encoding="utf-8")
    assert text.startswith(("(()=>{", '"use strict";(()=>{'))
    assert text.rstrip().endswith("})();")


@pytest.mark.parametrize("tag", LOCALES)
def test_a_shopper_loads_at_most_35_kb_besides_the_sdk(dist, tag):
    assert packed("launcher.js", "widget.js", f"locale.{tag}.json") <= 35 * KB


@pytest.mark.parametrize("tag", LOCALES)
def test_an_agent_loads_at_most_60_kb_besides_the_sdk(dist, tag):
    assert packed("pane.js", f"pane.locale.{tag}.json") <= 60 * KB


@pytest.mark.parametrize("tag", LOCALES)
def test_shoppers_do_not_load_the_texts_for_agents(dist, tag):
    whole = texts(tag)
    part = json.loads((dist / f"locale.{tag}.json").read_text(encoding="utf-8"))
    assert part == {key: text for key, text in whole.items() if not key.startswith("pane.")}
    assert json.loads((dist / f"pane.locale.{tag}.json").read_text(encoding="utf-8")) == whole
    assert {key.partition(".")[0] for key in whole} <= {"widget", "pane", "core"}


def without_plurals(keys):
    return {re.sub(r"\.(zero|one|two|few|many|other)$", "", key) for key in keys}


@pytest.mark.parametrize("tag", LOCALES)
def test_every_language_says_everything(tag):
    assert without_plurals(texts(tag)) == without_plurals(texts("en"))
    assert all(text.strip() for text in texts(tag).values())


def test_nothing_is_built_twice(dist):
    assert not build.build()
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "chat_ui.build"], cwd=build.HOME.parent, check=True)
    assert time.monotonic() - began < 3


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A place of its own to build in, with one small source."""
    home = tmp_path / "chat_ui"
    (home / "widget").mkdir(parents=True)
    (home / "locales").mkdir()
    for name in ("bundle.js", "package.json", "package-lock.json"):
        (home / name).write_bytes((build.HOME / name).read_bytes())
    (home / "node_modules").symlink_to(build.HOME / "node_modules")
    (home / "widget/widget.css").write_text(":host {\n  color: red;\n}\n")
    (home / "widget/widget.js").write_text("import css from './widget.css'; export default css;")
    (home / "locales/en.json").write_text('{"widget.a": "A", "pane.b": "B", "core.c": "C"}')
    for name, value in {"HOME": home, "DIST": home / "dist", "STAMP": home / "dist/.stamp"}.items():
        monkeypatch.setattr(build, name, value)
    return home


def test_a_style_sheet_is_built_in_small(dist, copy):
    assert build.build()
    assert ":host{color:red}" in (copy / "dist/widget.js").read_text()


def test_a_changed_source_is_built_anew(dist, copy):
    build.build()
    (copy / "widget/widget.css").write_text(":host { color: blue; }")
    assert build.build()
    assert "#00f" in (copy / "dist/widget.js").read_text()


def test_what_has_no_source_any_more_is_thrown_out(dist, copy):
    build.build()
    (copy / "widget/page.js").write_text("export default 1;")
    build.build()
    assert (copy / "dist/page.js").exists()
    (copy / "widget/page.js").unlink()
    build.build()
    assert not (copy / "dist/page.js").exists()


def test_a_broken_source_is_told_and_what_was_there_stays(dist, copy, monkeypatch, capsys):
    build.build()
    before = (copy / "dist/widget.js").read_text()
    (copy / "widget/widget.js").write_text("export default (;")
    monkeypatch.setattr(sys, "argv", ["build"])
    assert build.main() == 1
    assert "widget/widget.js:1" in capsys.readouterr().err
    assert (copy / "dist/widget.js").read_text() == before


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--optional"], 0)])
def test_where_there_is_no_node_it_is_said_in_one_line(copy, monkeypatch, capsys, options, code):
    def nowhere(folder):
        raise Missing("Node is wanted.")

    monkeypatch.setattr(node, "ready", nowhere)
    monkeypatch.setattr(sys, "argv", ["build", *options])
    assert build.main() == code
    assert capsys.readouterr().err == "The browser's part is not built: Node is wanted.\n"
