"""Previews of documented cases, whose images the local ECR was seeded with."""

import json
import os
import sys
import urllib.request

import boto3

client = boto3.client("ecr")
waiter = client.get_waiter("lifecycle_policy_preview_complete")
paginator = client.get_paginator("get_lifecycle_policy_preview")


def set_clock(change):
    request = urllib.request.Request(
        os.environ["ECRANE_ENDPOINT"] + "/_ecrane/clock",
        json.dumps(change).encode(),
        {"content-type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request).read()


def previewed(case):
    repository = case["id"]
    set_clock({"set": case["now"]})
    text = json.dumps(case["policy"], indent=4)
    client.start_lifecycle_policy_preview(repositoryName=repository, lifecyclePolicyText=text)
    waiter.wait(repositoryName=repository, WaiterConfig={"Delay": 0.02, "MaxAttempts": 500})
    pages = list(paginator.paginate(repositoryName=repository))
    results = [result for page in pages for result in page["previewResults"]]
    summary = pages[0]["summary"]
    transitioning = summary.get("transitioningImageTotalCounts", [])
    count = summary["expiringImageTotalCount"] + sum(one["imageTotalCount"] for one in transitioning)
    assert count == len(results), (summary, results)
    return {
        result["imageDigest"]: (result["action"]["type"].lower(), result["appliedRulePriority"])
        for result in results
    }


set_clock("hold")
cases = json.load(open(sys.argv[1]))
faults = []
for case in cases:
    expected = {
        one["digest"]: (one["action"], one["rulePriority"])
        for one in case["expected"]
        if one["action"] != "none"
    }
    found = previewed(case)
    if found != expected:
        faults.append(f"{case['id']}: expected {expected}, found {found}")
print(f"previews as documented: {len(cases) - len(faults)} of {len(cases)}")
sys.exit("\n".join(faults) or 0)
