"""Runs commands in turns and prints of each the medians: wall ms, processor ms, peak MB.

measure.py RUNS COMMAND [--- COMMAND]…

In turns, so that what slows the machine slows all alike.
"""
import os
import statistics
import subprocess
import sys
import time

runs, words = int(sys.argv[1]), sys.argv[2:]
commands = [[]]
for word in words:
    if word == "---":
        commands.append([])
    else:
        commands[-1].append(word)
measured = [[] for _ in commands]
for _ in range(runs):
    for command, figures in zip(commands, measured):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status != 0:
            sys.exit(f"{command[0]} failed ({os.waitstatus_to_exitcode(status)})")
        # Linux counts the peak in KiB.
        figures.append((wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_maxrss * 1024 / 1e6))
for figures in measured:
    print(*(f"{statistics.median(column):.1f}" for column in zip(*figures)), sep="\t")
