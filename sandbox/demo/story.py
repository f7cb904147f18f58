"""The story, part by part. Each thing that is seen is looked up at the vendors, never in our own store."""

from __future__ import annotations

from typing import Any

from sandbox.demo.stage import Stage
from sandbox.faults import Fault
from sandbox.town import SHOP

NAMES = {
    "subject": "The teapot drips",
    "desc": "It drips at the spout.",
    "name": "Mei Lin",
    "email": "mei@customer.example",
}


def ask(stage: Stage, connector: str, user: str, key: str, **more: Any) -> dict[str, Any]:
    """A customer asks for help through the shop's own server."""
    answer = stage.post(f"/{connector}/createticket", {"userId": user, "caseInfo": NAMES, "requestId": key, **more})
    body: dict[str, Any] = answer.json()
    stage.console.print(f"  [dim]the customer's answer: {answer.status_code} {body}[/]", highlight=False)
    return body


def zendesk(stage: Stage) -> None:
    """A Zendesk ticket from its opening to its end, and into another one."""
    desk = stage.town.zendesk
    ann, bob = (desk.add_agent(name) for name in ("Ann", "Bob"))
    stage.chapter("Zendesk: a ticket gets a room")
    stage.step("Mei asks for help")
    asked = ask(stage, "zendesk", "mei", "zendesk-1", wait="case")
    group, ticket = asked["GroupId"], int(asked["caseId"])
    stage.see("Tencent has the group with Mei in it", lambda: stage.members(group) == {"mei"})
    stage.see("and a greeting stands there", lambda: stage.is_said(group, "finding somebody"))
    stage.see(
        f"Zendesk has ticket {ticket}, asked for once",
        lambda: len(desk.find_by_external_id(key_of(stage, ticket))) == 1,
    )
    stage.step("Zendesk assigns Ann, then Bob, then nobody")
    desk.assign(ticket, ann)
    stage.see("Ann is in", lambda: stage.members(group) == {"mei", f"zendesk_{ann}"})
    desk.assign(ticket, bob)
    stage.see("Bob is in, Ann is out", lambda: stage.members(group) == {"mei", f"zendesk_{bob}"})
    desk.assign(ticket, None)
    stage.see("back in the queue, Mei waits alone", lambda: stage.members(group) == {"mei"})
    stage.step("Ann and Bob get it within one second: the events carry the same time")
    desk.assign(ticket, ann)
    desk.assign(ticket, bob)
    stage.see("Zendesk was asked, and Bob it is", lambda: stage.members(group) == {"mei", f"zendesk_{bob}"})
    stage.step("Bob solves it")
    desk.solve(ticket)
    stage.see("that is said, and the group stays", lambda: stage.is_said(group, "solved") and stage.group(group))
    stage.step("The ticket is merged into one that has no room")
    other = desk.open_ticket("Teapots in general", "All of them drip.", "Mei Lin", "mei@customer.example")
    desk.reopen(ticket)
    desk.merge(ticket, other)
    stage.see("the group goes on", lambda: stage.group(group))
    desk.assign(other, ann)
    stage.see("with whom the other ticket is assigned to", lambda: stage.members(group) == {"mei", f"zendesk_{ann}"})
    stage.step("That one is solved and closed")
    desk.solve(other)
    desk.close(other)
    stage.see("good-bye is said", lambda: stage.is_said(group, "good-bye"))
    stage.see("and the group is dissolved", lambda: stage.group(group) is None)
    opened_inside(stage, ann)


def opened_inside(stage: Stage, agent: int) -> None:
    """A ticket that was opened in Zendesk and marked for chat."""
    desk, chat = stage.town.zendesk, stage.town.tencent_chat
    stage.step("An agent opens a ticket inside Zendesk and tags it chat")
    before = set(chat.groups)
    ticket = desk.open_ticket("By phone", "She called.", "Rosa", "rosa@customer.example", tags=("chat",))
    stage.see("it gets a group too", lambda: len(set(chat.groups) - before) == 1)
    desk.assign(ticket, agent)
    (group,) = set(chat.groups) - before
    stage.see("and the agent is in it", lambda: f"zendesk_{agent}" in stage.members(group))


def key_of(stage: Stage, ticket: int) -> str:
    """Our key of a ticket, as Zendesk shows it."""
    return str(stage.town.zendesk.tickets[ticket].external_id)


def salesforce(stage: Stage) -> None:
    """A Salesforce case from its opening to its deletion."""
    org, chat = stage.town.salesforce, stage.town.tencent_chat
    ann, bob = (org.add_user(name) for name in ("Ann Arbor", "Bob Bell"))
    queue = org.add_queue("Teapots")
    org.assignment_owner = queue
    stage.chapter("Salesforce: the same, with another life")
    stage.step("Kofi asks for help")
    asked = ask(stage, "salesforce", "kofi", "salesforce-1", wait="case")
    group, case = asked["GroupId"], asked["caseId"]
    stage.see("Tencent has the group with Kofi in it", lambda: stage.members(group) == {"kofi"})
    stage.see(f"Salesforce has case {case}, owned by a queue", lambda: org.cases[case]["OwnerId"] == queue)
    stage.step("The case goes to Ann, then to Bob")
    org.assign(case, ann)
    stage.see("Ann is in", lambda: stage.members(group) == {"kofi", f"salesforce_{ann}"})
    org.assign(case, bob)
    stage.see("Bob is in, Ann is out", lambda: stage.members(group) == {"kofi", f"salesforce_{bob}"})
    stage.step("Bob closes it")
    org.close(case)
    stage.see(
        "good-bye is said, and the group is dissolved",
        lambda: group in chat.destroyed and stage.is_said(group, "good-bye"),
    )
    stage.step("Kofi writes again, and Bob reopens the case")
    before = set(chat.groups)
    org.reopen(case)
    stage.see("it has a new group, with both in it", lambda: _new_with(stage, before, {"kofi", f"salesforce_{bob}"}))
    again = ask(stage, "salesforce", "kofi", "salesforce-1")["GroupId"]
    stage.see(
        "an old request is answered with the new group", lambda: stage.members(again) == {"kofi", f"salesforce_{bob}"}
    )
    stage.step("The case is deleted")
    org.delete(case)
    stage.see("and so is the group", lambda: again in chat.destroyed)


def _new_with(stage: Stage, before: set[str], members: set[str]) -> bool:
    new = set(stage.town.tencent_chat.groups) - before
    return len(new) == 1 and stage.members(next(iter(new))) == members


def shopify(stage: Stage) -> None:
    """A shopper and a visitor, through the storefront's app proxy."""
    desk, shop = stage.town.zendesk, stage.town.shop
    ann = desk.add_agent("Ann of the shop")
    stage.chapter(f"Shopify: {SHOP}, with Zendesk behind it")
    stage.step("A signed-in shopper opens the chat")
    shopper = stage.send(shop.proxied("usersig", {}, customer_id=4711)).json()
    stage.see("she gets a UserSig for an account of her own", lambda: _logs_in(stage, shopper))
    opened = stage.send(shop.proxied("createticket", {"caseInfo": NAMES}, customer_id=4711)).json()
    stage.see("and a group", lambda: stage.members(opened["GroupId"]) == {shopper["userID"]})
    stage.step("A visitor who is not signed in does the same")
    visitor = stage.send(shop.proxied("usersig", {})).json()
    stage.see("he gets a UserSig too", lambda: _logs_in(stage, visitor))
    token = visitor["visitorToken"]
    asked = stage.send(shop.proxied("createticket", {"caseInfo": NAMES, "visitorToken": token})).json()
    group = asked["GroupId"]
    stage.see("and a group", lambda: stage.members(group) == {visitor["userID"]})
    stage.step("His case is handed to Zendesk, and assigned there")
    ticket = stage.see("Zendesk has a ticket", lambda: _ticket_of(stage, token))
    desk.assign(ticket, ann)
    stage.see("Ann is in his group", lambda: stage.members(group) == {visitor["userID"], f"zendesk_{ann}"})


def _logs_in(stage: Stage, answer: dict[str, Any]) -> bool:
    return bool(stage.town.tencent_chat.login(answer["userID"], answer["userSig"]))


def _ticket_of(stage: Stage, token: str) -> int | None:
    case = stage.send(stage.town.shop.proxied("case", {"visitorToken": token})).json()
    return int(case["caseId"]) if case["caseId"] else None


def outages(stage: Stage) -> None:
    """The helpdesk is away; the chat cloud answers too late."""
    desk, chat = stage.town.zendesk, stage.town.tencent_chat
    stage.chapter("When a vendor fails")
    stage.step("Zendesk is switched off, and Noor asks for help")
    desk.down = True
    before = len(desk.tickets)
    asked = ask(stage, "zendesk", "noor", "outage-1")
    stage.see("she is in a group at once", lambda: stage.members(asked["GroupId"]) == {"noor"}, seconds=1)
    stage.never("Zendesk has nothing yet", lambda: len(desk.tickets) != before)
    stage.step("Zendesk comes back")
    desk.down = False
    stage.see("the ticket is there", lambda: len(desk.tickets) == before + 1)
    stage.never("once", lambda: len(desk.tickets) != before + 1)
    stage.step("Tencent creates Omar's group, but its answer never comes")
    stage.faults.planned["tencent_chat", "create_group"] = Fault.UNANSWERED
    omar = ask(stage, "zendesk", "omar", "outage-2", wait="case")
    group = omar["GroupId"]
    stage.see("Omar is in his group", lambda: stage.members(group) == {"omar"})
    stage.never(
        "there is one group and one ticket", lambda: chat.created_count[group] != 1 or len(desk.tickets) != before + 2
    )


PARTS = (salesforce, zendesk, shopify, outages)
