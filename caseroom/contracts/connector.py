"""What every connector keeps: who is let in, what is understood, and that nothing it is sent breaks it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from caseroom.bridge.errors import NotProven, Rejected, Trouble
from caseroom.bridge.events import Delivery
from caseroom.connector import (
    ActsOnCases,
    CleansIds,
    Connector,
    InboundRequest,
    LinksCases,
    ListsReplies,
    ProvesAgents,
)
from caseroom.settings import SettingsError, load

NOW = 1_795_000_000.0
SECRET, NEXT_SECRET = "first-secret", "second-secret"
LONG_AGO = 3_600.0


class ConnectorContract:
    """Inherit, name the connector, and say how its vendor signs.

    Attributes:
        connector: the class under test.
        secret_setting: environment variable that holds the secrets of its callbacks.
        settings: environment variables that it needs beside that one.
        fixtures: a body for each kind of event that the connector declares to understand, by the vendor's name.
        unknown: a body of a kind that it has no word for; it is noted and left.
        is_dated: whether the signature covers a time, so that an old request is refused.
        ref, agent_id: ids of a record and of an agent as its vendor writes them.
    """

    connector: ClassVar[type[Any]]
    secret_setting: ClassVar[str]
    settings: ClassVar[Mapping[str, str]]
    fixtures: ClassVar[Mapping[str, Mapping[str, Any]]]
    unknown: ClassVar[Mapping[str, Any]]
    is_dated: ClassVar[bool] = True
    ref: ClassVar[str] = "1"
    agent_id: ClassVar[str] = "1"

    def sign(self, body: bytes, secret: str, at: float) -> dict[str, str]:
        """The headers with which the vendor would send this body at this time."""
        raise NotImplementedError

    def dated(self, body: Mapping[str, Any], at: float) -> Mapping[str, Any]:  # noqa: ARG002 -- most bodies tell none
        """The body as it would be sent at this time, where it tells the time itself."""
        return body

    def make(self, secrets: str = SECRET) -> Connector:
        """The connector with its settings."""
        name = self.connector.name
        values = {
            "CONNECTORS": name,
            "SECRET_KEY": "x",
            "TENCENT_SDK_APP_ID": "1400000000",
            "TENCENT_SECRET_KEY": "x",
            **self.settings,
            self.secret_setting: secrets,
        }
        found: Connector = self.connector(load(values, {name: self.connector}).of[name])
        return found

    def sent(
        self, body: Mapping[str, Any] | bytes, secret: str = SECRET, at: float = NOW, now: float = NOW
    ) -> InboundRequest:
        """A request as the vendor sends it."""
        raw = body if isinstance(body, bytes) else json.dumps(self.dated(body, at)).encode()
        headers = {name.lower(): value for name, value in self.sign(raw, secret, at).items()}
        return InboundRequest("POST", f"/{self.connector.name}", (), headers, raw, now)

    def some(self) -> Mapping[str, Any]:
        """Any one of the fixtures."""
        return next(iter(self.fixtures.values()))

    def test_its_name_can_stand_in_routes_settings_and_account_ids(self) -> None:
        """Lower-case letters, as routes, settings and ids are made of it."""
        assert self.connector.name.isalpha()
        assert self.connector.name.islower()
        assert self.connector.display_name

    def test_it_does_not_start_without_a_secret(self) -> None:
        """No secret configured: never open."""
        with pytest.raises(SettingsError) as error:
            self.make("")
        assert any(problem.startswith(self.secret_setting) for problem in error.value.problems)

    def test_what_its_vendor_signed_is_let_in(self) -> None:
        """The good case, so that the refusals below mean something."""
        self.make().verify(self.sent(self.some()))

    def test_what_is_not_signed_is_refused(self) -> None:
        """Without any of the vendor's headers."""
        with pytest.raises(NotProven):
            self.make().verify(replace(self.sent(self.some()), headers={}))

    def test_what_is_signed_with_another_secret_is_refused(self) -> None:
        """As an attacker would."""
        with pytest.raises(NotProven):
            self.make().verify(self.sent(self.some(), "another-secret"))

    def test_a_changed_byte_anywhere_in_the_body_is_refused(self) -> None:
        """The signature is over the raw bytes."""
        connector, request = self.make(), self.sent(self.some())
        for place in range(0, len(request.body), max(len(request.body) // 40, 1)):
            body = bytearray(request.body)
            body[place] ^= 1
            with pytest.raises(NotProven):
                connector.verify(replace(request, body=bytes(body)))

    def test_while_a_secret_is_exchanged_both_are_accepted(self) -> None:
        """The first one makes; both are good."""
        connector = self.make(f"{NEXT_SECRET},{SECRET}")
        for secret in (SECRET, NEXT_SECRET):
            connector.verify(self.sent(self.some(), secret))

    def test_a_secret_that_was_taken_out_is_refused(self) -> None:
        """The end of an exchange."""
        with pytest.raises(NotProven):
            self.make(NEXT_SECRET).verify(self.sent(self.some(), SECRET))

    def test_an_old_request_is_refused(self) -> None:
        """Whoever recorded it cannot send it again tomorrow."""
        if not self.is_dated:
            pytest.skip("this vendor's signature covers no time")
        for now in (NOW + LONG_AGO, NOW - LONG_AGO):
            with pytest.raises(NotProven):
                self.make().verify(self.sent(self.some(), now=now))

    def test_a_repetition_has_the_same_ids(self) -> None:
        """So that the second arrival changes nothing."""
        connector = self.make()
        for body in self.fixtures.values():
            assert [one.id for one in self.parsed(connector, body)] == [one.id for one in self.parsed(connector, body)]

    def test_every_declared_event_has_a_fixture_that_is_understood(self) -> None:
        """Each says something, and has no problem."""
        connector = self.make()
        for kind, body in self.fixtures.items():
            for delivery in self.parsed(connector, body):
                assert delivery.problem is None, kind
                assert delivery.events, kind
                assert delivery.id, kind

    def test_an_event_without_a_word_for_it_is_noted_and_left(self) -> None:
        """Vendors invent new ones; that is no error."""
        assert all(not one.events and one.problem is None for one in self.parsed(self.make(), self.unknown))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'"text"',
            b"7",
            b"\xff\xfe",
            b'{"a": ' * 2_000,
            b"{}",
            b'{"id": null, "events": {}}',
        ],
    )
    def test_a_malformed_body_is_rejected_by_name_or_parked_and_nothing_worse(self, body: bytes) -> None:
        """Signed or not, nothing that is sent may break the connector."""
        connector, request = self.make(), self.sent(body)
        try:
            connector.verify(request)
            deliveries = list(connector.parse(request))
        except Rejected as rejected:
            assert rejected.message
        else:
            assert all(one.problem or not one.events for one in deliveries)

    def test_what_is_told_about_a_refusal_holds_no_secret(self) -> None:
        """Errors go to the caller."""
        with pytest.raises(Rejected) as refused:
            self.make().verify(self.sent(self.some(), "another-secret"))
        assert SECRET not in repr(refused.value) + refused.value.message

    def test_ids_come_in_one_form(self) -> None:
        """An id that cannot be one is refused by the name of its field."""
        connector = self.make()
        if not isinstance(connector, CleansIds):
            pytest.skip("this vendor's ids have one form only")
        for clean in (connector.clean_ref, connector.clean_agent):
            for wrong in ("", " ", "../x", "a" * 500, "<b>", "\x00"):
                with pytest.raises(Rejected):
                    clean(wrong)

    def test_an_agent_is_not_believed_without_the_vendors_word(self) -> None:
        """Nobody becomes an agent by saying so."""
        connector = self.make()
        if not isinstance(connector, ProvesAgents):
            pytest.skip("this vendor proves no agents")
        for body in (b"", b"token=", b"token=a.b.c", b'{"agentId": "1"}'):
            with pytest.raises(Rejected):
                connector.agent(InboundRequest("POST", "/", (), {}, body, NOW))

    def test_a_wish_of_an_agents_that_does_not_reach_the_vendor_is_trouble_and_nothing_worse(self) -> None:
        """The settings of the suite lead to an address where nobody listens."""
        connector = self.make()
        if not isinstance(connector, ActsOnCases):
            pytest.skip("at this vendor nothing is done for agents")
        with pytest.raises(Trouble):
            connector.assign(self.ref, self.agent_id)
        with pytest.raises(Trouble):
            connector.solve(self.ref)

    def test_a_link_has_a_place_only_where_the_operator_has_named_one(self) -> None:
        """Without it no link is ever made."""
        connector = self.make()
        if not isinstance(connector, LinksCases):
            pytest.skip("this vendor's records have no place for links")
        assert connector.has_link_field is False

    def test_replies_that_cannot_be_asked_for_are_trouble_and_nothing_worse(self) -> None:
        """Agents have those of the operator's file then."""
        connector = self.make()
        if not isinstance(connector, ListsReplies):
            pytest.skip("this vendor keeps no replies")
        with pytest.raises(Trouble):
            list(connector.list_replies())

    def parsed(self, connector: Connector, body: Mapping[str, Any]) -> list[Delivery]:
        """What the connector understands of a body."""
        return list(connector.parse(self.sent(body)))
