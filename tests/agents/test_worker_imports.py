"""What a worker's own process leaves to those who need it: its pool, other commands, and whoever opens a page."""

import subprocess
import sys
from pathlib import Path

CHECK = """
import socket, sys
import agents.worker
from agents.cli.main import make_app
from agents.settings import Settings
from agents.web.site import SITE
from pipeline.stages import STAGES

make_app(["worker"])
with socket.create_server(("127.0.0.1", 0)) as probe:
    port = probe.getsockname()[1]
settings = Settings(web_port=port, data_dir=sys.argv[1])
worker = agents.worker.Worker(settings, [stage.name for stage in STAGES], agents.worker.LOADER)
for stage in STAGES:
    if stage.stateful:
        stage.load(settings.pipeline)
view = worker._make_view()
monitor = view._app.web.web_app[SITE].stream_monitor
monitor.readiness()
assert b"redefluss_" in monitor.exposition()
names = {name.partition(".")[0] for name in sys.modules}
print(*sorted(names | {name for name in sys.modules if name.startswith("agents.cli")}))
"""
LANGUAGE_WORK = {
    "courlan", "ftfy", "lxml", "onnxruntime", "py3langid", "spacy", "thinc", "tokenizers", "torch", "trafilatura"
}  # fmt: skip
PAGES = {"babel", "jinja2", "markdown_it", "numpy"}
OTHER_COMMANDS = {"duckdb", "feedparser", "opentelemetry", "protego", "psycopg", "pyarrow", "rich", "scipy", "warcio"}
NEVER_OR_LATE = {"psutil", "tenacity", "xml"}
"""For other systems than Linux, for sends that have failed, and for a page's feed."""


def test_a_worker_that_nobody_looks_at_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CHECK, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.split())
    assert {"faust", "aiokafka", "rocksdict"} <= imported
    assert not imported & (LANGUAGE_WORK | PAGES | OTHER_COMMANDS | NEVER_OR_LATE)
    assert {name for name in imported if name.startswith("agents.cli")} == {
        *("agents.cli", "agents.cli.main", "agents.cli.console", "agents.cli.errors", "agents.cli.worker")
    }
