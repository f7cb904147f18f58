"""Every name of the SDK that our browser code uses is in the real one, and in the stand-in with the same value."""

import json
import re
import shutil

import pytest

from chat_ui import build
from shipping import node

STAND_IN = build.HOME.parent / "sandbox/tencent_chat"
COMPARE = """
import real from './real.js';
import standIn from './sdk.js';
const chat = standIn.create({ SDKAppID: 1 });
const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(chat));
const values = ({ EVENT, TYPES }) => ({ ...EVENT, ...TYPES });
console.log('\\n' + JSON.stringify({ real: values(real), standIn: values(standIn), events: standIn.EVENT, methods }));
process.exit(0);
"""


@pytest.fixture(scope="module")
def names(dist, tmp_path_factory):
    """EVENT and TYPES of both SDKs, and the methods of the stand-in's chat."""
    folder = tmp_path_factory.mktemp("sdk")
    for path in STAND_IN.glob("sdk*.js"):
        shutil.copy(path, folder)
    shutil.copy(dist / "sdk.js", folder / "real.js")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "compare.js").write_text(COMPARE)
    return json.loads(node.find().run("compare.js", cwd=folder).stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def source():
    return (build.HOME / "core/chat.js").read_text(encoding="utf-8")


def test_the_stand_in_has_no_name_that_the_sdk_has_not_and_no_other_value(names):
    assert names["standIn"].items() <= names["real"].items()


def test_the_events_that_we_listen_to_are_the_sdks(names, source):
    used = set(re.findall(r"\bnames\.([A-Z_]+)", source))
    assert used <= names["events"].keys()
    literal = set(re.findall(r"#on\('(\w+)'", source))
    assert literal <= set(names["events"].values())
    assert used | literal


def test_the_words_that_we_compare_with_are_the_sdks(names):
    for file in ("chat.js", "elements.js"):
        text = (build.HOME / "core" / file).read_text(encoding="utf-8")
        used = set(re.findall(r"'(TIM\w+Elem|GROUP|@TIM#\w+)'", text)) | set(
            re.findall(r"^ +(TIM\w+Elem):", text, re.MULTILINE)
        )
        assert used
        assert used <= set(names["real"].values())


def test_the_reasons_and_states_that_we_tell_apart_are_the_sdks(names, source):
    for table in ("KICKED", "STATES"):
        keys = re.findall(r"(\w+):", re.search(rf"const {table} = {{(.*?)}}", source, re.DOTALL)[1])
        assert keys
        assert set(keys) <= set(names["standIn"].values())


def test_the_stand_in_has_every_method_that_we_call_and_the_sdk_declares_it(names, source):
    declared = (build.HOME / "node_modules/@tencentcloud/chat/index.d.ts").read_text(encoding="utf-8")
    used = set(re.findall(r"\bchat\.(\w+)\(", source))
    assert len(used) > 10
    assert used <= set(names["methods"])
    assert used <= set(re.findall(r"^  (\w+)\(", declared, re.MULTILINE))


def test_our_types_hold_against_the_sdks_own(dist):
    build.check_types()
