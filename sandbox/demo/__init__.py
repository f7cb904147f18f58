"""The whole story, played on stand-ins against the real service and looked at from outside."""
