"""What a browser shows of the helpdesk: its tickets, newest first."""

from __future__ import annotations

from markupsafe import Markup

from sandbox.zendesk.helpdesk import Helpdesk
from sandbox.zendesk.tickets import Ticket

PAGE = Markup("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Zendesk stand-in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 0; background: #f8f9f9; color: #2f3941 }}
h1 {{ font-size: 1.2rem; margin: 0; padding: 1rem 2rem; background: #03363d; color: #fff }}
table {{ width: min(64rem, 94%); margin: 2rem auto; border-collapse: collapse; background: #fff }}
th, td {{ text-align: left; padding: .6rem 1rem; border-top: 1px solid #e9ebed; vertical-align: top }}
th {{ font-size: .75rem; color: #68737d; border: 0 }} small {{ color: #68737d; overflow-wrap: anywhere }}
b {{ font-size: .75rem; color: #fff; background: #87929d; border-radius: 4px; padding: .15rem .45rem }}
b.new {{ background: #c38f00 }} b.open {{ background: #c72a1c }} b.pending {{ background: #3091ec }}
i {{ font: .8rem ui-monospace, monospace; background: #e9ebed; border-radius: 4px; padding: .1rem .35rem }}
.over td {{ opacity: .55 }}
</style>
<h1>Zendesk, a stand-in</h1>
<table><tr><th>Ticket</th><th>Subject</th><th>Requester</th><th>Assignee</th><th>Tags</th></tr>
{rows}
</table></html>""")
ROW = Markup("""<tr class="{over}"><td><b class="{status}">{status}</b><br><small>#{id}</small></td>
<td>{subject}<br><small>{external_id}</small></td><td>{requester}<br><small>{email}</small></td><td>{assignee}</td>
<td>{tags}</td></tr>""")
NOTHING = Markup('<tr><td colspan="5">No tickets yet.</td></tr>')


def page(desk: Helpdesk) -> str:
    """The page, with everything that people typed escaped."""
    rows = [row(desk, ticket) for ticket in reversed(desk.tickets.values())]
    return PAGE.format(rows=Markup("\n").join(rows) or NOTHING)


def row(desk: Helpdesk, ticket: Ticket) -> Markup:
    """One ticket."""
    requester = desk.users[ticket.requester_id]
    status = ticket.gone or ticket.status
    return ROW.format(
        over="over" if ticket.gone or status in {"solved", "closed"} else "",
        status=status,
        id=ticket.id,
        subject=ticket.subject,
        external_id=ticket.external_id or "",
        requester=requester.name,
        email=requester.email or "",
        assignee=desk.users[ticket.assignee_id].name if ticket.assignee_id else "nobody",
        tags=Markup(" ").join(Markup("<i>{}</i>").format(tag) for tag in ticket.tags),
    )
