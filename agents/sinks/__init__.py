"""What comes out of the stream, kept in stores: Parquet files, PostgreSQL, DuckDB, or whoever answers a web address."""
