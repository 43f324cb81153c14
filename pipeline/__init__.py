"""The domain: cleaning, entities and quotes in German news. Record in, record out; no Kafka here."""
