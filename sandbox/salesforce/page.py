"""What a browser shows of the org: its latest cases, newest first."""

from __future__ import annotations

from html import escape
from itertools import islice

from sandbox.salesforce.org import Org
from sandbox.salesforce.records import Case

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Salesforce stand-in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 0; background: #f3f5f9; color: #16325c }}
h1 {{ font-size: 1.2rem; margin: 0; padding: 1rem 2rem; background: #0b5cab; color: #fff }}
table {{ width: min(64rem, 94%); margin: 2rem auto; border-collapse: collapse; background: #fff }}
th, td {{ text-align: left; padding: .6rem 1rem; border-top: 1px solid #e5e9f2; vertical-align: top }}
th {{ font-size: .75rem; color: #54698d; border: 0 }} small {{ color: #54698d; overflow-wrap: anywhere }}
.over td {{ opacity: .55 }}
</style>
<h1>Salesforce, a stand-in</h1>
<table><tr><th>Case</th><th>Subject</th><th>Customer</th><th>Owner</th><th>Status</th></tr>
{rows}
</table></html>"""
ROW = """<tr class="{over}"><td>{CaseNumber}<br><small>{Id}</small></td><td>{Subject}</td>
<td>{SuppliedName}<br><small>{SuppliedEmail}</small></td><td>{owner}</td><td>{status}</td></tr>"""


def page(org: Org) -> str:
    """The page, with everything that people typed escaped."""
    rows = [row(case, org.name_of(case["OwnerId"])) for case in islice(reversed(org.cases.values()), 100)]
    return PAGE.format(rows="\n".join(rows) or '<tr><td colspan="5">No cases yet.</td></tr>')


def row(case: Case, owner: str) -> str:
    """One case."""
    over = "over" if case["IsDeleted"] or case["IsClosed"] else ""
    texts = case | {"owner": owner, "status": "Deleted" if case["IsDeleted"] else case["Status"], "over": over}
    return ROW.format(**{name: escape(str(text or "")) for name, text in texts.items()})
