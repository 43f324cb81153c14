"""The fourth stage: what the same speaker was quoted with in several articles, once."""
