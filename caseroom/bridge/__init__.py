"""The living room: our words and our decisions, in the standard library alone."""
