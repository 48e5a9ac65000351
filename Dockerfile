# The API and its page. The database is a service of its own: see docker-compose.yml.
FROM python:3.12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
# Who runs it later may not write here what was compiled.
ENV UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/requirements-uv.lock \
    && uv pip install --system --no-cache --no-deps --require-hashes \
        -r requirements/requirements-torch.lock -r requirements/requirements.lock
COPY . .
RUN uv pip install --system --no-cache --no-deps --no-build-isolation . \
    && useradd --create-home --uid 10001 groundswell \
    && mkdir /data && chown groundswell /data
USER groundswell
ENV GROUNDSWELL_HOME=/data
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=5 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
CMD ["groundswell", "serve", "--host", "0.0.0.0"]
