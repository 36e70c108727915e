# All that native targets, Cortex-M and QEMU need, from Debian's packages and PyPI; Zephyr itself is mounted.
FROM debian:12-slim

RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    ca-certificates cmake device-tree-compiler g++ gcc gcc-arm-none-eabi gcc-multilib git \
    libnewlib-arm-none-eabi make ninja-build python3 python3-dev python3-pip python3-venv \
    qemu-system-arm qemu-system-x86 \
  && rm -rf /var/lib/apt/lists/*

COPY . /src
RUN python3 -m venv /opt/cmhil \
  && /opt/cmhil/bin/pip install --no-cache-dir /src \
    anytree intelhex jsonschema packaging ply pyelftools pykwalify pyyaml 'setuptools<81' \
  && rm -rf /src

# A mounted tree belongs to somebody else, and git would not say which commit it is.
RUN git config --system --add safe.directory '*'

# Without a cache that whoever runs may write, Zephyr's build wants to write into its tree, which is mounted read-only.
RUN mkdir -m 1777 /var/cache/zephyr

ENV PATH=/opt/cmhil/bin:$PATH \
    GNUARMEMB_TOOLCHAIN_PATH=/usr \
    XDG_CACHE_HOME=/var/cache/zephyr
WORKDIR /work
ENTRYPOINT ["cmhil"]
CMD ["doctor"]
