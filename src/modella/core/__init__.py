"""Nouns and rules, pure: nothing here opens, asks or waits."""
