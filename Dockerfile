# clfnet's service and command line, as a user without rights.
#
#     docker build -t clfnet .
#     docker run --rm --read-only --tmpfs /tmp -p 127.0.0.1:8000:8000 -e CLFNET_TOKEN=... clfnet
#
# It writes to /tmp and /data alone. compose.yaml closes the rest; docs/container.md tells more.

FROM python:3.11-slim-bookworm AS build
WORKDIR /project
COPY pyproject.toml README.md LICENSE ./
COPY packaging/locks/build.txt packaging/locks/serve.txt packaging/locks/
COPY src src
# Every wheel is one whose hash is in packaging/locks. Neither pip nor the tests of numpy and scipy go
# into the image.
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r packaging/locks/build.txt \
    && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /opt/build . \
    && python -m venv --without-pip /opt/clfnet \
    && pip --python /opt/clfnet install --no-cache-dir --require-hashes -r packaging/locks/serve.txt \
    && pip --python /opt/clfnet install --no-cache-dir --no-deps /opt/build/*.whl \
    && find /opt/clfnet -type d -name tests -prune -exec rm -r '{}' +

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="clfnet" \
    org.opencontainers.image.description="Fusion of infrared and visible images: REST API and web page" \
    org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/clfnet /opt/clfnet
ENV PATH=/opt/clfnet/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN useradd --uid 10001 --user-group --no-log-init --no-create-home --home-dir /data clfnet \
    && install --directory --owner clfnet --group clfnet --mode 0700 /data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client, sys; c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["clfnet"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--data", "/data"]
