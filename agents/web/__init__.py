"""The web view: newsroom, articles, entities, operations, dead letters, metrics, health and the JSON API."""
