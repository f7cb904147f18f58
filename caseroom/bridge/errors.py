"""Everything that can go wrong, grouped by what to do next.

What a vendor's answer means for the call that was made::

    Trouble
    ├── Unanswered       nobody knows whether it happened: look before trying again
    ├── Unavailable      it did not happen: try again later
    │   └── LockedOut    ... and a person has to see to credentials, plan or quota first
    ├── UnknownAccount   it did not happen: the chat cloud does not know somebody yet, import and try again
    ├── Gone             what the call was about does not exist (any more)
    └── Refused          it did not happen and never will as it stands: park it
        └── Taken        ... because somebody else has it: tell who asked, and nobody else

What a caller hears::

    Rejected
    ├── NotProven        401: the caller did not prove who he is
    ├── NotAllowed       403: he did, and may not
    ├── NotFound         404: there is no such thing for him
    ├── Unsupported      415: not in a form that is read here
    ├── BadField         422: a field is missing or wrong, and it is named
    ├── TooMany          429: come back later
    └── NotKept          503: nothing was kept, send it again
"""

from __future__ import annotations


class Trouble(Exception):  # noqa: N818 -- the tree above reads as sentences
    """A call to a vendor did not simply succeed.

    Attributes:
        code: the vendor's code, or a short word of ours; never personal, never secret.
    """

    def __init__(self, code: object = "") -> None:
        self.code = str(code)
        super().__init__(self.code)


class Unanswered(Trouble):
    """No answer, or none that can be read: it may have happened.

    Attributes:
        counts_as_outage: false where we ourselves could not read the answer.
    """

    def __init__(self, code: object = "", *, counts_as_outage: bool = True) -> None:
        self.counts_as_outage = counts_as_outage
        super().__init__(code)


class Unavailable(Trouble):
    """Certainly not done; the vendor may do it later.

    Attributes:
        seconds: how long the vendor asks to be left alone; None when it did not say.
        scope: the one API that is concerned; empty for the whole vendor.
        counts_as_outage: false for a hiccup that concerns this case alone, such as a locked row.
    """

    def __init__(
        self, code: object = "", *, seconds: float | None = None, scope: str = "", counts_as_outage: bool = True
    ) -> None:
        self.seconds = seconds
        self.scope = scope
        self.counts_as_outage = counts_as_outage
        super().__init__(code)


class LockedOut(Unavailable):
    """Credentials, plan or quota: the vendor is paused and a person is told."""


class UnknownAccount(Trouble):
    """The chat cloud does not know an account of this call; it has to be imported first."""


class Gone(Trouble):
    """What the call was about does not exist there, or no longer."""


class Refused(Trouble):
    """Certainly not done, and trying again would not help."""


class Taken(Refused):
    """An agent wanted to have a record that another one has by then."""

    def __init__(self) -> None:
        super().__init__("taken")


class Rejected(Exception):  # noqa: N818 -- as above
    """A request is not accepted.

    Attributes:
        status: HTTP status of the answer.
        code: what programs branch on; listed in the OpenAPI.
        message: what to change, for a person; never what the code tripped over.
        retry_after: seconds, where coming back helps.
    """

    status = 400
    code = "bad_request"

    def __init__(self, message: str, *, code: str | None = None, retry_after: int | None = None) -> None:
        self.message = message
        self.code = code or self.code
        self.retry_after = retry_after
        super().__init__(self.code)


class NotProven(Rejected):
    """The caller did not prove who he is."""

    status = 401
    code = "not_proven"


class NotAllowed(Rejected):
    """The caller proved who he is, and may not do this."""

    status = 403
    code = "not_allowed"


class NotFound(Rejected):
    """There is no such thing for this caller."""

    status = 404
    code = "not_found"


class Unsupported(Rejected):
    """The body is not in a form that is read here."""

    status = 415
    code = "unsupported_media_type"


class BadField(Rejected):
    """A field is missing or wrong.

    Attributes:
        field: its name as the caller wrote it, with dots for nesting.
    """

    status = 422
    code = "invalid_field"

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        super().__init__(f"{field}: {problem}")


class TooMany(Rejected):
    """Too many requests; come back after `retry_after` seconds."""

    status = 429
    code = "too_many_requests"


class NotKept(Rejected):
    """Nothing was kept; the caller sends it again."""

    status = 503
    code = "not_kept"
