"""Texts of all kinds pass as they are or are refused by the name of their field, and none breaks anything."""

import unicodedata

import pytest

from caseroom.store.tables import TABLES

GROUP_NAME, NICK, SUBJECT, NAME = 30, 100, 255, 255
CHINESE = "林美丽的茶壶在漏水" * 55 + "请快来帮忙"
HEBREW = "\u202eהקומקום \u202ddrips\u202c \u2067דולף\u2069"
EMOJI = "🫖👩\u200d🔧👍🏽🏴\U000e0067\U000e0062\U000e007f\ufe0f" * 20
TEXTS = {
    "500 Chinese characters": CHINESE,
    "right to left": HEBREW,
    "emoji": EMOJI,
    "combining": "e\u0301" * 100 + unicodedata.normalize("NFD", "ạ̄̂" * 50),
    "markup": "<script>alert(1)</script>&amp;\"'`${7*7}{{7*7}}",
    "a query": "'; DROP TABLE cases; --",
    "lines": "one\r\ntwo\n\n\nthree\ttab\u2028four",
    "blanks": "   \u00a0\u3000\u200b  ",
    "other controls": "\x01\x02\x1b[31m\x7f\x85",
    "no characters": "\ufffe\uffff\U0010ffff",
    "a format": "%s %n {0} {name}",
    "empty": "",
}
LONGEST = {"subject": 1_000, "desc": 32_000, "name": 1_000, "page": 2_048}
LETTER = "a" * 64


def cut(text, limit):
    """As much as fits into so many bytes of UTF-8, worked out one character at a time."""
    while len(text.encode()) > limit:
        text = text[:-1]
    return text


def said(site, **texts):
    answer = site.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": {**site.info, **texts}})
    site.rest()
    return answer


def only(records):
    (one,) = records.values()
    return one


assert len(CHINESE) == 500


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_in_any_field_comes_through_as_it_is(site, kind):
    text = TEXTS[kind]
    answer = said(site, **dict.fromkeys(LONGEST, text))
    assert answer.status_code == 200, answer.get_json()
    group, ticket = only(site.chat.groups), only(site.zendesk.tickets)
    plain = " ".join(text.split())
    assert group.name == (cut(plain, GROUP_NAME).strip() or "Support")
    assert len(group.name.encode()) <= GROUP_NAME
    assert site.chat.accounts["mei"].nick == cut(text, NICK)
    if text.strip():
        assert ticket.subject == text.strip()[:SUBJECT]
        assert ticket.description.startswith(text.strip())
        assert site.zendesk.users[ticket.requester_id].name == text.strip()[:NAME]
    else:
        assert (ticket.subject, site.zendesk.users[ticket.requester_id].name) == ("Chat", "Visitor")
    assert site.parked() == {}


@pytest.mark.parametrize("kind", TEXTS)
def test_the_same_at_salesforce(site, kind):
    text = TEXTS[kind]
    body = {"userId": "mei", "caseInfo": {**site.info, **dict.fromkeys(LONGEST, text)}}
    assert site.as_server("/salesforce/createticket", body).status_code == 200
    site.rest()
    case = only(site.salesforce.cases)
    assert text.strip() in (case["Description"] or "")
    assert 0 < len(case["Subject"]) <= 255
    assert site.parked() == {}


@pytest.mark.parametrize("where", ["begin", "middle", "end"])
@pytest.mark.parametrize("name", [*LONGEST, "email"])
def test_a_nul_is_refused_by_the_name_of_its_field(standing, refused_field, name, where):
    text = {"begin": "\x00ab@x.test", "middle": "ab\x00@x.test", "end": "ab@x.test\x00"}[where]
    with standing.unchanged():
        answer = standing.as_server(
            "/zendesk/createticket", {"userId": "mei", "caseInfo": {**standing.info, name: text}}
        )
    assert refused_field(answer) == f"caseInfo.{name}"
    assert "\\u0000" not in answer.get_data(as_text=True)


def test_the_longest_description_of_the_widest_characters_comes_through(site):
    wide = "🫖" * 31_999 + "!"
    assert said(site, desc=wide).status_code == 200
    described = only(site.zendesk.tickets).description
    assert wide.startswith(described)
    assert len(described.encode()) > 63_000, "Zendesk takes 64 kB"
    thin = "a" * 32_000
    site.as_server("/zendesk/createticket", {"userId": "kofi", "caseInfo": {**site.info, "desc": thin}})
    site.rest()
    assert list(site.zendesk.tickets.values())[-1].description == thin


@pytest.mark.parametrize("address", [f"{LETTER}@{'b' * 185}.co", f"{'ü' * 100}@x.test", "a@b", '"a"@[127.0.0.1]'])
def test_an_address_of_254_characters_or_of_other_letters_comes_through(site, address):
    assert len(address) <= 254
    assert said(site, email=address).status_code == 200
    ticket = only(site.zendesk.tickets)
    requester = site.zendesk.users[ticket.requester_id].email
    assert requester == address or (requester is None and address in ticket.description)


def test_an_address_of_255_characters_is_refused(standing, refused_field):
    body = {"userId": "mei", "caseInfo": {**standing.info, "email": f"{LETTER}@{'b' * 187}.co"}}
    with standing.unchanged():
        assert refused_field(standing.as_server("/zendesk/createticket", body)) == "caseInfo.email"


@pytest.mark.parametrize("half", [b'"\\ud83e tea"', b'"\\udc00 tea"', b'"\\udead\\ud800 tea"', b'"\xed\xa0\xbe tea"'])
def test_half_a_character_becomes_a_question_mark(site, half):
    body = b'{"userId": "mei", "caseInfo": {"subject": %s, "desc": %s, "name": %s, "email": ""}}' % (half, half, half)
    assert site.as_server("/zendesk/createticket", body).status_code == 200
    site.rest()
    ticket = only(site.zendesk.tickets)
    assert {ticket.subject, ticket.description, site.chat.accounts["mei"].nick} <= {"? tea", "?? tea", "??? tea"}


def test_a_pair_of_halves_is_the_character(site):
    body = b'{"userId": "mei", "caseInfo": {"subject": "\\ud83e\\uded6", "desc": "", "name": "", "email": ""}}'
    assert site.as_server("/zendesk/createticket", body).status_code == 200
    assert only(site.chat.groups).name == "🫖"


@pytest.mark.parametrize("kind", TEXTS)
def test_a_key_of_any_text_is_the_same_key_again(standing, kind):
    key = TEXTS[kind][:255]
    body = {"userId": "mei", "caseInfo": standing.info, "requestId": key}
    answers = [standing.as_server("/zendesk/createticket", body) for _ in range(2)]
    if key:
        assert answers[0].get_json()["GroupId"] == answers[1].get_json()["GroupId"]
    else:
        assert {answer.status_code for answer in answers} == {422}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("route", ["/usersig", "/case", "/case/messages", "/case/end", "/case/forget"])
def test_a_name_of_any_text_is_refused_by_the_name_of_its_field(standing, refused_field, route, kind):
    field = "userID" if route == "/usersig" else "userId"
    with standing.unchanged():
        assert refused_field(standing.as_server(route, {field: TEXTS[kind]})) == field


@pytest.mark.parametrize("kind", TEXTS)
def test_a_group_and_an_agent_of_any_text_are_unknown_or_refused(standing, kind):
    for verb in ("joingroup", "leavegroup", "deletegroup"):
        for body in ({"groupId": TEXTS[kind], "userId": "12"}, {"groupId": "101", "userId": TEXTS[kind]}):
            with standing.unchanged():
                assert standing.as_tutorial(f"/zendesk/{verb}", body).status_code in {404, 422}


def test_every_table_reads_back_what_was_kept_of_all_this(site):
    for number, text in enumerate(TEXTS.values()):
        info = {**site.info, "subject": text, "desc": text, "name": text, "page": text[:2_000]}
        site.ask(f"user{number}", caseInfo=info, requestId=f"k{number}")
    site.rest(20)
    with site.world.store.snapshot() as tx:
        assert all(isinstance(tx.find(kind), list) for kind in TABLES)
    assert len(site.zendesk.tickets) == len(TEXTS)
