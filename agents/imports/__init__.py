"""Archives to articles: WARC and WET, CSV, JSON lines of other tools, and what `redefluss produce` takes."""
