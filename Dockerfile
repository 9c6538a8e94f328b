# The action's image: ecrane, the docker client with buildx, CA certificates, and nothing else.
# `cargo xtask dist` makes dist/ecrane first, so that nothing is compiled here. Only what the classic
# builder knows is used below: `act` builds the image with it.

FROM debian:trixie-slim AS clients
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates docker-buildx docker-cli \
 && rm -rf /var/lib/apt/lists/*
# Both clients are linked against the C library: they go with their loader, what they load, and their licences.
# A scratch image has no /tmp, where builders and ecrane keep what they write.
RUN clients=(/usr/bin/docker /usr/libexec/docker/cli-plugins/docker-buildx) \
 && mapfile -t libraries < <(ldd "${clients[@]}" | grep --only-matching --perl-regexp '\s\K/\S+' | sort --unique) \
 && licences=(/usr/share/doc/{ca-certificates,docker-buildx,docker-cli,libc6}/copyright) \
 && install --directory --mode=1777 /tree/tmp \
 && cp --parents --dereference "${clients[@]}" "${libraries[@]}" "${licences[@]}" /etc/ssl/certs/ca-certificates.crt /tree \
 && for client in "${clients[@]}"; do chroot /tree "$client" version --help > /dev/null; done

FROM scratch
COPY --from=clients /tree /
COPY dist/ecrane /usr/bin/ecrane
ENTRYPOINT ["/usr/bin/ecrane"]
