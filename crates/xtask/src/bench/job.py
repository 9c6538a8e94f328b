"""A whole job at a local ECR, and what it asks of it, beside what else people call for it.

job.py RUNS FOLDER LAYOUT ECRANE AWS IMAGE prints lines of figures: the job where nothing changes, the same by the AWS CLI,
the job in a container of the action's image, that container doing nothing, a password, the same by the AWS CLI, the
verdicts on a repository of 100,000 images 50 ms away; then two counts, the calls of a first run and of an unchanged one.
AWS or IMAGE may be empty: what they would give is left out.
"""
import http.client
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import taken

runs, folder, layout, ecrane = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
aws, image = sys.argv[5:7]
DELAY, IMAGES, INDEXES = 0.050, 79_999, 20_000
LARGE_RUNS = 3
SIGNED = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
POLICY = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 900_000},
            "action": {"type": "expire"},
        }
    ]
}


class Local:
    """A local ECR with an empty folder; with `seed`, of these repositories."""

    def __init__(self, name, seed=None):
        self.data, self.seed = folder / name, seed

    def __enter__(self):
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        command = [ecrane, "local", "--port", "0", "--data", self.data]
        if self.seed:
            file = folder / "seed.json"
            file.write_text(json.dumps({"repositories": self.seed}))
            command += ["--seed", file]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.server.stdout:
            if found := re.search(r"http://(127\.0\.0\.1:\d+)", line):
                self.address = found[1]
                break
        threading.Thread(target=self.server.stdout.read, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.kill()
        self.server.wait()
        shutil.rmtree(self.data, ignore_errors=True)

    def calls(self):
        """How often the API of AWS was asked so far."""
        log = (self.data / "requests.jsonl").read_text().splitlines()
        return sum(1 for line in log if json.loads(line)["path"] == "/")


def far(address):
    """A proxy whose every answer is late."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(DELAY)
            upstream = http.client.HTTPConnection(address)
            upstream.request("POST", self.path, body, dict(self.headers))
            answer = upstream.getresponse()
            text = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def alternately(times, *commands):
    """What each takes, in turns."""
    figures = [[] for _ in commands]
    for _ in range(times):
        for (command, given), measured in zip(commands, figures):
            measured.append(taken.run(command, SIGNED, given))
    for measured in figures:
        taken.show(measured)


folder.mkdir(parents=True, exist_ok=True)
policy = folder / "policy.json"
policy.write_text(json.dumps(POLICY))
with Local("near") as ecr:
    url = f"http://{ecr.address}"
    job = [ecrane, "up", "--repository", "app", "--tags", "v1", "--image", layout, "--lifecycle-policy", policy]
    job += ["--lifecycle-preview", "local", "--endpoint-url", url]
    taken.run(job, SIGNED)
    first = ecr.calls()
    taken.run(job, SIGNED)
    unchanged = ecr.calls() - first
    call = f"{aws} ecr --endpoint-url {url}"
    chain = (
        f"{call} describe-repositories --repository-names app && "
        f"{call} put-lifecycle-policy --repository-name app --lifecycle-policy-text file://{policy} && "
        f"{call} get-login-password"
    )
    alternately(runs, (job, None), *([(["sh", "-c", chain], None)] if aws else []))
    if image:
        container = ["docker", "run", "--rm", "--network=host", f"--volume={folder}:{folder}", f"--volume={layout}:{layout}"]
        container += [f"--env={name}={value}" for name, value in SIGNED.items()] + [image]
        alternately(runs, ([*container, *job[1:]], None), ([*container, "--version"], None))
    helper = [ecrane, "credential-helper", "get"]
    password = ["sh", "-c", f"{call} get-login-password"]
    alternately(runs, (helper, ecr.address), *([(password, None)] if aws else []))
seed = [
    {
        "name": "large",
        "images": [
            {"name": "child", "pushed": "900d"},
            {"count": IMAGES, "tags": ["v{n}"], "pushed": "800d", "every": "10m"},
            {"count": INDEXES, "tags": ["m{n}"], "pushed": "800d", "every": "40m", "children": ["child"]},
        ],
    }
]
with Local("far", seed) as ecr:
    preview = [ecrane, "lifecycle", "preview", policy, "--repository", "large", "--endpoint-url", far(ecr.address)]
    alternately(LARGE_RUNS, ([*preview, "--json"], None))
print(first, unchanged, sep="\n")
