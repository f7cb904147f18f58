"""The Lightning web component: it compiles, it lints, and its half of the talk with the agents' page holds."""

import json
import re
import shutil

import pytest

from shipping import lwc
from shipping.salesforce import SOURCE

PANE = SOURCE / "force-app/main/default/lwc/caseroomPane"
REF = "5003000000D8cuIAAR"
# A talk whose other side is this script: what it does is written down.
STAGE = """
import { Talk } from './talk.js';
import { caseId } from './caseId.js';
const done = [];
const state = { now: 0, code: async () => 'code-1' };
const talk = new Talk({
    post: (message) => done.push(message),
    fetchCode: () => state.code(),
    onReady: () => done.push('ready'),
    onUnread: (unread) => done.push(`unread:${unread}`),
    onOpen: (ref) => done.push(`open:${ref}`),
    onTrouble: (trouble) => done.push(`trouble:${trouble.message}`),
    now: () => state.now
});
const hear = (type, facts) => talk.hear({ caseroom: 1, type, ...facts });
const settled = () => new Promise((resolve) => setImmediate(resolve));
"""

# What the platform gives to a component, each under the name by which it is imported.
PLATFORM = {
    "lwc": """export class LightningElement {}
        export const registerDecorators = (c) => c, registerComponent = (c) => c;""",
    "./caseroomPane.html": "export default null;",
    "lightning/navigation": """export const CurrentPageReference = {};
        export const NavigationMixin = (base) =>
            class extends base { [NavigationMixin.Navigate](to) { done.push(to); } };
        NavigationMixin.Navigate = Symbol('navigate');""",
    "lightning/platformUtilityBarApi": """export const EnclosingUtilityId = {};
        export const updateUtility = (id, shown) => done.push([id, shown]);""",
    "@salesforce/apex/CaseroomPane.open": "export default () => org.open();",
    "./caseId": None,
    "./talk": None,
}
CONSOLE = """
globalThis.done = [];
globalThis.org = { open: async () => 'https://chat.example.com/agent#code=a%2Fb' };
const heard = new Set(), timers = new Map();
globalThis.window = { addEventListener: (_, f) => heard.add(f), removeEventListener: (_, f) => heard.delete(f) };
globalThis.setTimeout = (f) => { timers.set(timers.size + 1, f); return timers.size; };
globalThis.clearTimeout = (id) => timers.delete(id);
const { default: Pane } = await import('./caseroomPane.js');
const frame = { postMessage: (message, target) => done.push([message, target]) };
const pane = Object.assign(new Pane(), { refs: { page: { contentWindow: frame } } });
const say = (source, type, facts) => heard.forEach((f) => f({ source, data: { caseroom: 1, type, ...facts } }));
const settled = () => new Promise((resolve) => setImmediate(resolve));
const shown = () => done.push({ address: pane.address ?? null, trouble: pane.trouble ?? null, busy: pane.isOpening });
pane.connectedCallback();
await settled();
"""
ADDRESS = "https://chat.example.com/agent#code=a%2Fb"
CASE_IN_VIEW = "pane.seePage({ attributes: { recordId: '5003000000D8cuI' } });"


@pytest.fixture(scope="module")
def console(tools, tmp_path_factory):
    """Runs a script beside the component, as it was compiled, on a platform of paper."""
    folder = tmp_path_factory.mktemp("console")
    (folder / "package.json").write_text('{"type": "module"}')
    compiled = tools.run("--input-type=module", "-e", COMPILE, PANE / "caseroomPane.js").stdout
    imported = re.findall(r"from ['\"]([^'\"]+)['\"]", compiled)
    for place, name in enumerate(imported):
        label = f"export default '{name.rpartition('.')[2]}';"
        source = PLATFORM.get(name, label) or (PANE / f"{name}.js").read_text().replace("'./caseId'", "'./caseId.js'")
        file = f"{name}.js" if PLATFORM.get(name, label) is None else f"./stub{place}.js"
        (folder / file).write_text(source)
        compiled = re.sub(rf"(['\"]){re.escape(name)}\1", f"'{file}'", compiled)
    (folder / "caseroomPane.js").write_text(compiled)

    def run(script):
        (folder / "script.js").write_text(f"{CONSOLE}{script}\nawait settled();\nconsole.log(JSON.stringify(done));\n")
        done = tools.run(folder / "script.js")
        assert done.stderr == ""
        return json.loads(done.stdout)

    return run


COMPILE = """
import { readFileSync } from 'node:fs';
import { transformSync } from '@lwc/compiler';
const options = { namespace: 'c', name: 'caseroomPane' };
console.log(transformSync(readFileSync(process.argv[1], 'utf8'), 'caseroomPane.js', options).code);
"""


def state(address=ADDRESS, trouble=None, busy=False):
    return {"address": address, "trouble": trouble, "busy": busy}


@pytest.fixture(scope="module")
def stage(tools, tmp_path_factory):
    """Runs a script beside the component's modules; returns what it wrote down."""
    folder = tmp_path_factory.mktemp("stage")
    (folder / "package.json").write_text('{"type": "module"}')
    for file in ("talk.js", "caseId.js"):
        # An org finds modules without an ending, Node with one.
        (folder / file).write_text((PANE / file).read_text().replace("'./caseId'", "'./caseId.js'"))

    def run(script):
        (folder / "script.js").write_text(f"{STAGE}{script}\nawait settled();\nconsole.log(JSON.stringify(done));\n")
        done = tools.run(folder / "script.js")
        assert done.stderr == ""
        return json.loads(done.stdout)

    return run


def told(kind, **facts):
    return {"caseroom": 1, "type": kind, **facts}


def test_it_compiles_without_a_warning(tools):
    assert lwc.compile_problems(PANE) == ""


def test_it_lints(tools):
    assert lwc.lint_problems(PANE) == ""


def test_a_component_that_is_broken_is_refused(tools, tmp_path):
    broken = shutil.copytree(PANE, tmp_path / "caseroomPane")
    (broken / "caseroomPane.html").write_text("<template><p>{a + b}</p></template>")
    script = broken / "caseroomPane.js"
    script.write_text(
        script.read_text().replace("@api\n", "@api @api\n").replace("clearTimeout(this.patience);", "x = ;")
    )
    problems = lwc.compile_problems(broken)
    assert "caseroomPane.html" in problems
    assert "caseroomPane.js" in problems
    (broken / "caseroomPane.js").write_text("setTimeout(() => document.querySelector('p'), 1);\n")
    assert "no-async-operation" in lwc.lint_problems(broken)


def test_a_page_that_is_ready_hears_which_case_is_in_view(stage):
    assert stage(f"talk.see('{REF}'); hear('ready'); talk.see('{REF}');") == ["ready", told("case", ref=REF)]


def test_a_page_is_told_each_case_that_comes_into_view_once(stage):
    other = "500000000000001AAA"
    script = f"hear('ready'); talk.see(undefined); talk.see('{REF}'); talk.see('{REF}'); talk.see('{other}');"
    assert stage(script) == ["ready", told("case", ref=REF), told("case", ref=other)]


def test_a_page_that_was_loaded_again_hears_it_again(stage):
    script = f"hear('ready'); talk.see('{REF}'); talk.reset(); talk.see('500000000000001AAA'); hear('ready');"
    assert stage(script)[-1] == told("case", ref="500000000000001AAA")
    assert len(stage(script)) == 4


def test_a_page_that_lost_its_token_gets_a_code(stage):
    assert stage("hear('need-code');") == [told("code", code="code-1")]


def test_a_page_that_asks_twice_at_once_gets_one_code(stage):
    assert stage("hear('need-code'); hear('need-code');") == [told("code", code="code-1")]


def test_a_code_that_is_not_to_be_had_is_said(stage):
    assert stage("state.code = async () => { throw new Error('no'); }; hear('need-code');") == ["trouble:no"]


def test_a_page_that_asks_without_end_is_stopped_and_may_ask_again_later(stage):
    script = "for (let n = 0; n < 7; n++) { hear('need-code'); await settled(); }"
    codes = [told("code", code="code-1")]
    assert stage(script) == codes * 5 + ["trouble:too many codes"] * 2
    assert stage(f"{script} state.now += 60001; hear('need-code');")[-1] == codes[0]


@pytest.mark.parametrize(
    ("count", "shown"),
    [("0", ""), ("1", "1"), ("99", "99"), ("100", "99+"), ("-1", ""), ("1.5", ""), ("'9'", ""), ("null", "")],
)
def test_unread_messages_are_counted(stage, count, shown):
    assert stage(f"hear('unread', {{ count: {count} }});") == [f"unread:{shown}"]


def test_the_agent_may_open_a_case_and_nothing_else(stage):
    script = (
        "for (const ref of ['5003000000D8cuI', '005000000000001AAA', 'javascript:1', null, {}]) hear('open', { ref });"
    )
    assert stage(script) == [f"open:{REF}"]


@pytest.mark.parametrize(
    "said", ["null", "'ready'", "7", "{}", "{caseroom: 2, type: 'ready'}", "{caseroom: 1, type: 'constructor'}"]
)
def test_what_is_not_understood_is_nothing(stage, said):
    assert stage(f"talk.hear({said});") == []


def test_ids_of_cases_come_out_in_eighteen_characters(stage):
    given = ["5003000000D8cuI", REF, "500", "0053000000AbCdE", REF + "A", "5003000000D8cuIaar"]
    assert stage(f"for (const one of {json.dumps(given)}) done.push(caseId(one) ?? null);") == [REF, REF] + [None] * 4


# The component


def test_the_page_is_shown_and_the_cover_goes_when_it_is_ready(console):
    assert console("shown(); say(frame, 'ready'); shown();") == [state(busy=True), state()]


def test_what_another_window_says_is_nothing(console):
    assert console("say({}, 'ready'); say(undefined, 'need-code'); say(null, 'unread', { count: 3 }); shown();") == [
        state(busy=True)
    ]


def test_the_page_hears_which_case_is_in_view(console):
    assert console(f"{CASE_IN_VIEW} say(frame, 'ready');") == [[told("case", ref=REF), "*"]]
    assert console("pane.recordId = '5003000000D8cuI'; say(frame, 'ready');") == [[told("case", ref=REF), "*"]]
    assert console("pane.seePage(null); pane.seePage({ attributes: {} }); say(frame, 'ready');") == []


def test_a_code_alone_goes_to_a_page_that_asks_for_one(console):
    assert console("say(frame, 'need-code');") == [[told("code", code="a/b"), "*"]]


def test_unread_messages_show_on_the_utility_bar(console):
    shown = "pane.utilityId = 'u'; say(frame, 'unread', { count: 3 }); say(frame, 'unread', { count: 0 });"
    assert console(shown) == [
        ["u", {"label": "Caseroom_Title (3)", "highlighted": True}],
        ["u", {"label": "Caseroom_Title", "highlighted": False}],
    ]
    assert console("say(frame, 'unread', { count: 3 });") == []


def test_the_agent_gets_to_the_case(console):
    assert console(f"say(frame, 'open', {{ ref: '{REF}' }});") == [
        {
            "type": "standard__recordPage",
            "attributes": {"recordId": REF, "objectApiName": "Case", "actionName": "view"},
        }
    ]


REFUSED = "org.open = async () => { throw { body: { message: 'No.' } }; };"


def test_the_words_of_the_org_are_shown_and_trying_again_may_help(console):
    script = (
        f"const open = org.open; {REFUSED} await pane.start(); shown(); org.open = open; await pane.start(); shown();"
    )
    assert console(script) == [state(address=None, trouble="No."), state(busy=True)]
    assert console(f"{REFUSED} say(frame, 'need-code'); await settled(); shown();") == [state(trouble="No.")]
    assert console("org.open = async () => { throw new Error(); }; await pane.start(); shown();") == [
        state(address=None, trouble="Caseroom_No_Code")
    ]


def test_a_page_that_never_gets_ready_is_given_up_and_may_still_come(console):
    script = "timers.forEach((f) => f()); shown(); say(frame, 'ready'); shown();"
    assert console(script) == [state(trouble="Caseroom_No_Answer"), state()]


def test_a_component_that_is_taken_away_leaves_nothing(console):
    assert console("pane.disconnectedCallback(); done.push(heard.size, timers.size);") == [0, 0]


def test_the_page_is_kept_in_a_sandbox_without_the_origin_of_anybody():
    page = (PANE / "caseroomPane.html").read_text()
    (rights,) = re.findall(r'sandbox="([^"]*)"', page)
    assert "allow-scripts" in rights.split()
    assert not {"allow-same-origin", "allow-top-navigation"} & {*rights.split()}
