"""What a command takes, with what an engine does for it."""
import os
import statistics
import subprocess
import threading
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
ENGINES = ["/run/docker.pid", "/var/run/docker.pid", "/run/ecrane-engine.pid"]


def engine():
    """The process id of the engine, where one of ours or of the package runs on this machine."""
    ids = [int(Path(file).read_text()) for file in ENGINES if Path(file).exists()]
    return next((number for number in ids if Path(f"/proc/{number}").exists()), None)


def used(process):
    """Processor seconds of a process so far."""
    if process is None:
        return 0.0
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


# What this machine's own network asks for. Reading a bundle of 150 certificates is no part of a push to loopback.
OF_THE_MACHINE = ["AWS_CA_BUNDLE"]


def run(command, environment=None, given=None):
    """Wall ms, and processor ms of the command and the engine. The command is given a text, or nothing to read."""
    inherited = {name: value for name, value in os.environ.items() if name not in OF_THE_MACHINE}
    daemon = engine()
    before, start = used(daemon), time.perf_counter()
    process = subprocess.Popen(
        command, env={**inherited, **(environment or {})},
        stdin=subprocess.PIPE if given else subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )
    if given:
        process.stdin.write(given.encode())
        process.stdin.close()
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{' '.join(map(str, command))} failed: {said.decode()[-2000:]}")
    processor = usage.ru_utime + usage.ru_stime + used(daemon) - before
    return wall * 1e3, processor * 1e3


class Peak:
    """The most bytes at once below a folder, looked at every few milliseconds."""

    def __init__(self, folder):
        self.folder, self.most, self.over = folder, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def watch(self):
        while not self.over.wait(0.02):
            sizes = 0
            for root, _, names in os.walk(self.folder):
                for name in names:
                    try:
                        sizes += os.stat(os.path.join(root, name)).st_blocks * 512
                    except OSError:
                        pass
            self.most = max(self.most, sizes)

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def show(figures):
    """One line: the medians of these rows."""
    print(*(f"{statistics.median(column):.1f}" for column in zip(*figures)), sep="\t")
