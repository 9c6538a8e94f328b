"""Push a file, push another that refers to it, ask who refers to it, and pull it; print what was told."""
import json
import sys

from oras.client import OrasClient
from oras.oci import Subject

registry, password = sys.argv[1:]
client = OrasClient(hostname=registry, insecure=True, auth_backend="basic")
client.login(hostname=registry, username="AWS", password=password)


def push(tag, **options):
    answer = client.push(
        target=f"{registry}/app:{tag}",
        files=["sbom.json:application/spdx+json"],
        do_chunked=True,
        chunk_size=64 * 1024,
        quiet=True,
        **options,
    )
    return answer.headers


artifact = push("artifact")["docker-content-digest"]
manifest = client.get_manifest(f"{registry}/app:artifact")
subject = Subject("application/vnd.oci.image.manifest.v1+json", artifact, len(json.dumps(manifest)))
attached = push("sbom", subject=subject, manifest_annotations={"about": "the artifact"})


def referrers(query=""):
    return client.do_request(f"http://{registry}/v2/app/referrers/{artifact}{query}")


filtered = referrers("?artifactType=application/x-other")
client.pull(target=f"{registry}/app:artifact", outdir="pulled")
print(json.dumps({
    "artifact": artifact,
    "attached": attached["docker-content-digest"],
    "subject_header": attached["oci-subject"],
    "referrers": referrers().json(),
    "filtered": filtered.json(),
    "filters_applied": filtered.headers["oci-filters-applied"],
    "tags": client.get_tags(f"{registry}/app"),
}))
