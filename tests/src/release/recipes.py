"""Prints the shell lines of a recipe for another CI system: recipes.py gitlab|circleci FILE"""

import sys

import yaml

system, file = sys.argv[1:]
with open(file, encoding="utf-8") as opened:
    job = yaml.safe_load(opened)
if system == "gitlab":
    lines = job["push-image"]["script"]
else:
    steps = job["jobs"]["image"]["steps"]
    # Each step is a shell of its own, and leaves files alone to the next.
    lines = ["(\n" + step["run"]["command"] + ")" for step in steps if isinstance(step, dict)]
print("\n".join(lines))
