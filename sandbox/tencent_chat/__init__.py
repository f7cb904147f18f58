"""A stand-in of Tencent Cloud Chat: the REST calls, the callbacks, and what people do in their browsers.

Docstrings name the vendor's pages: 1047/34895 is tencentcloud.com/document/product/1047/34895, and 269/1522 is
cloud.tencent.com/document/product/269/1522.
"""

from sandbox.tencent_chat.callbacks import AskOverHTTP
from sandbox.tencent_chat.stand_in import TencentChat
from sandbox.user_sig import TencentError

__all__ = ["AskOverHTTP", "TencentChat", "TencentError"]
