"""Accounts: who is known, who is let in, and who is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sandbox.tencent_chat.rules import By, Json, accounts_in, checked, is_text, is_user_id, items, need, text
from sandbox.user_sig import TencentError, check_user_sig, read_user_sig

GONE_FOR_MONTHS = 70402
PROFILE = {"Tag_Profile_IM_Nick": "nick", "Tag_Profile_IM_Image": "face_url"}


@dataclass
class Account:
    """Somebody: a person, a robot or an admin; a test may set `add_result`, to make adding fail (0) or wait (3)."""

    nick: str = ""
    face_url: str = ""
    imported: bool = True  # false when a browser's login has made the account
    groups: set[str] = field(default_factory=set)
    add_result: int = 1
    kicked_at: float = -1


@dataclass
class People:
    """The accounts of one app; `deletable` is the console's switch for `account_delete`."""

    sdk_app_id: int
    secret_key: str
    admins: tuple[str, ...]
    clock: Callable[[], float]
    accounts: dict[str, Account] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    deletable: bool = True

    def __post_init__(self) -> None:
        self.accounts |= {admin: Account() for admin in self.admins}

    def check_login(self, user_id: str, user_sig: str) -> None:
        """Let nobody in without a UserSig of his own that still holds; 70052 when a kick has ended it."""
        fields = read_user_sig(user_sig, self.secret_key)
        check_user_sig(fields, sdk_app_id=self.sdk_app_id, identifier=user_id, now=self.clock())
        if user_id in self.accounts and fields["TLS.time"] <= self.accounts[user_id].kicked_at:
            raise TencentError(70052, "the usersig was ended by a kick: sign a new one")

    def require(self, accounts: Iterable[str], code: int = 10019) -> None:
        """Every one of these accounts is known."""
        for account in accounts:
            if account not in self.accounts:
                raise TencentError(code, f"no such account: {account}")

    def add(self, user_id: str, *, imported: bool) -> Account:
        """Return the account, new if need be."""
        if not is_user_id(user_id):
            raise TencentError(70402, "invalid UserID")
        if user_id in self.deleted:
            raise TencentError(GONE_FOR_MONTHS, "this UserID was deleted, and cannot be imported again for months")
        return self.accounts.setdefault(user_id, Account(imported=imported))

    def account_import(self, body: Json, by: By) -> Json:
        """Make an account known, or change its nick and face (1047/34953)."""
        fields = checked(body, {"Nick": text(500), "FaceUrl": text(500)}, 40601)
        account = self.add(need(body, "UserID", is_text, 60015), imported=True)
        account.imported = True
        account.nick = fields.get("Nick", account.nick)
        account.face_url = fields.get("FaceUrl", account.face_url)
        return {}

    def account_delete(self, body: Json, by: By) -> Json:
        """Forget accounts for good, each with a result of its own (1047/34955)."""
        need(body, "DeleteItem", items(100, least=1), 70206)
        if not self.deletable:
            raise TencentError(71000, "this app may not delete accounts")
        asked = accounts_in(body, "DeleteItem", "UserID")
        gone = {user_id for user_id in asked if self.accounts.pop(user_id, None)}
        self.deleted |= gone
        results = {user_id: (0, "") if user_id in gone else (70107, "no such account") for user_id in asked}
        return {"ResultItem": [{"UserID": i, "ResultCode": code, "ResultInfo": s} for i, (code, s) in results.items()]}

    def kick(self, body: Json, by: By) -> Json:
        """End the UserSigs that were signed so far, those of this second too (1047/34957)."""
        user_id = need(body, "UserID", is_text, 60015)
        self.require([user_id], 70107)
        self.accounts[user_id].kicked_at = self.clock()
        return {}

    def portrait_set(self, body: Json, by: By) -> Json:
        """Change a nick or a face (1047/34916); the other tags are not played here."""
        user_id = need(body, "From_Account", is_text, 40001)
        self.require([user_id], 40003)
        for item in need(body, "ProfileItem", items(50, least=1), 40001):
            tag = need(item, "Tag", lambda value: value in PROFILE, 40001)
            setattr(self.accounts[user_id], PROFILE[tag], need(item, "Value", text(500), 40601))
        return {"ErrorDisplay": ""}
