"""Debian's docker-registry with an empty folder, and what stands in for the three calls that a push makes to ECR."""
import base64
import http.server
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

NAME = "app"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(port):
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing answers on port {port}")


class Registry:
    """Ends, and loses its folder, with the block. `port` is where clients find it: with `far`, at the end of a line."""

    def __init__(self, folder, far=False):
        self.folder, self.far = folder, far

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        own = free_port()
        config = self.folder / "registry.yml"
        config.write_text(
            "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
            f"storage: {{filesystem: {{rootdirectory: {self.folder}}}}}\nhttp: {{addr: '127.0.0.1:{own}'}}\n"
        )
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes = [subprocess.Popen(["docker-registry", "serve", str(config)], **silent)]
        wait_for(own)
        self.port = self.beyond_a_line(own)
        self.api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answers(self.port))
        threading.Thread(target=self.api.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.beyond_a_line(self.api.server_port)}"
        return self

    def beyond_a_line(self, port):
        if not self.far:
            return port
        script = Path(__file__).with_name("line.py")
        line = subprocess.Popen([sys.executable, str(script), str(port)], stdout=subprocess.PIPE, text=True)
        self.processes.append(line)
        return int(line.stdout.readline())

    def __exit__(self, *_):
        self.api.shutdown()
        self.api.server_close()
        for process in self.processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def answers(port):
    """An ECR that has one repository, at this registry."""
    token = base64.b64encode(b"AWS:none").decode()
    repository = {
        "repositoryName": NAME, "repositoryUri": f"127.0.0.1:{port}/{NAME}", "imageTagMutability": "MUTABLE",
        "repositoryArn": f"arn:aws:ecr:us-east-1:000000000000:repository/{NAME}",
    }
    bodies = {
        "DescribeRepositories": {"repositories": [repository]},
        "GetAuthorizationToken": {
            "authorizationData": [{"authorizationToken": token, "proxyEndpoint": f"http://127.0.0.1:{port}"}]
        },
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].rsplit(".", 1)[1]
            body = json.dumps(bodies[operation]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler
