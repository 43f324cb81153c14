"""Sinks: the results in Parquet files, PostgreSQL, DuckDB or OpenSearch, or sent to a web address."""
