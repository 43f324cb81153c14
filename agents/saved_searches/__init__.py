"""Searches that tell a web address when something new matches."""
