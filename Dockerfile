# syntax=docker/dockerfile:1
# Built in one stage, run in another that has neither compiler nor package manager caches; not as root.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
RUN python -m venv /opt/redefluss
COPY requirements/bootstrap.lock requirements/runtime.lock requirements/
RUN pip install --require-hashes -r requirements/bootstrap.lock \
 && uv pip install --no-cache --python /opt/redefluss/bin/python --compile-bytecode --require-hashes -r requirements/runtime.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY LICENSES LICENSES
COPY schemas schemas
COPY pipeline pipeline
COPY agents agents
COPY docs/operations/runbooks.md docs/operations/runbooks.md
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && uv pip install --no-cache --python /opt/redefluss/bin/python --compile-bytecode --no-deps /dist/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home redefluss && install -d -o redefluss -g redefluss /data
COPY --from=build /opt/redefluss /opt/redefluss
ENV PATH=/opt/redefluss/bin:$PATH PYTHONUNBUFFERED=1 REDEFLUSS_DATA_DIR=/data
USER redefluss
WORKDIR /home/redefluss
VOLUME /data
EXPOSE 6066
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; e = os.environ.get; h = e('REDEFLUSS_WEB_HOST', '127.0.0.1'); h = {'0.0.0.0': '127.0.0.1', '::': '::1'}.get(h, h); r.urlopen('http://%s:%s/health/live' % (f'[{h}]' if ':' in h else h, e('REDEFLUSS_WEB_PORT', 6066)), timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["redefluss"]
CMD ["worker"]
