"""Saved searches: their new quotes are sent to web addresses (`redefluss watch`)."""
