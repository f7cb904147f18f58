"""Packs what customers install at their vendors, and checks it as strictly as can be done without an account."""
