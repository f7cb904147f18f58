"""A UserSig is checked against the published vector and against the library that we did not write."""

import base64
import json
import time
import zlib

import pytest
from TLSSigAPIv2 import TLSSigAPIv2

from sandbox.user_sig import TencentError, check_user_sig, read_user_sig

APP, KEY = 1400000000, "0123456789abcdef" * 4
PUBLISHED = (
    "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOa"
    "ChAzN0RQXZ6aDLLFMLA9PDfWx8K2oSHLKs0jJcDLwKivNN-Dy9swwSfFz9sl294wwyTNNSzGwVaoFAEa2NTU_"
)


def pack(fields: object) -> str:
    text = base64.b64encode(zlib.compress(json.dumps(fields).encode())).decode()
    return text.translate(str.maketrans("+/=", "*-_"))


def unpack(text: str) -> dict:
    return json.loads(zlib.decompress(base64.b64decode(text.translate(str.maketrans("*-_", "+/=")))))


def refusal(text: str, key: str = KEY) -> int:
    with pytest.raises(TencentError) as caught:
        read_user_sig(text, key)
    return caught.value.code


def mismatch(**changes: object) -> int:
    request = {"sdk_app_id": APP, "identifier": "administrator", "now": 1700000000} | changes
    with pytest.raises(TencentError) as caught:
        check_user_sig(read_user_sig(PUBLISHED, KEY), **request)
    return caught.value.code


def test_the_published_user_sig_is_genuine_and_says_what_was_published():
    assert read_user_sig(PUBLISHED, KEY) == {
        "TLS.ver": "2.0",
        "TLS.identifier": "administrator",
        "TLS.sdkappid": APP,
        "TLS.expire": 86400,
        "TLS.time": 1700000000,
        "TLS.sig": "9awWeUL8MxxbBn8dhB0Jvuo0JKIh4dNCLkGIX4n5fd0=",
    }


@pytest.mark.parametrize("user_id", ["administrator", "v_3fb0", "@RBT#assistant", "zendesk_12"])
def test_what_the_library_signs_is_genuine(user_id):
    fields = read_user_sig(TLSSigAPIv2(APP, KEY).gen_sig(user_id, 600), KEY)
    check_user_sig(fields, sdk_app_id=APP, identifier=user_id, now=time.time())


def test_what_the_library_signs_with_a_userbuf_is_genuine():
    text = TLSSigAPIv2(APP, KEY).gen_sig_with_userbuf("v_1", 600, b"rights")
    assert read_user_sig(text, KEY)["TLS.userbuf"] == base64.b64encode(b"rights").decode()


def test_a_userbuf_that_was_put_in_later_says_70003():
    assert refusal(pack(unpack(PUBLISHED) | {"TLS.userbuf": "AAAA"})) == 70003


def test_an_empty_user_sig_says_70002():
    assert refusal("") == 70002


@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "*",
        "Jürgen",
        PUBLISHED[:-20],
        PUBLISHED.replace("-", "/").replace("_", "="),
        PUBLISHED + "\n",
        pack([1, 2]),
        pack("text"),
        pack({"TLS.ver": "2.0"}),
    ],
)
def test_what_cannot_be_read_says_70003(text):
    assert refusal(text) == 70003


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TLS.identifier", "somebody"),
        ("TLS.sdkappid", 1400000001),
        ("TLS.sdkappid", str(APP)),
        ("TLS.time", 1700000001),
        ("TLS.time", "1700000000"),
        ("TLS.expire", 86400000),
        ("TLS.expire", True),
        ("TLS.ver", "1.0"),
        ("TLS.sig", "AAAA"),
        ("TLS.sig", None),
    ],
)
def test_a_field_that_was_changed_says_70003(name, value):
    assert refusal(pack(unpack(PUBLISHED) | {name: value})) == 70003


def test_another_key_says_70003():
    assert refusal(PUBLISHED, KEY[::-1]) == 70003


def test_another_account_says_70013():
    assert mismatch(identifier="v_1") == 70013


def test_another_app_says_70014():
    assert mismatch(sdk_app_id=1400000001) == 70014


def test_a_user_sig_ends_with_its_last_second():
    fields = read_user_sig(PUBLISHED, KEY)
    check_user_sig(fields, sdk_app_id=APP, identifier="administrator", now=1700086399.9)
    assert mismatch(now=1700086400) == 70001
