"""The same stream over the same stage functions, as users of other frameworks would write it.

Each module takes the broker's address (host:port) and the topics' prefix and
runs until it is stopped; several processes of one form one consumer group.

`fundus_feeds.py` and `news_please_feeds.py` are another matter: scripts that read
feeds with these libraries, each run by the Python of an environment of its own.
"""
