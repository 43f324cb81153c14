"""The trained reader: one encoder reads an article once; names, mentions, quotes and speakers follow from that."""
