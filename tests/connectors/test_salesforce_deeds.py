"""What is asked of Salesforce for agents, beyond what every helpdesk does: no rule runs, nobody is overwritten."""

import pytest

from caseroom.bridge.errors import Refused, Unavailable
from connectors.salesforce import CONNECTOR
from sandbox.salesforce import Salesforce
from sandbox.stand_in import Server


@pytest.fixture
def org():
    return Salesforce(client_id="a", client_secret="b")


@pytest.fixture
def connect(org):
    server = Server(org)
    known = {"url": server.url, "client_id": "a", "client_secret": "b", "webhook_secrets": "c"}
    yield lambda **more: CONNECTOR(CONNECTOR.Settings(**known, **more))
    server.close()


@pytest.fixture
def dee(org):
    return org.add_user("Dee")


@pytest.fixture
def case(org):
    return org.open_case("Lamp", "It hums", "Cid", "cid@x.test", owner=org.add_queue("Lamps"))


def headers(org):
    """Headers of the updates that reach the org from now on."""
    seen, update = [], org.update

    def listen(request, **arguments):
        seen.append(dict(request.headers))
        return update(request, **arguments)

    org.update = listen
    return seen


def test_no_change_of_ours_lets_the_assignment_rule_run(org, connect, dee, case):
    org.add_field("Link__c")
    org.assignment_owner = org.add_queue("By rule")
    seen, salesforce = headers(org), connect(link_field="Link__c")
    salesforce.assign(case, dee)
    salesforce.link_case(case, "https://chat.example/c/x")
    salesforce.solve(case)
    assert [one["Sforce-Auto-Assign"] for one in seen] == ["FALSE"] * 3
    assert org.cases[case]["OwnerId"] == dee


def test_a_case_that_nobody_took_is_owned_by_us_and_may_be_taken(org, connect, dee):
    ours = org.insert({"Subject": "Lamp"}, org.me)["Id"]
    connect().assign(ours, dee)
    assert org.cases[ours]["OwnerId"] == dee


def test_a_change_that_comes_too_late_did_not_happen_and_is_no_outage(org, connect, dee, case):
    salesforce = connect()
    salesforce.ping()
    query = org.query

    def outdated(request, **arguments):
        answer = query(request, **arguments)
        org.cases[case]["LastModifiedDate"] = "2126-11-20T09:30:00.000+0000"
        return answer

    org.query = outdated
    with pytest.raises(Unavailable) as late:
        salesforce.assign(case, dee)
    assert not late.value.counts_as_outage
    assert org.cases[case]["OwnerId"] != dee


def test_solved_is_the_status_that_the_operator_says(org, connect, case):
    connect(solved_status="Working").solve(case)
    assert (org.cases[case]["Status"], org.cases[case]["IsClosed"]) == ("Working", False)


def test_a_field_that_is_not_there_is_refused_with_salesforces_word(org, connect, case):
    with pytest.raises(Refused) as refused:
        connect(link_field="Nowhere__c").link_case(case, "https://chat.example/c/x")
    assert refused.value.code == "INVALID_FIELD"


@pytest.mark.parametrize("name", ["Link Field", "1st__c", "Link__c; DROP", "a" * 90])
def test_what_cannot_be_the_name_of_a_field_stops_the_start(connect, name):
    with pytest.raises(ValueError, match="API name"):
        connect(link_field=name)
