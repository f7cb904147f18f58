"""The telephone: the only room that knows Tencent's words."""
