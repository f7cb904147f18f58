"""Login tickets: as the vendor publishes them, good for one account and for a while, and never for an administrator."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from TLSSigAPIv2 import TLSSigAPIv2

from caseroom.bridge.errors import BadField
from caseroom.bridge.identity import ReservedNames
from caseroom.tencent_chat import user_sig
from caseroom.tencent_chat.user_sig import AdminSig, UserSigs
from sandbox.tencent_chat import TencentError
from sandbox.town import SDK_APP_ID, TENCENT_KEY
from sandbox.user_sig import read_user_sig, unpack

NOW = 1_700_000_000
PUBLISHED = (
    "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOaChAzN0RQXZ6aD"
    "LLFMLA9PDfWx8K2oSHLKs0jJcDLwKivNN-Dy9swwSfFz9sl294wwyTNNSzGwVaoFAEa2NTU_"
)
SIGNATURE = "9awWeUL8MxxbBn8dhB0Jvuo0JKIh4dNCLkGIX4n5fd0="
ADMINS = ("administrator", "Ops_Admin", "second-admin")
SIGS = UserSigs(SDK_APP_ID, TENCENT_KEY, 3600, ReservedNames.of(ADMINS[1:], ["zendesk"]))


@pytest.fixture
def now():
    with time_machine.travel(NOW, tick=False) as found:
        yield found


def admin_sig(seconds=3600):
    return AdminSig(SDK_APP_ID, TENCENT_KEY, "administrator", seconds)


def refusal(action, *arguments):
    with pytest.raises(TencentError) as caught:
        action(*arguments)
    return caught.value.code


def test_the_published_vector_comes_out(now):
    fields = unpack(admin_sig(86_400).current())
    assert fields == unpack(PUBLISHED)
    assert fields["TLS.sig"] == SIGNATURE


def test_a_ticket_says_when_it_ends_and_does(now, cloud):
    ticket = SIGS.issue("mei")
    assert ticket.expires_at == NOW + 3600
    now.shift(3599)
    assert cloud.login("mei", ticket.text)
    now.shift(1)
    assert refusal(cloud.login, "mei", ticket.text) == 70001


def test_a_ticket_is_good_for_its_account_alone(cloud):
    assert refusal(cloud.login, "noor", SIGS.issue("mei").text) == 70013


def test_a_ticket_of_another_app_or_key_is_none(cloud):
    elsewhere = UserSigs(SDK_APP_ID + 1, TENCENT_KEY, 3600, SIGS.reserved)
    assert refusal(cloud.login, "mei", elsewhere.issue("mei").text) == 70014
    forged = UserSigs(SDK_APP_ID, "f" * 64, 3600, SIGS.reserved)
    assert refusal(cloud.login, "mei", forged.issue("mei").text) == 70003


@given(st.sampled_from(ADMINS), st.lists(st.booleans(), min_size=13, max_size=13))
def test_no_administrator_gets_a_ticket_however_his_name_is_written(name, capitals):
    spelt = "".join(letter.upper() if big else letter.lower() for letter, big in zip(name, capitals, strict=False))
    with pytest.raises(BadField, match="invalid_field") as caught:
        SIGS.issue(spelt)
    assert caught.value.message == "userID: is reserved"


@pytest.mark.parametrize(
    "account",
    ["", "a" * 33, "mei lin", "mei\n", "méi", "@RBT#001", "@TIM#SYSTEM", "mei@shop.example", "administrator\0"],
)
def test_what_is_no_account_gets_no_ticket(account):
    with pytest.raises(BadField):
        SIGS.issue(account)


@pytest.mark.parametrize("account", ["v_abc", "s_abc", "c_abc", "zendesk_12", "Administrators", "a" * 32])
def test_whoever_has_proved_to_be_somebody_gets_his_ticket(account, cloud):
    assert cloud.login(account, SIGS.issue(account).text)


def test_the_admins_ticket_is_kept_for_half_its_time(now):
    admin = admin_sig()
    first = admin.current()
    now.shift(1799)
    assert admin.current() == first
    now.shift(1)
    second = admin.current()
    assert second != first
    assert unpack(second)["TLS.time"] == NOW + 1800


@pytest.fixture
def made(monkeypatch):
    """How often Tencent's library has signed."""
    signed = []

    class Counting(TLSSigAPIv2):
        def gen_sig(self, *arguments):
            signed.append(arguments)
            return super().gen_sig(*arguments)

    monkeypatch.setattr(user_sig, "TLSSigAPIv2", Counting)
    return signed


def at_once(action, threads=8):
    """What so many threads get that ask at the same moment."""
    barrier = threading.Barrier(threads)

    def ask(_):
        barrier.wait()
        return action()

    with ThreadPoolExecutor(threads) as pool:
        return set(pool.map(ask, range(threads)))


def test_at_half_time_many_threads_sign_once(now, made):
    admin = admin_sig()
    (first,) = at_once(admin.current)
    now.shift(1800)
    (second,) = at_once(admin.current)
    assert first != second
    assert len(made) == 2


def test_many_threads_whose_ticket_is_refused_sign_once(now, made):
    admin = admin_sig()
    refused = admin.current()
    now.shift(5)
    (renewed,) = at_once(lambda: admin.renew(refused))
    assert renewed != refused
    assert admin.current() == renewed
    assert len(made) == 2


def test_who_comes_late_with_an_old_refusal_gets_the_ticket_that_is_there(now, made):
    admin = admin_sig()
    refused = admin.current()
    now.shift(5)
    renewed = admin.renew(refused)
    now.shift(5)
    assert admin.renew(refused) == renewed
    assert len(made) == 2


def test_the_admins_ticket_is_genuine():
    assert read_user_sig(admin_sig().current(), TENCENT_KEY)["TLS.identifier"] == "administrator"
