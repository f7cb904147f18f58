"""Lists of records, and the export that tells what changed since a time or a cursor.

https://developer.zendesk.com/api-reference/introduction/pagination/
https://developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api/
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from sandbox.zendesk.answers import Json, malformed, refused
from sandbox.zendesk.tickets import Ticket

PAGE = 1000
Query = MultiDict[str, str]


def listing(asked: Query, **lists: list[Json]) -> Json:
    """A list, on one page; where `page[size]` asks for pages by cursor it has their form, else the older one."""
    if "page[size]" in asked:
        meta = {"has_more": False, "after_cursor": None, "before_cursor": None}
        return {**lists, "meta": meta, "links": {"prev": None, "next": None}}
    return {**lists, "next_page": None, "previous_page": None, "count": sum(map(len, lists.values()))}


def export(tickets: Iterable[Ticket], asked: Query, end: float, url: str) -> Json:
    """Tickets by their last change, the deleted ones too, up to a time that is a minute ago."""
    since, cursor = position(asked, end), asked.get("cursor")
    rows = sorted((row for row in tickets if since < (row.updated, row.id) and row.updated <= end), key=last_change)
    page = rows[: min(asked.get("per_page", PAGE, type=int), PAGE)]
    if page:
        cursor = base64.b64encode("{!r}||{}|".format(*last_change(page[-1])).encode()).decode()
    return {
        "tickets": [ticket.as_json(url) | {"generated_timestamp": int(ticket.updated)} for ticket in page],
        "after_url": cursor and f"{url}/api/v2/incremental/tickets/cursor.json?cursor={cursor}",
        "after_cursor": cursor,
        "before_url": None,
        "before_cursor": None,
        "end_of_stream": len(page) == len(rows),
    }


def last_change(ticket: Ticket) -> tuple[float, int]:
    """What exports are sorted by."""
    return ticket.updated, ticket.id


def position(asked: Query, end: float) -> tuple[float, int]:
    """Where an export goes on: behind the ticket that a cursor names, or at a start time."""
    try:
        if "cursor" in asked:
            updated, number = base64.b64decode(asked["cursor"], validate=True).decode().strip("|").split("||")
            return float(updated), int(number)
        start = float(asked["start_time"])
    except (LookupError, ValueError) as error:
        raise malformed("cursor or start_time") from error
    if start > end:
        raise refused(422, "InvalidValue", "the start time is too recent: it has to be a minute old")
    return start, 0
