"""Attach a file to an image that is known by its repository and digest alone, as attestation tools do; print who
refers to the image then."""
import json
import sys

from oras.client import OrasClient
from oras.oci import Subject

name, digest, password = sys.argv[1:]
registry, repository = name.split("/", 1)
client = OrasClient(hostname=registry, insecure=True, auth_backend="basic")
client.login(hostname=registry, username="AWS", password=password)

manifests = f"http://{registry}/v2/{repository}/manifests/{digest}"
found = client.do_request(manifests, "HEAD", headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
subject = Subject(found.headers["content-type"], digest, int(found.headers["content-length"]))
attached = client.push(
    target=f"{name}:attestation",
    files=["sbom.json:application/spdx+json"],
    subject=subject,
    quiet=True,
)
referrers = client.do_request(f"http://{registry}/v2/{repository}/referrers/{digest}")
print(json.dumps({
    "attached": attached.headers["docker-content-digest"],
    "referrers": [manifest["digest"] for manifest in referrers.json()["manifests"]],
}))
