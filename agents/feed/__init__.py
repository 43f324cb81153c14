"""News from their publishers: feeds and sitemaps are polled, new and changed pages go to `articles.raw`."""
