"""The Apex of the package compiles, breaks no rule, and would not pass if it were wrong."""

import shutil

import pytest

from shipping import apex
from shipping.salesforce import pack

WORK = "force-app-omni/main/default/triggers/CaseroomWork.trigger"
CLASSES = "force-app/main/default/classes"
# Of each class, a line and what a careless hand would make of it.
BREAKS = {
    "CaseroomCaseChanges": ("record.IsClosed ||", "record.IsShut ||"),
    "CaseroomEvent": ("record.Caseroom_Key__c", "record.Caseroom_Kee__c"),
    "CaseroomOutbox": ("new CaseroomSending(events)", "new CaseroomSending(events.size())"),
    "CaseroomPane": ("System.Label.Caseroom_Unreachable", "System.Label.Caseroom_Unreached"),
    "CaseroomRequest": ("request.setTimeout(PATIENCE)", "request.setTimeouts(PATIENCE)"),
    "CaseroomRetry": ("Integer retries;", "String retries;"),
}
CARELESS = """public class Careless {
    public static void run(List<Case> cases) {
        for (Case one : cases) {
            Contact found = [SELECT Id FROM Contact WHERE Id = :one.ContactId];
            update found;
        }
    }
}
"""


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    return pack("https://chat.example.com", tmp_path_factory.mktemp("dist"))


def test_the_compiler_finds_nothing(packed, java_program):
    assert apex.compile_problems(packed, unknown_types=[WORK]) == []


def test_the_compiler_finds_what_is_broken(packed, java_program, tmp_path):
    broken = shutil.copytree(packed, tmp_path / "broken")
    for name, (whole, changed) in BREAKS.items():
        file = broken / CLASSES / f"{name}.cls"
        source = file.read_text()
        assert whole in source
        file.write_text(source.replace(whole, changed))
    query = broken / CLASSES / "CaseroomCatchUp.cls"
    query.write_text(query.read_text().replace("SELECT Id, OwnerId", "SELECT Id, OwnerIdentity"))
    found = {problem.partition(".cls:")[0] for problem in apex.compile_problems(broken, unknown_types=[WORK])}
    assert BREAKS.keys() | {"QueriedFields"} <= found


def test_no_rule_is_broken(packed, java_program):
    assert apex.rule_problems(packed) == []


def test_the_rules_find_careless_code(java_program, tmp_path):
    (tmp_path / "Careless.cls").write_text(CARELESS)
    found = {problem.rpartition(" ")[2] for problem in apex.rule_problems(tmp_path)}
    assert {"ApexCRUDViolation", "ApexSharingViolations", "OperationWithLimitsInLoop"} <= found


def test_the_trigger_on_work_which_the_compiler_does_not_know_can_be_read(packed, tools):
    assert apex.syntax_problems(packed / WORK) == ""


def test_a_trigger_that_cannot_be_read_is_refused(packed, tools, tmp_path):
    file = tmp_path / "Broken.trigger"
    file.write_text((packed / WORK).read_text().replace("after insert,", "after insertion of,"))
    assert "Broken.trigger:" in apex.syntax_problems(file)
