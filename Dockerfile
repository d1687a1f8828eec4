# The service itself. `docker build .` fetches its packages from the registry; `npm run service:build` brings those of
# this checkout along in `packages/`, for builds without a network.
ARG BASE=docker.io/library/node:24-bookworm-slim

FROM ${BASE} AS packages
WORKDIR /app
COPY package.json package-lock.json packages* ./
RUN if [ ! -d node_modules ]; then npm ci --omit=dev --ignore-scripts; fi

FROM ${BASE}
USER root
# A user of its own: agents are uid 1000 in their containers. `/data` is there so that a fresh volume belongs to it; it
# is no VOLUME, since an anonymous one would lose everything without a word.
RUN set -e; \
    if ! command -v git >/dev/null || [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then \
      apt-get update; \
      apt-get install -y --no-install-recommends git ca-certificates; \
      rm -rf /var/lib/apt/lists/*; \
    fi; \
    groupadd --gid 10001 prlt; \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data prlt; \
    install -d -m 700 -o 10001 -g 10001 /data; \
    ln -s /app/bin/prlt.js /usr/local/bin/prlt
COPY --from=packages /app/node_modules /app/node_modules
COPY package.json package-lock.json app.yml /app/
COPY bin /app/bin
COPY migrations /app/migrations
COPY runners /app/runners
COPY scripts /app/scripts
COPY src /app/src
USER 10001:10001
# The first start writes its `.env` to the working directory, so that is what is kept.
WORKDIR /data
ENV HOST=0.0.0.0 PORT=3000 PRLT_DATA_DIR=/data HOME=/data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["node", "/app/scripts/service-health.js"]
# As in `npm start`: V8 lets what is short-lived fill 100 MiB otherwise.
ENTRYPOINT ["node", "--max-semi-space-size=16", "/app/src/start.js"]
