# The image of the Action, and of a laptop's `docker run`. A release builds it once and pins its digest in action.yml.
#
# Here the base is named by its exact tag; the release workflow resolves that to a digest and builds on the digest.
ARG BASE_IMAGE=python:3.13.14-slim-trixie

FROM ${BASE_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_ONLY_BINARY=:all: PIP_ROOT_USER_ACTION=ignore
# No version: the base fixes Debian's release, whose security fixes replace each other.
# hadolint ignore=DL3008
RUN command -v git || { apt-get update && apt-get install --yes --no-install-recommends git; }
COPY requirements.lock requirements-build.lock /source/
# PyGithub asks for cryptography to sign in as an App, which Hunkwise never does; it is the largest library of all.
RUN python -m venv --without-pip /opt/hunkwise \
 && python -m pip --python /opt/hunkwise/bin/python install --require-hashes --requirement /source/requirements.lock \
 && python -m pip --python /opt/hunkwise/bin/python uninstall --yes cryptography \
 && python -m pip install --require-hashes --requirement /source/requirements-build.lock
COPY pyproject.toml README.md LICENSE /source/
COPY bot /source/bot
COPY prompts /source/prompts
RUN python -m pip wheel --no-build-isolation --no-deps --no-index --wheel-dir /wheel /source \
 && python -m pip --python /opt/hunkwise/bin/python install --no-deps --no-index /wheel/hunkwise-*.whl

# The base without what only builds need, and with git as one file: its package brings Perl, which nobody runs here.
# Bytecode goes by content and not by dates, since those may change from one layer to the next.
FROM ${BASE_IMAGE} AS trimmed
RUN library=$(python -c "import sysconfig; print(sysconfig.get_path('stdlib'))") \
 && python -m pip uninstall --yes --root-user-action=ignore pip \
 && rm -rf "$library"/ensurepip "$library"/idlelib "$library"/tkinter "$library"/turtledemo \
      /usr/local/include /usr/lib/git-core
COPY --from=build /usr/bin/git /usr/bin/git
COPY --from=build /opt/hunkwise /opt/hunkwise
RUN python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /usr/local/lib/python3.* /opt/hunkwise/lib \
 && git config --system --add safe.directory /repo \
 && git config --system --add safe.directory /github/workspace \
 && /opt/hunkwise/bin/python -I -c "import anthropic, github, bot.cli.main"

FROM scratch
LABEL org.opencontainers.image.title="Hunkwise" \
      org.opencontainers.image.description="Reviews pull requests hunk by hunk with Claude, inside a hard budget." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/hunkwise/hunkwise"
# One layer, so that what was taken away is not carried along underneath.
# hadolint ignore=DL3067
COPY --from=trimmed / /
# GitHub sets the working directory itself; on a laptop the repository is mounted at /repo.
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HUNKWISE_REPO=/repo
ENTRYPOINT ["/opt/hunkwise/bin/python", "-I", "-m", "bot"]
CMD ["--help"]
