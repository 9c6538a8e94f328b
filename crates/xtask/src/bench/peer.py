"""What people write today: reads the list of images, sorts it, applies the policy, counts what goes."""
import json
import re
import sys
from datetime import datetime


def selects(selection):
    if selection["tagStatus"] == "any":
        return lambda tags: True
    if selection["tagStatus"] == "untagged":
        return lambda tags: not tags
    if "tagPrefixList" in selection:
        prefixes = selection["tagPrefixList"]
        return lambda tags: all(any(tag.startswith(prefix) for tag in tags) for prefix in prefixes)
    patterns = [
        re.compile(".*".join(map(re.escape, pattern.split("*")))).fullmatch
        for pattern in selection["tagPatternList"]
    ]
    return lambda tags: all(any(pattern(tag) for tag in tags) for pattern in patterns)


policy_path, images_path, now = sys.argv[1:]
now = datetime.fromisoformat(now.replace("Z", "+00:00")).timestamp()
with open(images_path) as file:
    images = json.load(file)["imageDetails"]
for image in images:
    image["time"] = datetime.fromisoformat(image["imagePushedAt"]).timestamp()
images.sort(key=lambda image: -image["time"])
goes = {}
with open(policy_path) as file:
    rules = sorted(json.load(file)["rules"], key=lambda rule: rule["rulePriority"])
for rule in rules:
    selection = rule["selection"]
    selected = selects(selection)
    place = 0
    for image in images:
        if not selected(image.get("imageTags", [])):
            continue
        place += 1
        if selection["countType"] == "imageCountMoreThan":
            marked = place > selection["countNumber"]
        else:
            marked = now - image["time"] > selection["countNumber"] * 86400
        goes.setdefault(image["imageDigest"], marked)
print(sum(goes.values()))
