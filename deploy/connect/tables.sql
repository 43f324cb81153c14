-- The tables that the connectors fill, and views of what is in `articles`.

CREATE TABLE IF NOT EXISTS articles (
    id text PRIMARY KEY,
    document jsonb -- NULL if the article was withdrawn
);

CREATE TABLE IF NOT EXISTS statements (
    id text PRIMARY KEY,
    text text NOT NULL,
    type text NOT NULL,
    verbatim boolean NOT NULL,
    said_by text,
    speaker_id text,
    speaker_type text,
    speaker_gender text,
    speaker_wikidata text,
    first_article text NOT NULL,
    first_source text,
    first_published_at timestamptz,
    count integer NOT NULL,
    sources integer NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE OR REPLACE VIEW quotes AS
SELECT
    quote ->> 'id' AS id,
    articles.id AS article_id,
    document ->> 'source' AS source,
    (document ->> 'published_at')::timestamptz AS published_at,
    quote ->> 'type' AS type,
    quote ->> 'text' AS text,
    quote -> 'speaker' ->> 'entity' AS speaker_id,
    quote -> 'speaker' ->> 'name' AS speaker_name
FROM articles, jsonb_array_elements(document -> 'quotes') AS quote;
