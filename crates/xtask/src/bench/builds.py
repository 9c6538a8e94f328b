"""Builds an image of five layers from sources and pushes it to an empty docker-registry, then does the same again: by
ecrane, and by `docker build` and `docker push`. Prints a line of medians for each of the two, ecrane's first, with the
peak of the work folder in MB.

builds.py RUNS BYTES FOLDER ECRANE
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import images
import taken
from registry import NAME, Registry

runs, size, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
program, work = sys.argv[4], folder / "work"


def ecrane(registry, context):
    words = ["up", "--endpoint-url", registry.endpoint, "--aws-region", "us-east-1", "--create-repository", "false"]
    words += ["--repository", NAME, "--tags", "v1", "--context", str(context)]
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    return taken.run([program, *words], {**keys, "TMPDIR": str(work)})


def docker(registry, context):
    target = f"127.0.0.1:{registry.port}/{NAME}:v1"
    pair = 'docker build --quiet --tag "$0" "$1" && docker push --quiet "$0"'
    return taken.run(["sh", "-c", pair, target, str(context)], buildkit())


def buildkit():
    """The builder that ecrane takes: BuildKit where the client has it."""
    version = subprocess.check_output(["docker", "version", "--format", "{{.Client.Version}}"], text=True)
    return {"DOCKER_BUILDKIT": "1"} if int(version.split(".")[0]) < 23 else {}


def forget():
    """Removes what was built from the engine: BuildKit's cache is for the engine itself to collect."""
    words = ["docker", "images", "--quiet", "--no-trunc", "--filter", "label=ecrane-bench"]
    for image in set(subprocess.check_output(words, text=True).split()):
        subprocess.run(["docker", "rmi", "--force", image], stdout=subprocess.DEVNULL, check=False)


def measure(client, sources):
    """The first run and the second; of each what it took, and the peak of the work folder."""
    images.renew(sources)
    rows = []
    with Registry(folder / "registry") as registry:
        os.sync()
        for _ in range(2):
            with taken.Peak(work) as peak:
                wall, processor = client(registry, sources[0].parent)
            rows.append((wall, processor, peak.most / 1e6))
    forget()
    return rows


work.mkdir(parents=True, exist_ok=True)
sources = images.write_sources(folder / "sources", size)
clients = [ecrane, docker]
figures = [([], []) for _ in clients]
for _ in range(runs):
    for client, both in zip(clients, figures):
        for rows, row in zip(both, measure(client, sources)):
            rows.append(row)
for both in figures:
    for rows in both:
        taken.show(rows)
shutil.rmtree(folder)
