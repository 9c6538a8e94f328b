"""Pushes a large layer to a local ECR and to docker-registry in turns, by the same client, each time to an empty
folder, and prints of each the medians: wall ms, the server's processor ms, the server's peak MB.

push.py RUNS BYTES FOLDER ECRANE [docker-registry]
"""
import hashlib
import http.client
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

runs, size, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
ecrane, registry = sys.argv[4], sys.argv[5:]
ticks = os.sysconf("SC_CLK_TCK")


def layer():
    """A file that no server can shrink, and its digest."""
    path, chunk, sha = folder / "layer", os.urandom(1 << 20), hashlib.sha256()
    with path.open("wb") as file:
        for written in range(0, size, len(chunk)):
            part = chunk[: size - written]
            file.write(part)
            sha.update(part)
    return path, f"sha256:{sha.hexdigest()}"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def call(port, method, path, headers, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
    return answer, text


def push(port, authorization, path, digest):
    """One upload as engines make it: begun, sent as a stream, confirmed."""
    headers = {"Authorization": authorization}
    location = call(port, "POST", "/v2/app/blobs/uploads/", headers)[0].headers["Location"]
    strip = lambda location: re.sub(r"^http://[^/]*", "", location)
    with socket.create_connection(("127.0.0.1", port)) as stream, path.open("rb") as file:
        stream.sendall(
            f"PATCH {strip(location)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: {authorization}\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        stream.sendfile(file)
        answer = http.client.HTTPResponse(stream)
        answer.begin()
        location = strip(answer.headers["Location"])
    separator = "&" if "?" in location else "?"
    call(port, "PUT", f"{location}{separator}digest={digest}", headers | {"Content-Length": "0"})


def operation(port, name, parameters):
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"AmazonEC2ContainerRegistry_V20150921.{name}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/ecr/aws4_request, "
        "SignedHeaders=host, Signature=none",
    }
    return json.loads(call(port, "POST", "/", headers, json.dumps(parameters))[1])


def serve_ecrane(data, port):
    return [ecrane, "local", "--port", str(port), "--data", str(data)]


def serve_registry(data, port):
    config = data / "registry.yml"
    config.write_text(
        "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
        f"storage: {{filesystem: {{rootdirectory: {data}}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n"
    )
    return [*registry, "serve", str(config)]


def sign_in(port):
    operation(port, "CreateRepository", {"repositoryName": "app"})
    data = operation(port, "GetAuthorizationToken", {})["authorizationData"][0]
    return f"Basic {data['authorizationToken']}"


def measure(serve, authorize, path, digest):
    data, port = folder / "data", free_port()
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    os.sync()
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(serve(data, port), stdout=log, stderr=log)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        authorization = authorize(port)
        start = time.perf_counter()
        push(port, authorization, path, digest)
        wall = time.perf_counter() - start
        used = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
        status = Path(f"/proc/{server.pid}/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024 / 1e6
        return wall * 1e3, (int(used[11]) + int(used[12])) / ticks * 1e3, peak
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(data, ignore_errors=True)


folder.mkdir(parents=True, exist_ok=True)
path, digest = layer()
servers = [(serve_ecrane, sign_in)]
if registry:
    servers.append((serve_registry, lambda port: "none"))
measured = [[] for _ in servers]
for _ in range(runs):
    for server, figures in zip(servers, measured):
        figures.append(measure(*server, path, digest))
for figures in measured:
    print(*(f"{statistics.median(column):.1f}" for column in zip(*figures)), sep="\t")
path.unlink()
