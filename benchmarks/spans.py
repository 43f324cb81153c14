"""What a worker's spans say, taken by a receiver of OTLP over HTTP on the loopback interface."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from benchmarks.places import Position

EXPORT_MILLISECONDS = 1000


class SpanReceiver:
    """Keeps what is sent to it; to be used as `with receiving() as receiver`."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.requests.append(self.rfile.read(int(self.headers["Content-Length"])))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def environment(self) -> dict[str, str]:
        """What a worker needs to send its spans here, all of them and soon."""
        return {
            "REDEFLUSS_TRACING": "true",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server.server_port}",
            "OTEL_BSP_SCHEDULE_DELAY": str(EXPORT_MILLISECONDS),
            "OTEL_TRACES_SAMPLER": "always_on",
        }

    def spans(self, prefix: str) -> dict[Position, tuple[float, float]]:
        """Begin and end of each message's span in seconds since 1970, by where the message stands."""
        found = {}
        for body in self.requests:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for span in (span for scope in resource.scope_spans for span in scope.spans):
                    told = {attribute.key: attribute.value for attribute in span.attributes}
                    position = Position(
                        told["messaging.destination.name"].string_value.removeprefix(prefix),
                        int(told["messaging.destination.partition.id"].string_value),
                        told["messaging.kafka.offset"].int_value,
                    )
                    found[position] = span.start_time_unix_nano / 1e9, span.end_time_unix_nano / 1e9
        return found


@contextmanager
def receiving() -> Iterator[SpanReceiver]:
    """A receiver that listens."""
    receiver = SpanReceiver()
    thread = threading.Thread(target=receiver.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()
