"""A page that shows the groups, and what is said in them."""

from __future__ import annotations

import time

from markupsafe import Markup

from sandbox.tencent_chat.group import Group, Message
from sandbox.tencent_chat.groups import Groups
from sandbox.tencent_chat.people import People

FRAME = Markup("""<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>Tencent Cloud Chat, the stand-in</title><style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }}
body {{ max-width: 64rem; margin: 2rem auto; padding: 0 1rem }} small {{ opacity: .65 }}
main {{ display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); align-items: start }}
article {{ border: 1px solid #8884; border-radius: 12px; padding: 1rem; overflow-wrap: anywhere }}
.past {{ opacity: .55 }} h2 {{ font-size: 1.05rem; margin: 0 }} ol {{ list-style: none; padding: 0; margin: 0 }}
b {{ display: inline-block; font-weight: 500; background: #06f2; border-radius: 9px; padding: .1rem .6rem }}
li {{ background: #8882; border-radius: 3px 12px 12px; padding: .3rem .8rem; margin: .5rem 2rem 0 0 }}
.admin {{ background: #06f2; border-radius: 12px 3px 12px 12px; margin: .5rem 0 0 2rem }}
</style><h1>Tencent Cloud Chat <small>the stand-in</small></h1>
<p>{live} live groups, {past} past ones, {accounts} accounts</p><main>{cards}</main></html>""")
CARD = Markup(
    "<article class='{kind}'><h2>{name}</h2><small>{id}, {type}, {state}</small><p>{who}</p><ol>{said}</ol></article>"
)
LINE = Markup("<li class='{kind}'><small>{who}, {when}</small><br>{said}")


def page(groups: Groups) -> str:
    """The live groups and then the past ones, the newest first."""
    live = [card(group, groups.people, "muted" if group.muted else "open") for group in groups.live.values()]
    past = [card(group, groups.people, "past") for group in groups.past.values()]
    cards = Markup().join([*reversed(live), *reversed(past)])
    return FRAME.format(live=len(live), past=len(past), accounts=len(groups.people.accounts), cards=cards)


def card(group: Group, people: People, state: str) -> Markup:
    """One group: who is in it, and what was said."""
    who = Markup(" ").join(Markup("<b>{}</b>").format(called(account, people)) for account in group.members)
    said = Markup().join(line(message, people) for message in group.messages)
    about = {"id": group.group_id, "type": group.type, "name": group.name, "state": state}
    return CARD.format(**about, kind=state, who=who, said=said)


def line(message: Message, people: People) -> Markup:
    """One message."""
    kind = "admin" if message.sender in people.admins else "member"
    when = time.strftime("%H:%M:%S", time.localtime(message.time))
    said = "(recalled)" if message.recalled else message.text
    return LINE.format(kind=kind, who=called(message.sender, people), when=when, said=said)


def called(account: str, people: People) -> str:
    """A nick with its id, or the id alone."""
    nick = people.accounts[account].nick if account in people.accounts else ""
    return f"{nick} ({account})" if nick else account
