# syntax=docker/dockerfile:1

# Behind a slow or closed line, give a mirror: docker build --build-arg GOPROXY=… .
FROM golang:1.26-bookworm AS build
ARG GOPROXY
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=unknown
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/rectify ./cmd/rectify

FROM debian:bookworm-slim
# The certificates come from the build stage: the final one needs no package and no network.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN groupadd --gid 10001 rectify && \
    useradd --uid 10001 --gid rectify --no-create-home --home-dir /data --shell /usr/sbin/nologin rectify && \
    install --directory --owner rectify --group rectify --mode 0750 /data
COPY --from=build /out/rectify /usr/local/bin/rectify
COPY --chmod=0755 scripts/healthcheck.sh /usr/local/bin/rectify-healthy

USER rectify
WORKDIR /data
# Files of evidence and, unless RECTIFY_DB names a server, the database.
VOLUME /data
ENV RECTIFY_DATA=/data RECTIFY_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["rectify-healthy"]
ENTRYPOINT ["rectify"]
CMD ["serve"]
