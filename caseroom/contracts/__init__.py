"""Suites that prove an implementation. Subclass one in a test module of your own; pytest does the rest."""
