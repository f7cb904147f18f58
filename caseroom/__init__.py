"""Caseroom: every support case gets a chat room.

This package is the only name that third parties import; `caseroom.connector` is where a connector begins.
"""

__version__ = "0.1.0"
