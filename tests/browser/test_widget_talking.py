"""What is said in the widget: words, emoji, pictures, files, quotations, signs."""

import re
import struct
import time
import zlib

import pytest
from playwright.sync_api import expect

from tests.browser.shopper import AgentAtSDK, Room, Shopper


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height):
    """A picture of one colour."""
    rows = (b"\0" + bytes((217, 130, 43)) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def talk(street, shop_page, request):
    """A shopper in his chat, its room, and the account of the agent in it."""
    question = f"A question for {request.node.name[5:60]}"
    shopper = Shopper(shop_page).open().ask(question)
    room = Room(street, question)
    ann = room.assign("Ann")
    expect(shopper.panel.locator(".titles p")).to_have_text("Ann is here")
    return shopper, room, ann


def test_text_is_shown_as_text_whatever_it_holds(talk):
    shopper, room, ann = talk
    text = '<img src=x onerror="window.hurt=1"><b>bold</b> & https://example.com/a?b=1.'
    room.say(ann, text)
    shopper.sees("<b>bold</b>")
    assert shopper.page.evaluate("window.hurt") is None
    link = shopper.message("bold").get_by_role("link")
    expect(link).to_have_attribute("href", "https://example.com/a?b=1")
    expect(link).to_have_attribute("rel", re.compile("noopener noreferrer"))
    room.say(ann, "javascript:alert(1) data:text/html,hello")
    shopper.sees("javascript:alert(1)")
    assert shopper.message("javascript:alert").get_by_role("link").count() == 0


def test_enter_sends_and_shift_enter_begins_a_new_line(talk):
    shopper, room, _ = talk
    shopper.text.press_sequentially("first")
    shopper.text.press("Shift+Enter")
    shopper.text.press_sequentially("second")
    shopper.text.press("Enter")
    room.hears("first\nsecond")
    expect(shopper.text).to_have_value("")
    expect(shopper.text).to_be_focused()
    shopper.text.press("Enter")
    assert len(room.texts) == 2


def test_emoji_are_picked_from_a_table_with_the_arrow_keys(talk):
    shopper, room, _ = talk
    shopper.text.fill("Thanks ")
    shopper.button("Emoji").click()
    picker = shopper.element.get_by_role("group", name="Emoji")
    expect(picker.get_by_role("button").first).to_be_focused()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        shopper.page.keyboard.press(key)
    chosen = picker.get_by_role("button").nth(9).inner_text()
    expect(shopper.text).to_have_value(f"Thanks {chosen}")
    shopper.page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    expect(shopper.button("Emoji")).to_be_focused()
    shopper.text.press("Enter")
    room.hears(f"Thanks {chosen}")


def test_a_picture_is_sent_and_seen(talk):
    shopper, room, _ = talk
    shopper.element.locator("input[type=file]").set_input_files(
        {"name": "cup.png", "mimeType": "image/png", "buffer": png(640, 480)}
    )
    picture = shopper.log.locator(".body.image img")
    expect(picture).to_have_count(1)
    expect(shopper.log.locator("li.said.sent .body.image a")).to_have_attribute("href", re.compile("^http"))
    assert room.group.messages[-1].elements[0]["MsgType"] == "TIMImageElem"
    shopper.page.reload()
    expect(picture).to_have_count(1)
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640


def test_a_file_is_sent_and_an_agents_file_can_be_opened(talk, street, people):
    shopper, room, ann = talk
    shopper.element.locator("input[type=file]").set_input_files(
        {"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 of no use"}
    )
    sent = shopper.log.locator("li.said.out.sent").filter(has_text="invoice.pdf")
    expect(sent).to_have_count(1)
    assert room.group.messages[-1].elements[0]["MsgContent"]["FileName"] == "invoice.pdf"
    AgentAtSDK(street, people, ann).send_file(room.group_id, "guarantee.pdf")
    link = shopper.log.get_by_role("link", name=re.compile("guarantee.pdf"))
    expect(link).to_have_attribute("href", re.compile("^http://127.0.0.1"))
    expect(link).to_contain_text("2 kB")


def test_a_file_that_is_too_big_or_empty_is_refused_in_words_before_a_byte_goes_out(talk):
    shopper, room, _ = talk
    before = len(room.group.messages)
    shopper.page.evaluate("""() => {
      const chooser = document.querySelector('caseroom-chat').shadowRoot.querySelector('input[type=file]');
      const large = new File([new Blob([new Uint8Array(21_000_000)])], 'huge.png', { type: 'image/png' });
      const files = new DataTransfer();
      files.items.add(large);
      chooser.files = files.files;
      chooser.dispatchEvent(new Event('change'));
    }""")
    expect(shopper.banner).to_contain_text("“huge.png” is too large: 21 MB. At most 20 MB can be sent.")
    shopper.element.locator("input[type=file]").set_input_files(
        {"name": "nothing.txt", "mimeType": "text/plain", "buffer": b""}
    )
    expect(shopper.banner).to_contain_text("“nothing.txt” is empty.")
    assert len(room.group.messages) == before
    assert shopper.log.locator("li.said.out").count() == 1


def test_an_earlier_message_is_quoted_and_a_quotation_leads_to_it(talk, street, people):
    shopper, room, ann = talk
    room.say(ann, "Hand-wash it, please.")
    shopper.sees("Hand-wash it, please.")
    shopper.message("Hand-wash it, please.").hover()
    shopper.message("Hand-wash it, please.").get_by_role("button", name=re.compile("Reply to")).click()
    expect(shopper.element.locator(".quoting")).to_contain_text("Reply to Ann")
    shopper.say("Always?")
    answer = shopper.message("Always?")
    expect(answer.locator(".quoted")).to_contain_text("Hand-wash it, please.")
    room.hears("Always?")
    assert '"quote":{"seq":2' in room.group.messages[-1].custom_data
    expect(shopper.element.locator(".quoting")).to_be_hidden()
    quote = {"seq": room.group.messages[-1].seq, "from": room.account, "text": "Always?"}
    AgentAtSDK(street, people, ann).say(room.group_id, "Always.", quote=quote)
    quoted = shopper.message("Always.").locator("button.quoted")
    expect(quoted).to_contain_text("You")
    quoted.click()
    expect(answer.first).to_have_class(re.compile("flash"))
    shopper.page.reload()
    expect(shopper.message("Always.").locator("button.quoted")).to_contain_text("Always?")


def test_signs_tell_who_types_and_who_has_read(talk, street, people):
    shopper, room, ann = talk
    agent = AgentAtSDK(street, people, ann)
    agent.sign(room.group_id, sign="typing")
    expect(shopper.panel.get_by_text("Ann is typing…")).to_be_visible()
    room.say(ann, "There you are.")
    expect(shopper.panel.get_by_text("Ann is typing…")).to_be_hidden()
    street.until(lambda: {"caseroom": 1, "sign": "read", "seq": 2} in agent.heard_signs())
    shopper.text.press_sequentially("Lovely", delay=5)
    street.until(lambda: {"caseroom": 1, "sign": "typing"} in agent.heard_signs())
    assert len([sign for sign in agent.heard_signs() if sign["sign"] == "typing"]) == 1
    shopper.text.press("Enter")
    shopper.sent("Lovely")
    expect(shopper.log.locator(".state").last).to_have_text("Sent")
    agent.sign(room.group_id, sign="read", seq=room.group.messages[-1].seq)
    expect(shopper.log.locator(".state").last).to_have_text("Read")
    assert [text for text in room.texts if "TIMCustomElem" in text] == []


def test_unread_messages_are_counted_on_the_bubble_until_the_chat_is_opened(talk):
    shopper, room, ann = talk
    shopper.button("Close the chat").first.click()
    expect(shopper.panel).to_be_hidden()
    for text in ("One.", "Two."):
        room.say(ann, text)
    expect(shopper.bubble.locator("b")).to_have_text("2")
    expect(shopper.bubble).to_have_attribute("aria-label", "Chat with us, unread: 2")
    shopper.open()
    expect(shopper.bubble.locator("b")).to_have_count(0)
    expect(shopper.bubble).to_have_attribute("aria-label", "Close the chat")


def test_a_long_conversation_is_loaded_piece_by_piece(talk, street):
    shopper, room, ann = talk
    for number in range(70):
        room.say(ann, f"Line {number} of many")
        time.sleep(0.04)  # a group takes forty messages in a second
    shopper.sees("Line 69 of many")
    street.until(lambda: len(room.texts) >= 71)
    shopper.page.reload()
    shopper.sees("Line 69 of many")
    assert shopper.message("Line 3 of many").count() == 0
    shopper.button("Load earlier messages").click()
    shopper.sees("Line 3 of many")
    texts = shopper.log.locator(".said .words").all_inner_texts()
    numbers = [int(text.split()[1]) for text in texts if text.startswith("Line")]
    assert numbers == list(range(70))


def test_what_was_taken_back_or_cannot_be_shown_leaves_a_word_in_its_place(talk, street):
    shopper, room, ann = talk
    room.say(ann, "Oops, wrong window")
    shopper.sees("Oops, wrong window")
    with street.chat.lock:
        street.chat.cloud.delete_group_msg_by_sender({"GroupId": room.group_id, "Sender_Account": ann}, None)
    shopper.sees("A message was taken back")
    assert shopper.message("Oops, wrong window").count() == 0


def test_a_message_that_the_cloud_refuses_can_be_sent_again_or_given_up(talk, street):
    shopper, room, _ = talk
    room.group.info["ShutUpAllMember"] = "On"
    shopper.say("Can you hear me?")
    failed = shopper.message("Can you hear me?")
    expect(failed.locator(".state")).to_contain_text("Nobody can write in this chat any more.")
    room.group.info["ShutUpAllMember"] = "Off"
    failed.get_by_role("button", name="Try again").click()
    shopper.sent("Can you hear me?")
    room.hears("Can you hear me?")
    room.group.info["ShutUpAllMember"] = "On"
    shopper.say("And now?")
    shopper.message("And now?").get_by_role("button", name="Discard").click()
    expect(shopper.message("And now?")).to_have_count(0)
