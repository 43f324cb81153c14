"""What the pages show, kept on disk: written by the collector's process, read by the web server's threads."""
