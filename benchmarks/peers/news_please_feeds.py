"""Feeds read by news-please, as its command does it: a crawler for each paper, and JSON files of what it found.

A script for an environment with news-please: takes the papers as a JSON file, and where to write JSON lines.
"""

import importlib.resources
import json
import shutil
import subprocess
import sys
from pathlib import Path

CRAWLERS = {"rss": "RssCrawler", "atom": "RssCrawler", "sitemap": "SitemapCrawler"}
OFFSITE = "DOWNLOADER_MIDDLEWARES = {'scrapy.downloadermiddlewares.offsite.OffsiteMiddleware': None}"
"""Scrapy compares hosts without their ports with the crawler's domain, which has one on the loopback."""


def main(papers: Path, out: Path) -> None:
    """Crawl every paper from its start page, with the settings that come with the package."""
    config = Path("config").absolute()
    with importlib.resources.as_file(importlib.resources.files("newsplease") / "config") as shipped:
        shutil.copytree(shipped, config)
    settings = config / "config.cfg"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[Scrapy]", f"[Scrapy]\n{OFFSITE}", 1), encoding="utf-8")
    sites = [
        {"url": paper["home"], "crawler": CRAWLERS[paper["kind"]]} for paper in json.loads(papers.read_text("utf-8"))
    ]
    (config / "sitelist.hjson").write_text(json.dumps({"base_urls": sites}), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "newsplease", "-c", str(config)], check=True)
    with out.open("w", encoding="utf-8") as lines:
        for path in sorted((Path.home() / "news-please-repo" / "data").rglob("*.json")):
            article = json.loads(path.read_text("utf-8"))
            lines.write(json.dumps({"url": article["url"], "text": article["maintext"] or ""}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
