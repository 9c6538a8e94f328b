"""Pushes an image of five layers to docker-registry: first, unchanged, one layer changed; in turns by ecrane, skopeo and
docker, each time to an empty registry. Prints a line of medians for each of the three, ecrane's first.

pushes.py RUNS BYTES FOLDER ECRANE near|far [skopeo] [docker]
"""
import os
import shutil
import sys
from pathlib import Path

import images
import taken
from registry import NAME, Registry

runs, size, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
program, far, peers = sys.argv[4], sys.argv[5] == "far", sys.argv[6:]
BOTH = [folder / "one", folder / "two"]
TAG = "ecrane-bench:{}"


def ecrane(registry, layout):
    words = ["up", "--endpoint-url", registry.endpoint, "--aws-region", "us-east-1", "--create-repository", "false"]
    words += ["--repository", NAME, "--tags", "v1", "--image", str(layout)]
    return taken.run([program, *words], {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"})


def skopeo(registry, layout):
    target = f"docker://127.0.0.1:{registry.port}/{NAME}:v1"
    return taken.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}:v1", target])


def docker(registry, layout):
    target = f"127.0.0.1:{registry.port}/{NAME}:v1"
    taken.run(["docker", "tag", TAG.format(layout.name), target])
    try:
        return taken.run(["docker", "push", "--quiet", target])
    finally:
        taken.run(["docker", "rmi", "--no-prune", target])


sources = images.write_sources(folder / "sources", size)
for layout in BOTH:
    images.write_layout(layout, sources)
    if "docker" in peers:
        images.load(TAG.format(layout.name), sources)
    images.renew(sources[-1:])
clients = [ecrane] + [{"skopeo": skopeo, "docker": docker}[peer] for peer in peers]
figures = [[[] for _ in range(3)] for _ in clients]
for _ in range(runs):
    for client, (first, unchanged, changed) in zip(clients, figures):
        with Registry(folder / "registry", far) as registry:
            os.sync()
            first.append(client(registry, BOTH[0]))
            unchanged.append(client(registry, BOTH[0]))
            changed.append(client(registry, BOTH[1]))
if "docker" in peers:
    taken.run(["docker", "rmi", *(TAG.format(layout.name) for layout in BOTH)])
for three in figures:
    for rows in three:
        taken.show(rows)
shutil.rmtree(folder)
