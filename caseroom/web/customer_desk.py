"""What customers ask for: a login ticket, a case, its conversation, its end, and to be forgotten."""

from __future__ import annotations

from typing import Any

from flask import request
from pydantic import BaseModel

from caseroom.bridge.errors import BadField, NotFound
from caseroom.bridge.events import CustomerLeft
from caseroom.bridge.intake import Ask, latest
from caseroom.bridge.model import Case, CaseRequest, Known
from caseroom.bridge.situation import Situation
from caseroom.connector import TakesFields
from caseroom.house import House
from caseroom.web.bodies import (
    CaseAnswer,
    ConversationAsk,
    CustomerAsk,
    TicketAnswer,
    TicketAsk,
    UserSigAnswer,
    UserSigAsk,
)
from caseroom.web.conversation import Part, conversation
from caseroom.web.customers import Customers, Erased, Whose, refuse_blocked, state
from caseroom.web.doors import Caller, Keys, Storefront, TrustedServer, UnknownConnector

ROOM_SECONDS = 4.0
HELPDESK_SECONDS = 10.0
OUT_SECONDS = 3.0

Answer = tuple[dict[str, Any], int]


def shown(answer: BaseModel) -> dict[str, Any]:
    """An answer as JSON, without what is not there for this caller."""
    absent = {"status", "visitorToken"}
    return {name: value for name, value in answer.model_dump().items() if value is not None or name not in absent}


class NoCase(NotFound):
    """The customer has no case, or not any more."""

    code = "no_case"

    def __init__(self) -> None:
        super().__init__("This customer has no case.")


class CustomerDesk:
    """Serves customers, through whichever door they come."""

    def __init__(self, keys: Keys) -> None:
        self.house = keys.house
        self.customers = Customers.of(keys)

    def usersig(self, caller: Caller, body: UserSigAsk) -> Answer:
        """A UserSig for whom the caller has proved to be; imports nothing at Tencent."""
        whose = self._to_log_in(caller, body)
        self.customers.refuse_blocked(whose.account)
        return shown(user_sig_answer(self.house, whose.account.id, whose.visitor_token)), 200

    def _to_log_in(self, caller: Caller, body: UserSigAsk) -> Whose:
        is_shopper = isinstance(caller, Storefront) and caller.shopper.customer
        if isinstance(caller, TrustedServer) or body.visitorToken is not None or is_shopper:
            return self._whose(caller, body.userID, "userID", body.visitorToken)
        self.customers.allow_new_visitor()
        with self.house.store.transaction() as tx:
            return self.customers.new_visitor(tx, caller)

    def createticket(self, caller: Caller, connector: str, body: TicketAsk) -> Answer:
        """Keep a request and open its group; the answer waits for the group as long as the caller may."""
        if connector not in self.house.connectors:
            raise UnknownConnector
        self._check(caller, connector, body)
        key = self._key(body)
        self.customers.allow_visitor(caller, body.visitorToken)
        with self.house.waiting_room() as may_wait:
            now = self.house.clock()
            with self.house.store.transaction() as tx:
                whose = self.customers.known(tx, caller, named=body.userId, field="userId", token=body.visitorToken)
                refuse_blocked(tx, whose.account.id, now)
                ask = _ask(caller, connector, body, whose, key)
                case, claim = self.house.reception.keep(tx, ask, now, claims=may_wait)
            if may_wait and not _is_open(case):
                case = self.house.settle_now(case.key, "chat", claim, is_room_open, ROOM_SECONDS)
            if may_wait and body.wait == "case" and case.ref is None:
                case = self.house.settle_now(case.key, "helpdesk", None, _has_ref, HELPDESK_SECONDS, sits_out=True)
        return self._ticket(case, whose)

    def _check(self, caller: Caller, connector: str, body: TicketAsk) -> None:
        if body.caseInfo.fields and not isinstance(caller, TrustedServer):
            raise BadField("caseInfo.fields", "is for trusted servers only")
        if body.new and body.requestId is None and not request.headers.get("Idempotency-Key"):
            raise BadField("requestId", "is missing; a second case needs a key of its own")
        helpdesk = self.house.connectors.get(self.house.reception.helpdesks.get(connector, connector))
        if body.caseInfo.fields and not isinstance(helpdesk, TakesFields):
            raise BadField("caseInfo.fields", "this connector takes none")
        if isinstance(helpdesk, TakesFields):
            helpdesk.allow_fields(body.caseInfo.fields)

    def _key(self, body: TicketAsk) -> str | None:
        header = request.headers.get("Idempotency-Key") or None
        if header is not None and body.requestId not in {None, header}:
            raise BadField("requestId", "differs from the header Idempotency-Key")
        if header is not None and len(header) > 255:  # noqa: PLR2004 -- as long as a requestId may be
            raise BadField("Idempotency-Key", "is longer than 255 characters")
        return body.requestId or header

    def _ticket(self, case: Case, whose: Whose) -> Answer:
        is_open = _is_open(case) or not case.wanted.is_live
        answer = TicketAnswer(
            GroupId=case.group_id,
            caseId=case.ref,
            userID=case.account,
            status=None if is_open else "pending",
            visitorToken=whose.visitor_token,
        )
        return shown(answer), 200 if is_open else 202

    def case(self, caller: Caller, body: CustomerAsk) -> Answer:
        """The latest case."""
        case, whose = self._found(caller, body)
        return self._case(case, whose), 200

    def messages(self, caller: Caller, body: ConversationAsk) -> Answer:
        """Its conversation over all its lives."""
        case, _ = self._found(caller, body)
        return conversation(self.house, case, Part(body.before, body.after, body.limit)), 200

    def end(self, caller: Caller, body: CustomerAsk) -> Answer:
        """Out of the group; the case goes on."""
        case, whose = self._found(caller, body)
        return self._case(take_out(self.house, case), whose), 200

    def forget(self, caller: Caller, body: CustomerAsk) -> Answer:
        """Everything of this person goes: here at once, at the chat cloud as soon as it answers."""
        self.customers.allow_visitor(caller, body.visitorToken)
        with self.house.store.transaction() as tx:
            whose = self.customers.known(tx, caller, named=body.userId, field="userId", token=body.visitorToken)
            self.house.eraser.forget(tx, whose.account, self.house.clock())
        return {"status": "forgotten"}, 200

    def _whose(self, caller: Caller, named: str | None, field: str, token: str | None) -> Whose:
        self.customers.allow_visitor(caller, token)
        with self.house.store.snapshot() as tx:
            whose = self.customers.find(tx, caller, named=named, field=field, token=token)
        if whose is not None:
            return whose
        with self.house.store.transaction() as tx:
            return self.customers.known(tx, caller, named=named, field=field, token=token)

    def _found(self, caller: Caller, body: CustomerAsk) -> tuple[Case, Whose]:
        """The customer's latest case; who was erased has none."""
        try:
            whose = self._whose(caller, body.userId, "userId", body.visitorToken)
        except Erased as erased:
            raise NoCase from erased
        where = {"connector": "shopify"} if isinstance(caller, Storefront) else {}
        with self.house.store.snapshot() as tx:
            case = latest(tx, account=whose.account.id, **where)
        if case is None:
            raise NoCase
        return case, whose

    def _case(self, case: Case, whose: Whose) -> dict[str, Any]:
        return shown(case_answer(case, whose.visitor_token))


def case_answer(case: Case, visitor_token: str | None = None) -> CaseAnswer:
    """A case as its customer is shown it."""
    return CaseAnswer(
        GroupId=case.group_id,
        caseId=case.ref,
        state=state(case),  # type: ignore[arg-type]
        userID=case.account,
        desc=case.request.desc,
        openedAt=case.opened_at,
        visitorToken=visitor_token,
    )


def take_out(house: House, case: Case) -> Case:
    """The customer ends his chat; the case goes on."""
    with house.store.transaction() as tx:
        house.office.fold(tx, case, [CustomerLeft()], house.clock())
    with house.waiting_room() as may_wait:
        return house.settle_now(case.key, "chat", None, is_customer_out, OUT_SECONDS) if may_wait else case


def user_sig_answer(house: House, account: str, visitor_token: str | None = None) -> UserSigAnswer:
    """A login ticket for an account that the caller has proved to be."""
    user_sig = house.user_sigs.issue(account)
    return UserSigAnswer(
        userID=user_sig.account,
        userSig=user_sig.text,
        sdkAppID=house.settings.tencent_sdk_app_id,
        expiresAt=user_sig.expires_at,
        visitorToken=visitor_token,
    )


def _ask(caller: Caller, connector: str, body: TicketAsk, whose: Whose, key: str | None) -> Ask:
    info, is_trusted = body.caseInfo, isinstance(caller, TrustedServer)
    asked = CaseRequest(
        subject=info.subject,
        desc=info.desc,
        name=info.name,
        email=info.email,
        page=info.page,
        locale=info.locale,
        preferred_agent=info.preferredAgent,
        fields=info.fields,
        is_trusted=is_trusted,
    )
    return Ask(
        connector=connector,
        account=whose.account,
        request=asked,
        key=key,
        wants_open_one=body.reuse if is_trusted else not body.new,
        is_sole=not is_trusted and not body.new,
    )


def _is_open(case: Case) -> bool:
    return case.seen.group is Known.YES and case.seen.members.get(case.account) is Known.YES


def is_room_open(situation: Situation) -> bool:
    """Whether the customer is in his group, or never will be."""
    return _is_open(situation.case) or not situation.case.wanted.is_live


def is_customer_out(situation: Situation) -> bool:
    """Whether the customer is out of his group."""
    return situation.case.account not in situation.case.seen.members


def _has_ref(situation: Situation) -> bool:
    return situation.case.ref is not None
