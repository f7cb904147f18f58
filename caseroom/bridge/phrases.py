"""What the service says in a group, in the customer's language."""

from __future__ import annotations

PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "greeting": "Thank you for your message. We are finding somebody to help you; you can go on writing here.",
        "reopened": "Your request is open again. You can go on writing here.",
        "solved": "Your request has been marked as solved. If something is left, just write here.",
        "farewell": "This conversation is closed now. Thank you, and good-bye.",
        "merged": "Your request goes on together with another one of yours. This conversation is closed now.",
    },
    "zh": {
        "greeting": "感谢您的留言。我们正在为您安排客服，您可以继续在这里留言。",
        "reopened": "您的请求已重新打开，您可以继续在这里留言。",
        "solved": "您的请求已标记为已解决。如果还有问题，请直接在这里留言。",
        "farewell": "本次会话已结束。谢谢您，再见。",
        "merged": "您的请求已与另一请求合并处理，本次会话已结束。",
    },
    "ja": {
        "greeting": "お問い合わせありがとうございます。担当者を手配しております。このままメッセージをお送りいただけます。",
        "reopened": "お問い合わせが再開されました。このままメッセージをお送りいただけます。",
        "solved": "お問い合わせは解決済みになりました。まだ何かございましたら、こちらにお書きください。",
        "farewell": "この会話は終了しました。ありがとうございました。",
        "merged": "お問い合わせは別のお問い合わせとまとめて対応いたします。この会話は終了しました。",
    },
    "ar": {
        "greeting": "شكرًا لرسالتك. نبحث الآن عمّن يساعدك، ويمكنك متابعة الكتابة هنا.",
        "reopened": "أُعيد فتح طلبك، ويمكنك متابعة الكتابة هنا.",
        "solved": "تم وضع علامة «محلول» على طلبك. إذا بقي شيء فاكتب هنا.",
        "farewell": "انتهت هذه المحادثة. شكرًا لك وإلى اللقاء.",
        "merged": "سيُتابع طلبك مع طلب آخر لك. انتهت هذه المحادثة.",
    },
}
FALLBACK = "en"


def phrase(saying: str, locale: str) -> str:
    """The text of a saying; a saying may carry what makes it unique after an "@"."""
    language = locale.replace("_", "-").split("-")[0].lower()
    return PHRASES.get(language, PHRASES[FALLBACK])[saying.split("@", maxsplit=1)[0]]
