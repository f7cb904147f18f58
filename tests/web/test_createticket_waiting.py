"""Nobody is kept longer than he may wait, however slowly a vendor answers; what he asked for goes on without him."""

import time

import pytest

import app as hall
from caseroom.settings import load
from caseroom.web import customer_desk, front, vendor_routes
from sandbox.faults import Fault, Faults
from sandbox.town import CALLBACK_KEY, INTAKE_KEY, Town

INFO = {"subject": "The teapot drips", "desc": "At the spout.", "name": "Mei Lin", "email": "mei@customer.example"}


@pytest.fixture
def town():
    found = Town(Faults(rates={}))
    found.tencent_chat.slow_seconds = 1.0
    yield found
    found.close()


@pytest.fixture
def web(town, tmp_path):
    """The service with real threads and a real store, and no worker."""
    house = hall.build(load(town.settings(str(tmp_path / "cases.db"), 0), hall.installed()))
    yield front.make(house).test_client()
    house.close()


def post(web, path, body, key=INTAKE_KEY):
    began = time.monotonic()
    answer = web.post(path, json=body, headers={"Authorization": f"Bearer {key}"})
    return answer, time.monotonic() - began


def test_a_customer_is_answered_in_time_by_a_slow_chat_cloud_and_his_group_opens_all_the_same(
    town, web, until, monkeypatch
):
    monkeypatch.setattr(customer_desk, "ROOM_SECONDS", 0.5)
    town.faults.rates = {Fault.SLOW: 1.0}
    answer, seconds = post(web, "/zendesk/createticket", {"userId": "mei", "caseInfo": INFO})
    assert (answer.status_code, answer.get_json()["status"]) == (202, "pending")
    assert seconds < 1.0
    group = answer.get_json()["GroupId"]
    until(lambda: group in town.tencent_chat.groups and "mei" in town.tencent_chat.groups[group].members)


def test_a_tutorials_callback_is_answered_in_time_too(town, web, until, monkeypatch):
    answer, _ = post(web, "/zendesk/createticket", {"userId": "mei", "caseInfo": INFO})
    group = answer.get_json()["GroupId"]
    monkeypatch.setattr(vendor_routes, "DONE_SECONDS", 0.5)
    town.faults.rates = {Fault.SLOW: 1.0}
    answer, seconds = post(web, "/zendesk/joingroup", {"groupId": group, "userId": "12"}, CALLBACK_KEY)
    assert (answer.status_code, answer.get_json()["status"]) == (202, "pending")
    assert seconds < 1.0
    until(lambda: "zendesk_12" in town.tencent_chat.groups[group].members)
