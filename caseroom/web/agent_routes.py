"""The routes for agents. Nobody reads a case that is not his, and nobody writes in one."""

from __future__ import annotations

from itertools import chain
from typing import Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from caseroom.bridge.errors import NotFound
from caseroom.connector import ProvesAgents
from caseroom.web.agent_bodies import (
    AgentCaseDetail,
    AgentCasesAnswer,
    AgentSession,
    CasePath,
    CaseQuery,
    CodeAnswer,
    CodeAsk,
    PartQuery,
    RepliesAnswer,
    ReplyAnswer,
    SpeechAnswer,
    SpeechAsk,
)
from caseroom.web.agent_deeds import AgentDeeds
from caseroom.web.agent_desk import AgentDesk
from caseroom.web.agent_sessions import CODE_SECONDS, AgentSessions
from caseroom.web.bodies import PROBLEMS, ConversationAnswer
from caseroom.web.conversation import Part, conversation
from caseroom.web.doors import Keys, Nobody, agent, code_holder, locked, nobody
from caseroom.web.replies import Replies
from caseroom.web.shell import page

HTML: dict[Any, Any] = {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}}
TAG = Tag(name="agents", description="The agents' page, and what it asks for with an agent token.")
# Zendesk's and Salesforce's agent workspaces.
FRAMES = (
    *("https://*.zendesk.com", "https://*.lightning.force.com", "https://*.my.salesforce.com"),
    *("https://*.vf.force.com", "'self'"),
)

Answer = tuple[dict[str, Any], int]


def routes(keys: Keys) -> APIBlueprint:
    """All routes that are the same for the agents of every helpdesk."""
    blueprint = APIBlueprint("agents", __name__, abp_tags=[TAG], abp_responses=PROBLEMS)
    _mount_session(blueprint, keys)
    _mount_reading(blueprint, keys)
    _mount_deeds(blueprint, keys)
    return blueprint


def _mount_session(blueprint: APIBlueprint, keys: Keys) -> None:
    sessions = AgentSessions(keys.house, keys.tokens)

    @blueprint.get("/agent", summary="The agents' page; the code comes in the fragment", responses={200: HTML})
    @locked(nobody)
    def agents_page() -> Response:
        return page("agent.html", {}, sdk_url=keys.house.settings.tencent_sdk_url, frames=frames(keys))

    @blueprint.post("/agent/session", summary="Use a code up", responses={200: AgentSession})
    @locked(code_holder, reads_json=True)
    def session(body: CodeAsk) -> Answer:
        return sessions.session(body.code).model_dump(), 200

    @blueprint.post("/agent/renew", summary="Renew the token", responses={200: AgentSession})
    @locked(agent)
    def renew() -> Answer:
        return sessions.renew(g.caller).model_dump(), 200


def _mount_reading(blueprint: APIBlueprint, keys: Keys) -> None:
    desk, replies = AgentDesk(keys.house), Replies(keys.house)

    @blueprint.get("/agent/cases", summary="The agent's open cases", responses={200: AgentCasesAnswer})
    @locked(agent)
    def cases() -> Answer:
        return {"cases": desk.cases(g.caller)}, 200

    @blueprint.get("/agent/case", summary="A case of the agent's", responses={200: AgentCaseDetail})
    @locked(agent)
    def case(query: CaseQuery) -> Answer:
        return desk.shown(g.caller, desk.readable(g.caller, query.ref)), 200

    @blueprint.get(
        "/agent/case/<ref>/messages", summary="Its conversation, also from before", responses={200: ConversationAnswer}
    )
    @locked(agent)
    def messages(path: CasePath, query: PartQuery) -> Answer:
        part = Part(query.before, query.after, query.limit)
        return conversation(keys.house, desk.readable(g.caller, path.ref), part), 200

    @blueprint.get("/agent/replies", summary="Canned replies", responses={200: RepliesAnswer})
    @locked(agent)
    def canned() -> Answer:
        found = [ReplyAnswer(title=one.title, text=one.text) for one in replies.of(g.caller.connector)]
        return RepliesAnswer(replies=found).model_dump(), 200


def _mount_deeds(blueprint: APIBlueprint, keys: Keys) -> None:
    deeds = AgentDeeds(keys.house, AgentDesk(keys.house))
    spoken: Any = {200: SpeechAnswer, 202: SpeechAnswer}

    @blueprint.post("/agent/case/<ref>/messages", summary="Say something as the agent", responses=spoken)
    @locked(agent, reads_json=True)
    def say(path: CasePath, body: SpeechAsk) -> Answer:
        return deeds.say(g.caller, path.ref, body)

    @blueprint.post("/agent/case/<ref>/take", summary="Have it assigned", responses={200: AgentCaseDetail})
    @locked(agent)
    def take(path: CasePath) -> Answer:
        return deeds.take(g.caller, path.ref), 200

    @blueprint.post("/agent/case/<ref>/solve", summary="Solve it at the helpdesk", responses={200: AgentCaseDetail})
    @locked(agent)
    def solve(path: CasePath) -> Answer:
        return deeds.solve(g.caller, path.ref), 200

    @blueprint.post("/agent/case/<ref>/block", summary="Block its customer", responses={200: AgentCaseDetail})
    @locked(agent)
    def block(path: CasePath) -> Answer:
        return deeds.block(g.caller, path.ref), 200


def proof_routes(keys: Keys, name: str, connector: ProvesAgents) -> APIBlueprint:
    """The route where a helpdesk proves its agents."""
    blueprint = APIBlueprint(f"{name}_agents", __name__, abp_tags=[TAG], abp_responses=PROBLEMS)
    sessions = AgentSessions(keys.house, keys.tokens)
    proved: Any = HTML if connector.opens_page else CodeAnswer

    @blueprint.post(f"/{name}/{connector.agent_path}", summary="An agent, proved", responses={200: proved})
    @locked(proved_agent)
    def prove() -> Answer | Response:
        code = sessions.proved(connector, name)
        if not connector.opens_page:
            return CodeAnswer(code=code, expiresIn=CODE_SECONDS).model_dump(), 200
        return page(
            "agent.html",
            {"code": code, "connector": name, **getattr(connector, "page_facts", {})},
            sdk_url=keys.house.settings.tencent_sdk_url,
            frames=frames(keys),
            scripts=getattr(connector, "page_scripts", ()),
        )

    return blueprint


def frames(keys: Keys) -> tuple[str, ...]:
    """Who may put the page into a frame: the vendors' workspaces, and the addresses of the helpdesks set up."""
    named = (getattr(connector, "page_frames", ()) for connector in keys.house.connectors.values())
    return tuple(dict.fromkeys([*FRAMES, *chain.from_iterable(named)]))


def proved_agent(keys: Keys, inbound: Any) -> Nobody:
    """The helpdesk's proof that this agent is signed in there."""
    connector = keys.house.connectors[inbound.path.split("/")[1]]
    if not isinstance(connector, ProvesAgents):
        raise NotFound("There is no such route.")
    connector.agent(inbound)
    return Nobody()
