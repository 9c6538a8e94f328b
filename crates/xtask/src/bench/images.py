"""An image of five layers for the figures of builds and pushes: as files to build from, as an OCI layout, and in an
engine. Of its content about two thirds do not compress, as in images of compiled programs.
"""
import hashlib
import io
import json
import os
import random
import subprocess
import tarfile
import zlib

LAYERS = 5
BLOCK = 64 * 1024
RANDOM = 40 * 1024
WORDS = b"layer digest manifest index blob config tag push pull image registry repository".split()
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def content(size):
    """Bytes in blocks: noise, then words. The words come again only beyond the reach of deflate."""
    words, blocks, source = [], [], random.Random(7)
    for _ in range(64):
        text = b" ".join(source.choices(WORDS, k=BLOCK // 8))
        words.append(text[: BLOCK - RANDOM].ljust(BLOCK - RANDOM))
    for number in range(size // BLOCK):
        blocks += [os.urandom(RANDOM), words[number % len(words)]]
    return b"".join(blocks)


def write_sources(folder, size):
    """A Dockerfile and one file for each layer."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"layer-{number}" for number in range(LAYERS)]
    for name in names:
        (folder / name).write_bytes(content(size // LAYERS))
    lines = "".join(f"COPY {name} /{name}\n" for name in names)
    (folder / "Dockerfile").write_text("FROM scratch\nLABEL ecrane-bench=1\n" + lines)
    return [folder / name for name in names]


def renew(sources):
    """Makes every layer another one."""
    for source in sources:
        with source.open("r+b") as file:
            file.write(os.urandom(64))


def tar(source):
    data, file = source.read_bytes(), io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        header = tarfile.TarInfo(source.name)
        header.size = len(data)
        archive.addfile(header, io.BytesIO(data))
    return file.getvalue()


def gzip(data):
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def sha256(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def write_layout(folder, sources):
    """An OCI layout with the layers compressed, and of each its digest uncompressed."""
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)

    def put(kind, data):
        digest = sha256(data)
        path = blobs / digest.removeprefix("sha256:")
        if not path.exists():
            path.write_bytes(data)
        return {"mediaType": kind, "digest": digest, "size": len(data)}

    layers, diff_ids = [], []
    for source in sources:
        raw = tar(source)
        diff_ids.append(sha256(raw))
        layers.append(put("application/vnd.oci.image.layer.v1.tar+gzip", gzip(raw)))
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    config = put("application/vnd.oci.image.config.v1+json", json.dumps(config).encode())
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
    root = put(MANIFEST, json.dumps(manifest).encode())
    root["annotations"] = {"org.opencontainers.image.ref.name": "v1"}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [root]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return sum(layer["size"] for layer in layers)


def load(name, sources):
    """The same image in the engine, which keeps its layers uncompressed."""
    raw = [tar(source) for source in sources]
    config = {
        "architecture": "amd64", "os": "linux", "config": {}, "history": [{} for _ in raw],
        "rootfs": {"type": "layers", "diff_ids": [sha256(layer) for layer in raw]},
    }
    layers = [f"{number}/layer.tar" for number in range(len(raw))]
    documents = {
        "config.json": config,
        "manifest.json": [{"Config": "config.json", "RepoTags": [name], "Layers": layers}],
    }
    docker = subprocess.Popen(["docker", "load", "--quiet"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with tarfile.open(fileobj=docker.stdin, mode="w|", format=tarfile.USTAR_FORMAT) as archive:

        def add(path, data):
            header = tarfile.TarInfo(path)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))

        for path, data in zip(layers, raw):
            add(path, data)
        for path, document in documents.items():
            add(path, json.dumps(document).encode())
    docker.stdin.close()
    if docker.wait():
        raise SystemExit("docker load failed")
