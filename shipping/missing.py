"""What the checks need from outside the project."""


class Missing(Exception):  # noqa: N818 -- it says what is the matter
    """Something is not on this machine; the message says what, and how it gets here."""
