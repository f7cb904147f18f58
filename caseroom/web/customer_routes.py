"""What customers ask for: a login ticket, a case, its conversation, its end, and to be forgotten."""

from __future__ import annotations

from typing import Any

from flask import g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from caseroom.bridge.errors import BadField, NotFound
from caseroom.bridge.events import CustomerLeft
from caseroom.bridge.intake import Ask, latest
from caseroom.bridge.model import Case, CaseRequest, Known, Message
from caseroom.bridge.situation import Situation
from caseroom.connector import TakesFields
from caseroom.web.bodies import (
    PROBLEMS,
    CaseAnswer,
    ConversationAnswer,
    ConversationAsk,
    CustomerAsk,
    ForgottenAnswer,
    MessageAnswer,
    TicketAnswer,
    TicketAsk,
    UserSigAnswer,
    UserSigAsk,
)
from caseroom.web.customers import Customers, Whose, state
from caseroom.web.doors import (
    Caller,
    Keys,
    Lock,
    Storefront,
    TrustedServer,
    UnknownConnector,
    customer,
    locked,
)
from caseroom.web.doors import storefront as through_storefront

ROOM_SECONDS = 4.0
HELPDESK_SECONDS = 10.0
OUT_SECONDS = 3.0
TAG = Tag(name="customers", description="A trusted server, a page of an allowed origin, or a shop's storefront.")

Answer = tuple[dict[str, Any], int]


class ConnectorPath(BaseModel):
    """Which connector."""

    connector: str


def shown(answer: BaseModel) -> dict[str, Any]:
    """An answer as JSON, without what is not there for this caller."""
    absent = {"status", "visitorToken"}
    return {name: value for name, value in answer.model_dump().items() if value is not None or name not in absent}


class CustomerDesk:
    """Serves customers, through whichever door they come."""

    def __init__(self, keys: Keys) -> None:
        self.house = keys.house
        self.customers = Customers.of(keys)

    def usersig(self, caller: Caller, body: UserSigAsk) -> Answer:
        """A UserSig for whom the caller has proved to be; imports nothing at Tencent."""
        whose = self._to_log_in(caller, body)
        user_sig = self.house.user_sigs.issue(whose.account.id)
        answer = UserSigAnswer(
            userID=user_sig.account,
            userSig=user_sig.text,
            sdkAppID=self.house.settings.tencent_sdk_app_id,
            expiresAt=user_sig.expires_at,
            visitorToken=whose.visitor_token,
        )
        return shown(answer), 200

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
        whose = self._whose(caller, body.userId, "userId", body.visitorToken)
        return self._case(self._latest(caller, whose), whose), 200

    def messages(self, caller: Caller, body: ConversationAsk) -> Answer:
        """Its conversation over all its lives."""
        whose = self._whose(caller, body.userId, "userId", body.visitorToken)
        case = self._latest(caller, whose)
        return conversation(self.house, case, body.before, body.limit), 200

    def end(self, caller: Caller, body: CustomerAsk) -> Answer:
        """Out of the group; the case goes on."""
        whose = self._whose(caller, body.userId, "userId", body.visitorToken)
        case = self._latest(caller, whose)
        with self.house.store.transaction() as tx:
            self.house.office.fold(tx, case, [CustomerLeft()], self.house.clock())
        with self.house.waiting_room() as may_wait:
            if may_wait:
                case = self.house.settle_now(case.key, "chat", None, is_customer_out, OUT_SECONDS)
        return self._case(case, whose), 200

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

    def _latest(self, caller: Caller, whose: Whose) -> Case:
        where = {"connector": "shopify"} if isinstance(caller, Storefront) else {}
        with self.house.store.snapshot() as tx:
            case = latest(tx, account=whose.account.id, **where)
        if case is None:
            raise NotFound("This customer has no case.", code="no_case")
        return case

    def _case(self, case: Case, whose: Whose) -> dict[str, Any]:
        answer = CaseAnswer(
            GroupId=case.group_id,
            caseId=case.ref,
            state=state(case),  # type: ignore[arg-type]
            userID=case.account,
            visitorToken=whose.visitor_token,
        )
        return shown(answer)


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


def conversation(house: Any, case: Case, before: str | None, limit: int) -> dict[str, Any]:
    """A page of a conversation over all its lives: the newest messages before a place, oldest first."""
    found: list[Message] = []
    life, seq = map(int, before.split(".")) if before else (case.life, 2**62)
    life = min(life, case.life)
    with house.store.snapshot() as tx:
        while life > 0 and len(found) <= limit:
            rest = limit + 1 - len(found)
            found += tx.find(Message, case=case.key, life=life, seq__lt=seq, order="-seq", limit=rest)
            life, seq = life - 1, 2**62
    page = found[:limit]
    more = f"{page[-1].life}.{page[-1].seq}" if len(found) > limit else None
    answer = ConversationAnswer(messages=[_message(message) for message in reversed(page)], before=more)
    return answer.model_dump()


def _message(message: Message) -> MessageAnswer:
    return MessageAnswer(
        GroupId=message.group_id,
        life=message.life,
        seq=message.seq,
        sender=message.sender,
        sentAt=message.sent_at,
        kind=message.kind,
        isConfirmed=message.is_confirmed,
        body=list(message.body),
    )


def routes(keys: Keys) -> APIBlueprint:
    """The routes for trusted servers and browsers."""
    blueprint = APIBlueprint("customers", __name__, abp_tags=[TAG], abp_responses=PROBLEMS)
    desk = CustomerDesk(keys)
    _mount(blueprint, desk, "", customer)

    @blueprint.post(
        "/<connector>/createticket", summary="Open a case", responses={200: TicketAnswer, 202: TicketAnswer}
    )
    @locked(customer, reads_json=True)
    def createticket(path: ConnectorPath, body: TicketAsk) -> Answer:
        return desk.createticket(g.caller, path.connector, body)

    return blueprint


def proxy_routes(keys: Keys, connector: str) -> APIBlueprint:
    """The same through a storefront's app proxy; no browser of another origin reads the answers."""
    blueprint = APIBlueprint(
        f"{connector}_proxy", __name__, url_prefix=f"/{connector}/proxy", abp_tags=[TAG], abp_responses=PROBLEMS
    )
    desk = CustomerDesk(keys)
    _mount(blueprint, desk, "", through_storefront)

    @blueprint.post("/createticket", summary="Open a case", responses={200: TicketAnswer, 202: TicketAnswer})
    @locked(through_storefront, reads_json=True)
    def createticket(body: TicketAsk) -> Answer:
        return desk.createticket(g.caller, connector, body)

    return blueprint


def _mount(blueprint: APIBlueprint, desk: CustomerDesk, prefix: str, lock: Lock) -> None:
    @blueprint.post(f"{prefix}/usersig", summary="A login ticket for the chat", responses={200: UserSigAnswer})
    @locked(lock, reads_json=True)
    def usersig(body: UserSigAsk) -> Answer:
        return desk.usersig(g.caller, body)

    @blueprint.post(f"{prefix}/case", summary="The customer's latest case", responses={200: CaseAnswer})
    @locked(lock, reads_json=True)
    def case(body: CustomerAsk) -> Answer:
        return desk.case(g.caller, body)

    @blueprint.post(f"{prefix}/case/messages", summary="Its conversation", responses={200: ConversationAnswer})
    @locked(lock, reads_json=True)
    def messages(body: ConversationAsk) -> Answer:
        return desk.messages(g.caller, body)

    @blueprint.post(f"{prefix}/case/end", summary="Leave the chat; the case goes on", responses={200: CaseAnswer})
    @locked(lock, reads_json=True)
    def end(body: CustomerAsk) -> Answer:
        return desk.end(g.caller, body)

    @blueprint.post(
        f"{prefix}/case/forget", summary="Erase everything of this person", responses={200: ForgottenAnswer}
    )
    @locked(lock, reads_json=True)
    def forget(body: CustomerAsk) -> Answer:
        return desk.forget(g.caller, body)
