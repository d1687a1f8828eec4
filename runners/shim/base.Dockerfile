# What every runner's image begins with: git, Node, the user, the ACP SDK. Everything of prlt is below /opt/prlt and needs
# nothing outside of it but a C library, so that it can be mounted into a repository's own image.
ARG BASE=docker.io/library/node:24-bookworm-slim
FROM ${BASE}
USER root
RUN set -e; \
    if ! command -v git >/dev/null || [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then \
      apt-get update; \
      apt-get install -y --no-install-recommends git ca-certificates; \
      rm -rf /var/lib/apt/lists/*; \
    fi; \
    getent group 1000 >/dev/null || groupadd --gid 1000 agent; \
    getent passwd 1000 >/dev/null || useradd --uid 1000 --gid 1000 --no-create-home --home-dir /work/home agent; \
    install -d -o 1000 -g 1000 /work /opt/prlt/compile-cache; \
    install -d /run/prlt /mirror /opt/prlt/bin; \
    cp "$(readlink -f "$(command -v node)")" /opt/prlt/bin/node
COPY package.json /opt/prlt/
COPY node_modules /opt/prlt/node_modules
# Filled while images are built, so that a read-only container starts without parsing what was parsed before.
ENV PATH=/opt/prlt/bin:$PATH NODE_COMPILE_CACHE=/opt/prlt/compile-cache
