"""The web view's pages, one blueprint a file."""

from agents.web.views import (
    api,
    api_quotes,
    articles,
    dead_letters,
    entities,
    login,
    monitoring,
    newsroom,
    operations,
    people,
    search,
    shares,
    static,
)

PAGES = (
    newsroom.pages,
    search.pages,
    people.pages,
    shares.pages,
    articles.pages,
    entities.pages,
    operations.pages,
    dead_letters.pages,
    monitoring.pages,
    login.pages,
    api.pages,
    api_quotes.pages,
    static.pages,
)
