"""Traces arrive at a collector as OTLP; without a collector nothing of it is even imported."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sempre.app.tracing import Tracer
from sempre.telemetry.otlp import Exporter
from sempre.telemetry.traces import trace_of
from tests.support.server import Server, drop, output
from tests.support.store import Store
from tests.telemetry.test_tally import value
from tests.telemetry.test_traces import RUN


class Collector(HTTPServer):
    """What a collector is sent; `status` is what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.requests: list[ExportTraceServiceRequest] = []
        self.status = 200
        self.url = f"http://127.0.0.1:{self.server_port}/v1/traces"

    def spans(self) -> list[tuple[str, str]]:
        """(name, trace) of all that came."""
        return [
            (span.name, span.trace_id.hex())
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        collector = self.server
        assert isinstance(collector, Collector)
        collector.requests.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(collector.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as above)
        return


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_trace_arrives_as_it_was_made(collector: Collector) -> None:
    trace = trace_of(RUN)
    assert trace is not None
    exporter = Exporter(collector.url, node="here")
    assert exporter.send([trace])
    exporter.close()
    assert collector.spans() == [(each.name, trace.id) for each in trace.spans]
    (resource,) = collector.requests[0].resource_spans
    named = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert (named["service.name"], named["service.instance.id"]) == ("sempre", "here")
    root = resource.scope_spans[0].spans[0]
    assert (root.end_time_unix_nano - root.start_time_unix_nano) == 35 * 10**9


async def test_each_turn_is_told_once_it_was_given_out(store: Store, collector: Collector) -> None:
    taken = value("spans_total", result="taken")
    exporter = Exporter(collector.url, node="here")
    tracer = Tracer(store.log, exporter)
    store.log.watch(tracer)
    for turn_id in ("t1", "t2"):
        for each in RUN if turn_id == "t1" else RUN[:-1]:
            store.log.append(each.kind, each.details, channel="c:1", turn_id=turn_id)
    await store.log.flushed()
    await tracer.flush()
    await tracer.flush()
    names = [name for name, _ in collector.spans()]
    assert names.count("turn") == 1
    assert "attempt" in names
    assert value("spans_total", result="taken") == taken + len(names)
    exporter.close()


async def test_a_collector_that_is_away_or_refuses_ends_nothing(
    store: Store, collector: Collector
) -> None:
    refused = value("spans_total", result="refused")
    collector.status = 400
    exporter = Exporter(collector.url, node="here", seconds=1)
    tracer = Tracer(store.log, exporter)
    store.log.watch(tracer)
    for each in RUN:
        store.log.append(each.kind, each.details, turn_id="t1")
    await store.log.flushed()
    await tracer.flush()
    assert len(collector.requests) == 1
    assert value("spans_total", result="refused") == refused + len(collector.spans())
    exporter.close()


@pytest.mark.posix
def test_a_real_turn_is_one_trace(
    tmp_path: Path, clean_environment: dict[str, str], collector: Collector
) -> None:
    home = tmp_path / "home"
    server = Server(home, clean_environment, ("demo",))
    (home / "sempre.toml").write_text(f'[telemetry]\notlp_endpoint = "{collector.url}"\n')
    try:
        server.start().wait_ready()
        drop(home, "tracer", "hello", "Say hello.")
        server.wait_for(lambda: bool(output(home, "tracer")), "an answer")
        server.wait_for(lambda: any(name == "turn" for name, _ in collector.spans()), "a trace")
        assert server.stop() == 0
    finally:
        server.end()
    by_trace: dict[str, list[str]] = {}
    for name, trace in collector.spans():
        by_trace.setdefault(trace, []).append(name)
    for names in by_trace.values():
        assert {"turn", "accept", "wait", "attempt", "call", "publish"} <= set(names)


def test_without_a_collector_nothing_of_it_is_imported(clean_environment: dict[str, str]) -> None:
    code = (
        "import sys, sempre.app, sempre.app.tracing; "
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'google.protobuf'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment, capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr
