"""Canned replies: from the operator's file, and from Zendesk's macros."""

import pytest

from caseroom.bridge.ports import Reply
from caseroom.web.replies import read_replies

FILE = """Notes for whoever keeps this file.

## Delivery
Your parcel is under way.

It takes **three** days.

##   Return, please
Send it back to us.
### not a heading of its own

## Empty

# Neither is this
"""
TOLD = [
    Reply("Delivery", "Your parcel is under way.\n\nIt takes **three** days."),
    Reply("Return, please", "Send it back to us.\n### not a heading of its own"),
]


def say(text):
    return {"field": "comment_value", "value": text}


def replies(site, agent):
    answer = agent.get("replies")
    assert answer.status_code == 200
    return [(one["title"], one["text"]) for one in answer.get_json()["replies"]]


def test_a_file_is_read_by_its_headings():
    assert read_replies(FILE.replace("\n# Neither is this\n", "")) == TOLD
    assert read_replies("") == []
    assert read_replies("no heading") == []


def test_the_files_replies_come_first_and_are_read_anew_each_time(site_with, tmp_path):
    file = tmp_path / "replies.md"
    file.write_text("## Delivery\nUnder way.\n", encoding="utf-8")
    site = site_with(CANNED_REPLIES_FILE=str(file))
    site.zendesk.add_macro("Close", say("Good-bye."))
    ann = site.agent()
    assert replies(site, ann) == [("Delivery", "Under way."), ("Close", "Good-bye.")]
    file.write_text("## Return\nSend it back.\n", encoding="utf-8")
    assert replies(site, ann)[0] == ("Return", "Send it back.")
    file.unlink()
    assert replies(site, ann) == [("Close", "Good-bye.")]


def test_macros_are_asked_for_once_in_five_minutes(site):
    ann = site.agent()
    site.zendesk.add_macro("One", say("First"))
    assert replies(site, ann) == [("One", "First")]
    site.zendesk.add_macro("Two", say("Second"))
    assert replies(site, ann) == [("One", "First")]
    site.wait(301)
    assert replies(site, ann) == [("One", "First"), ("Two", "Second")]
    assert [call for call, _ in site.zendesk.calls].count("list_macros") == 2


def test_a_helpdesk_that_is_down_keeps_nobody_from_the_rest(site):
    ann = site.agent()
    site.zendesk.add_macro("One", say("First"))
    site.zendesk.down = True
    assert replies(site, ann) == []
    site.zendesk.down = False
    site.wait(31)
    assert replies(site, ann) == [("One", "First")]
    site.wait(301)
    site.zendesk.down = True
    assert replies(site, ann) == [("One", "First")]


def test_agents_of_a_helpdesk_without_replies_have_those_of_the_file(site_with, tmp_path):
    file = tmp_path / "replies.md"
    file.write_text("## Delivery\nUnder way.\n", encoding="utf-8")
    site = site_with(CANNED_REPLIES_FILE=str(file))
    token = site.session(site.salesforce_code(site.salesforce.add_user("Dee")).get_json()["code"])["agentToken"]
    answer = site.as_agent("/agent/replies", token).get_json()
    assert answer == {"replies": [{"title": "Delivery", "text": "Under way."}]}


@pytest.mark.parametrize("path", ["/nowhere/replies.md", "/"])
def test_a_file_that_is_not_there_stops_the_start(site_with, path):
    with pytest.raises(Exception, match="CANNED_REPLIES_FILE"):
        site_with(CANNED_REPLIES_FILE=path)
