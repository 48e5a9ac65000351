# The API and its page. The database is a service of its own: see docker-compose.yml.
ARG PYTHON_IMAGE=python:3.12-slim

FROM ${PYTHON_IMAGE} AS environment
WORKDIR /build
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/requirements-uv.lock \
    && python -m venv --without-pip /opt/groundswell
# Bytecode is compiled now, because the container's user cannot write to this folder.
ENV UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1 VIRTUAL_ENV=/opt/groundswell
# TORCH=cpu takes torch from PyTorch's own index, without CUDA's libraries; TORCH=locked takes the wheels of
# requirements-torch.lock, with their hashes. Triton takes 1 GB and compiles only for GPUs, so it is left out.
ARG TORCH=cpu
RUN case $TORCH in \
      cpu) uv pip install --no-deps --torch-backend cpu "$(grep -oE '^torch==[0-9.]+' requirements/requirements-torch.lock)" ;; \
      locked) awk '/^[^ ]/ {keep = !/^triton==/} keep' requirements/requirements-torch.lock > torch.lock \
          && uv pip install --no-deps --require-hashes -r torch.lock ;; \
      *) echo "TORCH is $TORCH: set it to cpu or locked" >&2; exit 1 ;; \
    esac
RUN uv pip install --no-deps --require-hashes -r requirements/requirements.lock
COPY . .
RUN uv pip install --no-deps --no-build-isolation .

FROM ${PYTHON_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /data --shell /usr/sbin/nologin groundswell \
    && install -d -o groundswell /data
COPY --from=environment /opt/groundswell /opt/groundswell
# Everything that is written goes to /data or /tmp: the root file system can be read-only.
ENV PATH=/opt/groundswell/bin:$PATH GROUNDSWELL_HOME=/data XDG_CACHE_HOME=/data/cache PYTHONDONTWRITEBYTECODE=1
USER groundswell
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=5 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
CMD ["groundswell", "serve", "--host", "0.0.0.0"]
