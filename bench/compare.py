#!/usr/bin/env python3
"""Speed of gomx beside its rivals on this machine: interleaved rounds, paired ratios.

Every round measures gomx and each rival once, in an order that turns from round to round; a
ratio is gomx over a rival of the same round, above 1 where gomx is ahead, so that a slow
minute of the machine hurts both. Medians are printed, with the worst round beside them;
"fastest" is the quickest rival of each round. Rivals stay loaded, and sleep while another runs.

    bench/setup.sh                                       # once: installs the rivals
    bench/compare.py --network lenet,mlp --mode train,infer
    bench/compare.py --network lenet --mode train --at-least 0.8

GOMX_RIVALS names the folder that setup.sh filled, if not the usual one.
"""
import argparse
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.environ.get("GOMX_RIVALS") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "gomx-rivals")
# One row per rival: its environment, its program, its switches.
RIVALS = {
    "torch": ("torch", "torch_rival.py", []),
    "torch-cl": ("torch", "torch_rival.py", ["--channels-last"]),
    "torch-compile": ("torch", "torch_rival.py", ["--compile"]),
    "mxnet": ("mxnet", "mxnet_rival.py", []),
}
# The batch of each network where --batch does not say; the same as the rivals' tables.
BATCH = {"mlp": 64, "lenet": 64}
# OpenMP threads of a rival spin for a moment after its turn; the next one starts on quiet cores.
PAUSE = 0.5


def parse():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--network", "--net", default="lenet,mlp", help="NET[,NET]: " + " ".join(BATCH))
    cli.add_argument("--mode", default="train,infer", help="train, infer or both (default)")
    cli.add_argument("--batch", type=int, default=0, help="images per step (default: the network's)")
    cli.add_argument("--threads", type=int, default=2)
    cli.add_argument("--rounds", type=int, default=5)
    cli.add_argument("--secs", type=float, default=4, help="of each measurement")
    cli.add_argument("--against", default=",".join(RIVALS), help="rivals, of: " + " ".join(RIVALS))
    cli.add_argument("--gomx", help='command to measure (default: "gomx bench", built from this checkout)')
    cli.add_argument("--at-least", type=float, default=0, metavar="RATIO",
                     help="exit 1 when a median ratio to the fastest rival is below this")
    arguments = cli.parse_args()
    for given, known in ((arguments.network, BATCH), (arguments.against, RIVALS), (arguments.mode, ("train", "infer"))):
        for name in given.split(","):
            if name not in known:
                cli.error("unknown %r; there are: %s" % (name, " ".join(known)))
    return arguments


def environment(threads):
    """The same for every side; a core type forced upon OpenBLAS would slow whoever uses it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    env["OMP_NUM_THREADS"] = str(threads)
    return env


class Gomx:
    """gomx bench, started anew for each measurement."""

    def __init__(self, command, workload, env):
        self.command, self.env = command + workload, env

    def measure(self, seconds):
        done = subprocess.run(self.command + ["--secs", str(seconds)], capture_output=True, text=True, env=self.env)
        if done.returncode:
            sys.exit("%s\nexit %d: %s" % (shlex.join(self.command), done.returncode, done.stderr[-2000:]))
        return json.loads(done.stdout.strip().splitlines()[-1])["img_s"]

    def close(self):
        pass


class Rival:
    """A rival's program, loaded and warm, that measures on demand."""

    def __init__(self, name, workload, env):
        folder, program, switches = RIVALS[name]
        python = os.path.join(HOME, folder, "bin", "python")
        if not os.path.exists(python):
            sys.exit("%s is not installed in %s; bench/setup.sh does it" % (name, HOME))
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([python, os.path.join(HERE, program), "--serve"] + workload + switches, env=env,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.name = name
        self.answer()  # "ready"
        self.label = name

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            sys.exit("%s ended: %s" % (self.name, self.errors.read()[-2000:]))
        return line

    def measure(self, seconds):
        self.process.stdin.write("%g\n" % seconds)
        self.process.stdin.flush()
        result = json.loads(self.answer())
        self.label = result["rival"]
        return result["img_s"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def play(sides, rounds, seconds):
    """One {side: images a second} per round; the order turns, so that nobody always follows the same neighbour."""
    table, order = [], list(sides)
    for number in range(rounds):
        row = {}
        for name in order:
            time.sleep(PAUSE)
            row[name] = sides[name].measure(seconds)
        order = order[1:] + order[:1]
        table.append(row)
        print("  round %d: %s" % (number + 1, "  ".join("%s %.0f" % (n, row[n]) for n in sides)), file=sys.stderr, flush=True)
    return table


def compare(network, mode, gomx, arguments):
    """Measures one workload, prints its rows, gives the median ratio to the fastest rival."""
    env = environment(arguments.threads)
    batch = arguments.batch or BATCH[network]
    size = ["--mode", mode, "--batch", str(batch), "--threads", str(arguments.threads)]
    print("%s %s, batch %d" % (network, mode, batch), file=sys.stderr, flush=True)
    sides = {"gomx": Gomx(gomx, ["--network", network] + size, env)}
    for name in arguments.against.split(","):
        sides[name] = Rival(name, [network] + size, env)
    try:
        table = play(sides, arguments.rounds, arguments.secs)
    finally:
        for side in sides.values():
            side.close()

    own = [row["gomx"] for row in table]
    rivals = {n: [row[n] for row in table] for n in sides if n != "gomx"}
    labels = {n: sides[n].label for n in rivals}
    rivals["fastest"] = [max(speeds) for speeds in zip(*rivals.values())]
    for name, speeds in rivals.items():
        ratios = [a / b for a, b in zip(own, speeds)]
        print("| %s | %s | %d | %s | %.0f (%.0f) | %.0f (%.0f) | %.2f | %.2f |" % (
            network, mode, batch, labels.get(name, name), statistics.median(own), min(own),
            statistics.median(speeds), min(speeds), statistics.median(ratios), min(ratios)), flush=True)
    return statistics.median(ratios)


def processor():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main():
    arguments = parse()
    with tempfile.TemporaryDirectory() as folder:
        gomx = shlex.split(arguments.gomx or "")
        if not gomx:
            binary = os.path.join(folder, "gomx")
            if subprocess.run(["go", "build", "-o", binary, "./cmd/gomx"], cwd=os.path.dirname(HERE)).returncode:
                sys.exit("gomx does not build; --gomx names another command")
            gomx = [binary, "bench"]
        # OpenMP rivals wait for their slowest thread: beside other work they fall behind more than gomx does.
        print("%s, %d threads, %d rounds of %g s, load average %.1f before; images a second: median (minimum)\n" % (
            processor(), arguments.threads, arguments.rounds, arguments.secs, os.getloadavg()[0]))
        print("| network | mode | batch | rival | gomx | rival's | ratio, median | ratio, minimum |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        ratios = [compare(n, m, gomx, arguments) for n in arguments.network.split(",") for m in arguments.mode.split(",")]
    sys.exit(1 if min(ratios) < arguments.at_least else 0)


if __name__ == "__main__":
    main()
