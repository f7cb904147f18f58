"""A stand-in of Tencent Cloud Chat: the REST calls, the callbacks, and what people do in their browsers."""

from sandbox.tencent_chat.callbacks import ask_over_http
from sandbox.tencent_chat.stand_in import TencentChat
from sandbox.user_sig import TencentError

__all__ = ["TencentChat", "TencentError", "ask_over_http"]
