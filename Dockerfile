# Two images from one file: the site (`--target web`) and the worker (`--target worker`).
# The worker's packages are added to the site's, never the other way round: the site holds no networks.

# The tags move with the security fixes of their series. A release pins them: --build-arg PYTHON_IMAGE=python@sha256:…
ARG NODE_IMAGE=node:24-bookworm-slim
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${NODE_IMAGE} AS runner
WORKDIR /runner
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${PYTHON_IMAGE} AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PATH=/opt/venv/bin:$PATH FOOLRATE_DATA=/data
RUN useradd --uid 10001 --create-home foolrate \
    && mkdir /data && chown foolrate:foolrate /data \
    && python -m venv /opt/venv
WORKDIR /app

FROM base AS web-packages
COPY requirements/web.lock requirements/
RUN pip install --only-binary=:all: --require-hashes -r requirements/web.lock

FROM web-packages AS worker-packages
COPY requirements/worker.lock requirements/
RUN pip install --only-binary=:all: --require-hashes -r requirements/worker.lock

FROM web-packages AS web
COPY --from=runner /runner/node_modules node_modules
COPY . .
USER foolrate
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "config/processes/healthcheck.py"]
CMD ["python", "manage.py", "web", "--host", "0.0.0.0"]

FROM worker-packages AS worker
COPY --from=runner /runner/node_modules node_modules
COPY . .
USER foolrate
VOLUME /data
CMD ["python", "manage.py", "worker"]
