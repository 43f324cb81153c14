"""The records that travel on the topics: typed, validated, versioned."""
