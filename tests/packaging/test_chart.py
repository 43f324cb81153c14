"""The Helm chart and the topics for Strimzi: rendered by Helm, checked against the schemas of Kubernetes and by eye."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from agents.faust_adapter import COMMIT_SECONDS
from agents.producer_connection import FLUSH_SECONDS
from agents.publisher import STOP_SECONDS
from agents.settings import Settings
from agents.stage_apps import CLOSE_SECONDS, STOP_APP_SECONDS
from agents.topics import all_names, specification
from pipeline.stages import STAGES

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "redefluss"
KUBERNETES = ("1.29.0", "1.34.0")
VIEW_SECONDS = 5.0
"""For the collector of the web view to end, and as much for Prometheus's or OpenTelemetry's last word."""
EVERYTHING = """
image: {digest: "sha256:%s", pullSecrets: [{name: registry}]}
broker: "kafka://b-1:9092,kafka://b-2:9092"
topicPrefix: news.
extraSettings: {REDEFLUSS_TRACING: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4318"}
secret: {name: redefluss, items: {REDEFLUSS_WEB_TOKEN_FILE: web-token, REDEFLUSS_SASL_PASSWORD_FILE: sasl-password}}
serviceAccount: {annotations: {owner: news}}
worker:
  stages: [clean, quotes]
  podAnnotations: {a: b}
  nodeSelector: {disk: fast}
  tolerations: [{key: news, operator: Exists}]
  affinity: {nodeAffinity: {}}
  volume: {size: 20Gi, storageClass: fast}
autoscaling: {enabled: true, authentication: kafka-login}
monitoring:
  serviceMonitor: {enabled: true, labels: {release: prometheus}}
  prometheusRule: {enabled: true, labels: {release: prometheus}}
feed: {enabled: true, feeds: "[[feed]]\\nurl = \\"https://example.org/rss\\"\\n"}
sinks: {archive: [postgres, "host=postgres dbname=redefluss"]}
""" % ("a" * 64)

STRINGS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}
NAMED: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}, "kind": {"type": "string"}}}


def strict(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """A schema of an object that has no other properties."""
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": list(required)} if required else {})


COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
CUSTOM: dict[str, dict[str, Any]] = {
    # What the documentation of each operator allows, as far as the chart may use it.
    "ScaledObject": strict(
        ("scaleTargetRef", "triggers"),
        scaleTargetRef=strict(("name",), apiVersion={"type": "string"}, kind={"type": "string"}, name={"minLength": 1}),
        minReplicaCount=COUNT, maxReplicaCount={"type": "integer", "minimum": 1}, cooldownPeriod=COUNT,
        pollingInterval={"type": "integer", "minimum": 1},
        advanced=strict(
            horizontalPodAutoscalerConfig=strict(
                behavior=strict(
                    scaleDown=strict(
                        stabilizationWindowSeconds={"type": "integer", "minimum": 0, "maximum": 3600},
                        policies={
                            "type": "array",
                            "items": strict(
                                ("periodSeconds", "type", "value"),
                                type={"enum": ["Pods", "Percent"]}, value=COUNT,
                                periodSeconds={"type": "integer", "minimum": 1, "maximum": 1800},
                            ),
                        },
                    )
                )
            )
        ),
        triggers={
            "type": "array",
            "minItems": 1,
            "items": strict(
                ("type", "metadata"), type={"const": "kafka"}, name={"type": "string"}, metadata=STRINGS,
                authenticationRef=strict(("name",), name={"type": "string"}),
            ),
        },
    ),
    "ServiceMonitor": strict(
        ("selector", "endpoints"),
        jobLabel={"type": "string"},
        selector=strict(matchLabels=STRINGS),
        endpoints={
            "type": "array",
            "items": strict(
                port={"type": "string"}, path={"type": "string"}, interval={"pattern": "^[0-9]+(ms|s|m|h)$"},
                authorization=strict(
                    type={"const": "Bearer"},
                    credentials=strict(("key", "name"), key={"type": "string"}, name={"type": "string"}),
                ),
            ),
        },
    ),
    "PodMonitor": strict(
        ("selector", "podMetricsEndpoints"),
        jobLabel={"type": "string"},
        selector=strict(matchLabels=STRINGS),
        podMetricsEndpoints={
            "type": "array",
            "items": strict(
                port={"type": "string"}, path={"type": "string"}, interval={"pattern": "^[0-9]+(ms|s|m|h)$"}
            ),
        },
    ),
    "PrometheusRule": strict(
        ("groups",),
        groups={
            "type": "array",
            "items": strict(
                ("name", "rules"),
                name={"type": "string"},
                rules={
                    "type": "array",
                    "items": strict(
                        ("alert", "expr"),
                        alert={"type": "string"}, expr={"type": "string"}, labels=STRINGS, annotations=STRINGS,
                        **{"for": {"pattern": "^[0-9]+(s|m|h)$"}},
                    ),
                },
            ),
        },
    ),
    "KafkaTopic": strict(
        ("partitions", "replicas"),
        partitions={"type": "integer", "minimum": 1}, replicas={"type": "integer", "minimum": 1},
        config={"type": "object", "additionalProperties": {"type": ["string", "integer", "boolean"]}},
    ),
}  # fmt: skip


def helm(*arguments: str | Path, values: str = "") -> subprocess.CompletedProcess[str]:
    command = shutil.which("helm", path=f"{os.environ['PATH']}:{Path.home() / 'go' / 'bin'}")
    if command is None:
        pytest.skip("helm is not installed (go install helm.sh/helm/v3/cmd/helm@v3.22.0)")
    return subprocess.run(
        [command, *map(str, arguments), "--values", "/dev/stdin"],
        check=False,
        input=values,
        capture_output=True,
        text=True,
    )


def render(values: str = "", version: str = KUBERNETES[-1]) -> list[dict[str, Any]]:
    """For this version of Kubernetes: a Helm that Go has built believes every cluster to be of an old one."""
    options = ("--namespace", "news", "--include-crds", "--kube-version", version)
    run = helm("template", "news", CHART, *options, values=values)
    assert run.returncode == 0, run.stderr
    return [document for document in yaml.safe_load_all(run.stdout) if document]


def of_kind(documents: list[dict[str, Any]], kind: str, name: str | None = None) -> dict[str, Any]:
    (found,) = (d for d in documents if d["kind"] == kind and name in (None, d["metadata"]["name"]))
    return found


def pods(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [d["spec"]["template"]["spec"] for d in documents if d["kind"] in {"StatefulSet", "Deployment", "Job"}]


def environment(container: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container["env"]}


def check(document: dict[str, Any], version: str) -> None:
    """Against the schema of its kind, unknown fields included."""
    if document["kind"] in CUSTOM:
        assert set(document) == {"apiVersion", "kind", "metadata", "spec"}
        jsonschema.validate(document["spec"], CUSTOM[document["kind"]])
    else:
        kubernetes_validate.validate(document, version, strict=True)


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("values", ["", EVERYTHING], ids=["defaults", "everything"])
def test_what_it_renders_is_valid(values: str, version: str) -> None:
    documents = render(values, version)
    assert len({(d["kind"], d["metadata"]["name"]) for d in documents}) == len(documents) >= 6
    for document in documents:
        check(document, version)


def test_helm_finds_nothing_to_criticise() -> None:
    run = helm("lint", "--strict", CHART, values=EVERYTHING)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        "image: {digest: latest}",
        "worker: {stages: [cleaning]}",
        "extraSettings: {PATH: /x}",
        "extraSettings: {REDEFLUSS_PARTITIONS: 16}",
        "secret: {name: s, items: {REDEFLUSS_SASL_PASSWORD: p}}",
        "replicas: 3",
        "sinks: {archive: [parquet, /data/archive]}",
    ],
)
def test_wrong_values_are_refused(wrong: str) -> None:
    run = helm("template", "news", CHART, values=wrong)
    assert run.returncode != 0
    assert "values don't meet the specifications of the schema" in run.stderr


def test_pods_may_do_little_and_hold_no_secret_in_their_environment() -> None:
    documents = render(EVERYTHING)
    assert len(pods(documents)) == 4
    for pod in pods(documents):
        (container,) = pod["containers"]
        assert container["image"] == "redefluss@sha256:" + "a" * 64
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert mounts["tmp"] == "/tmp"
        for name, value in environment(container).items():
            assert name.startswith(("REDEFLUSS_", "OTEL_"))
            if name.startswith("REDEFLUSS_"):
                secret = re.search("TOKEN|PASSWORD|SECRET", name) is not None
                assert not secret or (name.endswith("_FILE") and value.startswith(mounts["secrets"] + "/"))
    assert not [d for d in documents if d["kind"] == "Secret"]


def test_its_settings_are_those_of_the_code() -> None:
    for pod in pods(render(EVERYTHING)):
        for name, value in environment(pod["containers"][0]).items():
            if name.startswith("REDEFLUSS_") and not name.endswith("_FILE"):
                field = name.removeprefix("REDEFLUSS_").lower()
                assert field in Settings.model_fields
                Settings.model_validate({field: value})


def test_large_numbers_are_written_as_such() -> None:
    large = "drainSeconds: 2000000\nautoscaling: {enabled: true, lagThreshold: 3000000}"
    documents = render(large)
    worker = of_kind(documents, "StatefulSet")["spec"]["template"]["spec"]["containers"][0]
    assert environment(worker)["REDEFLUSS_DRAIN_SECONDS"] == "2000000"
    triggers = of_kind(documents, "ScaledObject")["spec"]["triggers"]
    assert {trigger["metadata"]["lagThreshold"] for trigger in triggers} == {"3000000"}


def test_the_files_of_secrets_that_a_sink_reads_are_its_own_alone(tmp_path: Path) -> None:
    """PostgreSQL's client takes no password from a file that others may read, as its group may that of a secret."""
    pod = of_kind(render(EVERYTHING), "Deployment", "news-sink-archive")["spec"]["template"]["spec"]
    (first,), (sink,) = pod["initContainers"], pod["containers"]
    for name in ("mnt/..data", "copy"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "mnt" / "..data" / "pgpass").write_text("*:*:*:redefluss:x")
    (tmp_path / "mnt" / "pgpass").symlink_to(Path("..data") / "pgpass")
    places = {mount["mountPath"]: mount["name"] for mount in first["volumeMounts"]}
    assert places == {"/mnt": "mounted-secrets", "/run/secrets/redefluss": "secrets"}
    shell, option, script = first["command"]
    script = script.replace("/mnt", str(tmp_path / "mnt")).replace("/run/secrets/redefluss", str(tmp_path / "copy"))
    subprocess.run([shell, option, script], check=True)
    assert (tmp_path / "copy" / "pgpass").stat().st_mode & 0o777 == 0o400
    assert {"name": "secrets", "mountPath": "/run/secrets/redefluss", "readOnly": True} in sink["volumeMounts"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes["secrets"]["emptyDir"] == {"medium": "Memory"}
    assert volumes["mounted-secrets"]["secret"]["secretName"] == "redefluss"


@pytest.mark.parametrize("drain", [0, 30, 600])
def test_the_grace_period_is_above_the_longest_stop(drain: int) -> None:
    worker = of_kind(render(f"drainSeconds: {drain}"), "StatefulSet")["spec"]["template"]["spec"]
    assert environment(worker["containers"][0])["REDEFLUSS_DRAIN_SECONDS"] == str(drain)
    longest = max(STOP_APP_SECONDS, COMMIT_SECONDS) + CLOSE_SECONDS + STOP_SECONDS + FLUSH_SECONDS + 2 * VIEW_SECONDS
    assert worker["terminationGracePeriodSeconds"] > drain + longest


def test_a_worker_is_probed_disturbed_one_at_a_time_and_found_by_prometheus_even_if_it_is_not_ready() -> None:
    documents = render(EVERYTHING)
    worker = of_kind(documents, "StatefulSet")
    labels = worker["spec"]["template"]["metadata"]["labels"]
    container = worker["spec"]["template"]["spec"]["containers"][0]
    assert container["args"] == ["worker", "--stage=clean", "--stage=quotes"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready?scope=worker"
    budget = of_kind(documents, "PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels.items()
    service = of_kind(documents, "Service", worker["spec"]["serviceName"])
    assert service["spec"]["publishNotReadyAddresses"] is True
    assert service["spec"]["selector"].items() <= labels.items()
    monitor = of_kind(documents, "ServiceMonitor")["spec"]
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert service["metadata"]["labels"][monitor["jobLabel"]] == "redefluss"
    assert monitor["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]


def test_keda_looks_at_the_lag_of_the_stages_that_run() -> None:
    for values in ("autoscaling: {enabled: true}", EVERYTHING):
        documents = render(values)
        worker = of_kind(documents, "StatefulSet")
        scaled = of_kind(documents, "ScaledObject")["spec"]
        assert scaled["scaleTargetRef"]["name"] == worker["metadata"]["name"]
        assert "replicas" not in worker["spec"]
        prefix = "news." if values == EVERYTHING else ""
        settings = Settings(topic_prefix=prefix)
        stages = [stage for stage in STAGES if not prefix or stage.name in {"clean", "quotes"}]
        found = [trigger["metadata"] for trigger in scaled["triggers"]]
        assert [(entry["consumerGroup"], entry["topic"]) for entry in found] == [
            (settings.group(stage.name), settings.topic(stage.source)) for stage in stages
        ]
        servers = "b-1:9092,b-2:9092" if prefix else "kafka-bootstrap.kafka:9092"
        assert {entry["bootstrapServers"] for entry in found} == {servers}


def test_feed_and_sinks_are_found_by_prometheus() -> None:
    documents = render(EVERYTHING)
    monitor = of_kind(documents, "PodMonitor")["spec"]
    (endpoint,) = monitor["podMetricsEndpoints"]
    found = 0
    for document in documents:
        if document["kind"] in {"Deployment", "StatefulSet"}:
            pod = document["spec"]["template"]
            assert monitor["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
            (container,) = pod["spec"]["containers"]
            (port,) = container["ports"]
            if port["name"] == endpoint["port"]:
                kind = "FEED" if container["name"] == "feed" else "SINK"
                assert environment(container)[f"REDEFLUSS_{kind}_METRICS_PORT"] == str(port["containerPort"])
                assert environment(container)["REDEFLUSS_WEB_HOST"] == "0.0.0.0"
                found += 1
    assert found == 2


def test_the_alerts_are_those_that_are_tested() -> None:
    rules = of_kind(render(EVERYTHING), "PrometheusRule")["spec"]
    assert rules == yaml.safe_load((ROOT / "monitoring" / "alerts.yml").read_text())


def test_the_chart_is_of_this_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    pyproject = (ROOT / "pyproject.toml").read_text()
    assert f'version = "{chart["appVersion"]}"' in pyproject
    jsonschema.Draft7Validator.check_schema(json.loads((CHART / "values.schema.json").read_text()))
    jsonschema.validate(
        yaml.safe_load((CHART / "values.yaml").read_text()), json.loads((CHART / "values.schema.json").read_text())
    )


def test_the_topics_for_strimzi_are_those_that_the_stream_makes() -> None:
    documents = list(yaml.safe_load_all((ROOT / "deploy" / "strimzi" / "topics.yaml").read_text()))
    assert [d["metadata"]["name"] for d in documents] == list(all_names())
    settings = Settings(partitions=12, replication_factor=3, min_insync_replicas=2)
    for document in documents:
        check(document, "")
        assert document["apiVersion"] == "kafka.strimzi.io/v1", "the only one since Strimzi 1.0, which Kafka 4.3 needs"
        assert document["metadata"]["labels"]["strimzi.io/cluster"]
        meant = specification(settings, document["metadata"]["name"])
        spec = document["spec"]
        assert (spec["partitions"], spec["replicas"]) == (meant.num_partitions, meant.replication_factor)
        assert {name: str(value) for name, value in spec["config"].items()} == meant.topic_configs
