#!/usr/bin/env python3
"""Says what is in a release, as CycloneDX 1.6.

  crates.sh | sbom.py NAME VERSION PROGRAM > NAME.cdx.json

Reads a component per line, `cargo NAME VERSION LICENCE` or `deb NAME VERSION LICENCE`, by tabs; the licence may be
empty. The same lines and the same program give the same document: it has no date, and its serial number is made of
the program's digest.
"""

import hashlib
import sys
import uuid
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

LICENCES = LicenseFactory()


def component(line: str) -> Component:
    kind, name, version, licence = line.rstrip("\n").split("\t")
    namespace = "debian" if kind == "deb" else None
    purl = PackageURL(kind, namespace, name, version)
    return Component(
        name=name,
        version=version,
        purl=purl,
        bom_ref=purl.to_string(),
        # Older crates part alternatives by a stroke, which is no SPDX expression.
        licenses=[LICENCES.make_from_string(licence.replace("/", " OR "))] if licence else [],
    )


def main(name: str, version: str, program: str) -> None:
    digest = hashlib.sha256(Path(program).read_bytes()).hexdigest()
    subject = Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=name,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
    components = [component(line) for line in sys.stdin]
    bom = Bom(
        components=components,
        metadata=BomMetaData(component=subject),
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{name}@{version}#{digest}"),
    )
    bom.metadata.timestamp = None
    bom.register_dependency(subject, components)
    print(JsonV1Dot6(bom).output_as_string(indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
