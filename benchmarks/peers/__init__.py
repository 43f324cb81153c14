"""The same stream over the same stage functions, as users of other frameworks would write it.

Each module takes the broker's address (host:port) and the topics' prefix and
runs until it is stopped; several processes of one form one consumer group.
"""
