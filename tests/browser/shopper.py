"""A shopper at the widget, and an agent who answers him with nothing but the chat SDK."""

import json
import re

import TLSSigAPIv2
from playwright.sync_api import expect

from sandbox.town import SDK_APP_ID, TENCENT_KEY

QUESTION = "Is the amber teapot safe for the dishwasher?"
CUSTOMER = re.compile("[vsc]_")


class Shopper:
    """Somebody at a page with the widget on it."""

    def __init__(self, page):
        self.page = page
        self.element = page.locator("caseroom-chat:not([hidden])")
        self.bubble = self.element.locator("button.bubble")
        self.panel = self.element.locator(".panel")
        self.banner = self.element.locator(".banner")
        self.text = self.element.get_by_role("textbox", name="Write a message")
        self.log = self.element.get_by_role("log")

    def open(self):
        self.bubble.click()
        expect(self.panel).to_be_visible()
        return self

    def ask(self, question=QUESTION, name="Ada Lovelace", email="ada@customer.example"):
        """Fill in the form and start; the composer is there as soon as the chat is."""
        if name:
            self.element.get_by_label("Your name").fill(name)
            self.element.get_by_label("E-mail").fill(email)
        self.element.get_by_label("Your question").fill(question)
        self.button("Start the chat").click()
        return self.online()

    def online(self):
        """One can write, and nothing is said about the line."""
        expect(self.text).to_be_visible()
        expect(self.banner).to_be_hidden()
        return self

    def say(self, text):
        self.text.fill(text)
        self.text.press("Enter")

    def button(self, name):
        return self.element.get_by_role("button", name=name, exact=True)

    def menu(self, entry):
        self.button("More").click()
        self.element.locator(".menu").get_by_role("button", name=entry).click()

    def sees(self, text, count=1):
        expect(self.log.locator(".words, li.line").filter(has_text=text)).to_have_count(count)

    def message(self, text):
        return self.log.locator("li.said").filter(has_text=text)

    def sent(self, text):
        """It stands there once, and has arrived."""
        self.sees(text)
        expect(self.message(text)).to_have_class(re.compile(r"\bsent\b"))

    def kept(self):
        """The names under which the browser keeps something, by store."""
        return self.page.evaluate("({local: Object.keys(localStorage), session: Object.keys(sessionStorage)})")


class Room:
    """The group of a shopper's case, and its ticket."""

    def __init__(self, street, question=QUESTION):
        self.street = street
        self.ticket = street.ticket_with(question)
        self.subject = question.split("\n")[0]
        self.group_id = street.until(self._found)
        self.account = next(account for account in self.members if CUSTOMER.match(account))

    def _found(self):
        with self.street.chat.lock:
            groups = [one for one in self.street.chat.groups.values() if self.subject.startswith(one.name[:20])]
        return groups[-1].group_id if groups else None

    @property
    def group(self):
        return self.street.chat.groups.get(self.group_id) or self.street.chat.destroyed[self.group_id]

    @property
    def members(self):
        return list(self.group.members)

    @property
    def texts(self):
        return [message.text for message in self.group.messages]

    def assign(self, name="Ann"):
        """Zendesk gives the ticket to a new agent; returns his account, once he is in the group and has his name."""
        agent = self.street.zendesk.add_agent(name)
        account = f"zendesk_{agent}"
        self.street.zendesk.assign(self.ticket, agent)
        self.street.until(lambda: account in self.members)
        self.street.until(lambda: self.street.chat.accounts[account].nick == name)
        return account

    def say(self, account, text):
        return self.street.chat.say(self.group_id, account, text)

    def hears(self, text, times=1):
        """It arrives so many times, and no more."""
        self.street.until(lambda: self.texts.count(text) >= times)
        assert self.texts.count(text) == times


class AgentAtSDK:
    """An agent whose page is nothing but the chat SDK."""

    LOGIN = """async ([sdk, SDKAppID, userID, userSig]) => {
      const { default: TencentCloudChat, Upload } = await import(sdk);
      window.chat = TencentCloudChat.create({ SDKAppID });
      chat.registerPlugin({ 'tim-upload-plugin': Upload });
      window.heard = [];
      chat.on('onMessageReceived', ({ data }) => heard.push(...data));
      await chat.login({ userID, userSig });
      while (!chat.isReady()) await new Promise((done) => setTimeout(done, 20));
    }"""
    SIGN = """async ([to, data]) => {
      const payload = { data, description: '', extension: '' };
      const sign = chat.createCustomMessage({ to, conversationType: 'GROUP', payload });
      await chat.sendMessage(sign, { onlineUserOnly: true });
    }"""
    SAY = """async ([to, text, cloudCustomData]) => {
      const message = { to, conversationType: 'GROUP', payload: { text }, cloudCustomData };
      await chat.sendMessage(chat.createTextMessage(message));
    }"""
    SEND_FILE = """async ([to, name, type, size]) => {
      const file = new File([new Uint8Array(size)], name, { type });
      await chat.sendMessage(chat.createFileMessage({ to, conversationType: 'GROUP', payload: { file } }));
    }"""

    def __init__(self, street, people, account):
        self.page = people().new_page()
        self.page.goto(f"{street.urls['service']}/agent")
        sig = TLSSigAPIv2.TLSSigAPIv2(SDK_APP_ID, TENCENT_KEY).gen_sig(account)
        self.page.evaluate(self.LOGIN, [f"{street.urls['tencent_chat']}/sdk.js", SDK_APP_ID, account, sig])

    def sign(self, group_id, **sign):
        self.page.evaluate(self.SIGN, [group_id, json.dumps({"caseroom": 1, **sign})])

    def say(self, group_id, text, **beside):
        self.page.evaluate(self.SAY, [group_id, text, json.dumps({"caseroom": 1, "key": text, **beside})])

    def send_file(self, group_id, name, kind="application/pdf", size=2048):
        self.page.evaluate(self.SEND_FILE, [group_id, name, kind, size])

    def heard_signs(self):
        """The signs that came from others."""
        return self.page.evaluate(
            "heard.filter((one) => one.type === 'TIMCustomElem').map((one) => JSON.parse(one.payload.data))"
        )
