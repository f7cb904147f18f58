"""The writing is true of the code: commands, settings, reasons, links and examples are looked up."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

import app as hall
from caseroom.commands import main

ROOT = Path(__file__).parents[1]
SKIPPED = {".venv", ".git", "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}
PAGES = sorted(file for file in ROOT.rglob("*.md") if not SKIPPED & set(file.relative_to(ROOT).parts))
SOURCE = sorted([ROOT / "app.py", *ROOT.glob("caseroom/**/*.py"), *ROOT.glob("connectors/**/*.py")])
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "docs/examples/caseroom_acme"


def name_of(page):
    return str(page.relative_to(ROOT))


every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def without_code(text):
    """The text without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def calls():
    """Every call in the source, with the name of what is called."""
    for file in SOURCE:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""), node


def words(nodes):
    """The texts among these nodes."""
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)} - {""}


def stands(word):
    return f"`{word}`" in OPERATIONS


# ---------------------------------------------------------------- what a newcomer reads


def test_the_readme_has_150_lines_at_most():
    assert len(README.splitlines()) <= 150


def test_the_readme_names_the_two_commands_and_the_makefile_has_them():
    assert "make demo" in README
    assert "make test" in README


@every_page
def test_every_make_verb_that_is_named_exists(page):
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^    |`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= verbs


def test_the_story_in_the_readme_is_the_one_that_is_played():
    story = (ROOT / "sandbox/demo/story.py").read_text(encoding="utf-8")
    told = re.findall(r"^(?:›|  ✓) (.*?)(?: \d+ ms)?$", README, re.MULTILINE)
    assert len(told) > 8
    for line in told:
        assert line.replace("101", "{ticket}") in story, line


def test_the_readme_counts_what_the_demo_sees():
    story = (ROOT / "sandbox/demo/story.py").read_text(encoding="utf-8")
    readiness = 1
    seen = len(re.findall(r"stage\.(?:see|never)\(", story)) + readiness
    assert f"All of it held: {seen} things seen" in README


# ---------------------------------------------------------------- links


def slug(heading):
    """The anchor that a heading gets on a page."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors_of(page):
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", without_code(page.read_text("utf-8")), re.MULTILINE)}


@every_page
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert file.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors_of(file), target


@every_page
def test_every_file_that_is_named_exists(page):
    roots = "caseroom|connectors|sandbox|tests|docs|bin"
    for path in re.findall(rf"`((?:{roots})/[\w./-]+)`", without_code(page.read_text(encoding="utf-8"))):
        assert (ROOT / path).exists(), path


def test_every_name_in_the_architecture_is_one_of_the_source():
    source = "\n".join(file.read_text(encoding="utf-8") for file in [*SOURCE, ROOT / ".env.example"])
    page = without_code((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    for name in re.findall(r"`([A-Za-z_][\w.]*)`", page):
        assert re.search(rf"\b{re.escape(name.rsplit('.', 1)[-1])}\b", source) or (ROOT / name).exists(), name


# ---------------------------------------------------------------- commands, settings, words of the program


@every_page
def test_every_command_that_is_named_exists(page):
    for verb, under in re.findall(r"caseroom\.commands ([a-z-]+)(?: ([a-z-]+))?", page.read_text(encoding="utf-8")):
        command = main.commands.get(verb)
        assert command is not None, verb
        if isinstance(command, click.Group):
            assert under in command.commands, f"{verb} {under}"


@every_page
def test_every_setting_that_is_named_stands_in_the_example_of_settings(page):
    known = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    beginnings = {setting.partition("_")[0] for setting in known if "_" in setting}
    named = set(re.findall(r"\b([A-Z]+_[A-Z_]*[A-Z])\b", page.read_text(encoding="utf-8")))
    assert {name for name in named if name.partition("_")[0] in beginnings} <= known


def test_every_reason_for_parking_stands_in_the_operators_table():
    reasons = set()
    for called, node in calls():
        if called in {"Refused", "parking", "refused"}:
            reasons |= words(node.args[-1:])
        for keyword in node.keywords:
            if keyword.arg == "parked" and isinstance(keyword.value, ast.Dict):
                reasons |= words(keyword.value.values)
            if called == "Parked" and keyword.arg == "reason":
                reasons |= words([keyword.value])
    assert {"keeps_leaving", "cycle", "redirected", "asked"} <= reasons
    assert [
        reason for reason in sorted(reasons) if not re.search(rf"^\| `{reason}` \|", OPERATIONS, re.MULTILINE)
    ] == []


def test_every_trouble_with_a_vendor_stands_in_operations():
    codes = set()
    for called, node in calls():
        if called in {"Unanswered", "Unavailable", "LockedOut"}:
            codes |= words(node.args[:1])
    assert {"unreachable", "no_access_token"} <= codes
    assert [code for code in sorted(codes) if not stands(code)] == []


def test_every_error_code_of_an_answer_stands_in_operations():
    codes = set(words_assigned("code")) | set(words_assigned("CODES"))
    for _, node in calls():
        codes |= {word for keyword in node.keywords if keyword.arg == "code" for word in words([keyword.value])}
    assert {"not_proven", "not_kept", "too_large", "stale"} <= codes
    assert [code for code in sorted(codes) if not stands(code)] == []


def words_assigned(name):
    """Texts that a class or module gives to this name."""
    for file in SOURCE:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == name for target in node.targets):
                yield from words(node.value.values if isinstance(node.value, ast.Dict) else [node.value])


def test_the_operators_table_of_log_lines_and_the_log_agree():
    told = re.findall(r"^\| `([^`]+)` \| (?:info|warning|error) \|", OPERATIONS, re.MULTILINE)
    said = {
        word
        for called, node in calls()
        if called in {"info", "warning", "error", "exception"} and getattr(node.func.value, "id", "") == "log"
        for word in words(node.args[:1])
    }

    def is_same(line, message):
        return bool(re.match(re.escape(message).replace("%s", r"\w+") + "$", line)) or (
            line.endswith(" ...") and message.startswith(line.removesuffix(" ..."))
        )

    assert [line for line in told if not any(is_same(line, message) for message in said)] == []
    assert [message for message in sorted(said) if not any(is_same(line, message) for line in told)] == []


# ---------------------------------------------------------------- decisions and connectors


def test_every_decision_is_listed_and_short():
    listed = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    decisions = sorted(file for file in (ROOT / "docs/adr").glob("[0-9]*.md"))
    assert decisions
    for decision in decisions:
        assert f"]({decision.name})" in listed
        text = decision.read_text(encoding="utf-8")
        assert len(text.splitlines()) < 70
        assert [part for part in ("Context", "Options", "Decision", "Consequences") if f"## {part}\n" not in text] == []


@pytest.mark.parametrize("folder", sorted(path.parent for path in ROOT.glob("connectors/*/__init__.py")), ids=name_of)
def test_every_connector_has_a_readme_with_a_list_of_its_qualities(folder):
    _, _, quality = (folder / "README.md").read_text(encoding="utf-8").partition("\n## Quality\n")
    rules = re.findall(r"^\| [^|]+ \| (done|todo|exempt)[^|]*\|$", quality, re.MULTILINE)
    assert len(rules) >= 10


def test_the_settings_of_each_connector_stand_in_its_readme():
    settings = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    for name in hall.installed():
        folder = ROOT / "connectors" / name
        mine = [setting for setting in settings if setting.startswith(f"{name.upper()}_")]
        text = (folder / "README.md").read_text(encoding="utf-8") if folder.is_dir() else "".join(mine)
        assert [setting for setting in mine if setting not in text] == []


# ---------------------------------------------------------------- the example of a connector


def test_the_page_about_connectors_shows_the_example_as_it_is():
    page = (ROOT / "docs/adding-a-connector.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert shown == (EXAMPLE / "src/caseroom_acme/__init__.py").read_text(encoding="utf-8")


def test_the_example_is_found_by_the_name_of_its_entry_point():
    points = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    (name,) = points[hall.GROUP]
    source = (EXAMPLE / "src/caseroom_acme/__init__.py").read_text(encoding="utf-8")
    assert f'name: ClassVar[str] = "{name}"' in source
    assert points[hall.GROUP][name] == "caseroom_acme:Acme"


def test_the_example_passes_the_suite_for_connectors():
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:cov", str(EXAMPLE / "tests")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(EXAMPLE / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert tests.returncode == 0, tests.stdout


# ---------------------------------------------------------------- nothing of the place where it was made


def test_no_file_names_a_package_registry_or_somebodys_folder():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 -- git as it is found
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listed.returncode != 0:
        pytest.skip("not a clone")
    registries = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
    registries += [".".join(parts) for parts in (("npmjs", "com"), ("crates", "io"), ("rubygems", "org"))]
    folders = re.compile(rb"(?<![\w./:-])/(?:" + b"|".join([b"home", b"root", b"work", b"Users"]) + rb")/")
    for name in listed.stdout.splitlines():
        if not (ROOT / name).is_file():
            continue
        data = (ROOT / name).read_bytes()
        assert not [host for host in registries if host.encode() in data], name
        assert not folders.search(data), name
