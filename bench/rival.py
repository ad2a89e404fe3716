"""What every rival shares: the command line, the clock, and the dialogue with compare.py.

A rival hands run() a function prepare(network, mode, batch, arguments) that returns step(),
one training step or one forward pass that has finished when it returns. Alone, the program
prints one JSON line per network and mode. With --serve it warms up, prints "ready", then
measures once for each line SECONDS on standard input, and sleeps in between.
"""
import argparse
import json
import sys
import time

# Synthetic batches alternate, as in `gomx bench`: one batch alone would stay in the cache.
BATCHES = 4
WARM_UP = 8


def measure(step, seconds):
    """Steps and seconds of a run of at least `seconds` and two steps."""
    steps, begin = 0, time.perf_counter()
    while True:
        step()
        steps += 1
        took = time.perf_counter() - begin
        if took >= seconds and steps >= 2:
            return steps, took


def run(name, description, networks, prepare, flags=()):
    """The main program of a rival.

    name(arguments) says what is measured; networks is {name: row}, each row with a default batch;
    flags are switches of this rival alone, as (flag, help).
    """
    cli = argparse.ArgumentParser(description=description)
    cli.add_argument("networks", metavar="NET[,NET]", help=" ".join(networks))
    cli.add_argument("--mode", default="train,infer", help="train, infer or both (default)")
    cli.add_argument("--batch", type=int, default=0, help="images per step (default: the network's)")
    cli.add_argument("--secs", type=float, default=8)
    cli.add_argument("--threads", type=int, default=2)
    cli.add_argument("--serve", action="store_true", help="answer compare.py on standard input")
    for flag, text in flags:
        cli.add_argument(flag, action="store_true", help=text)
    arguments = cli.parse_args()
    todo = [(n, m) for n in arguments.networks.split(",") for m in arguments.mode.split(",")]
    for network, mode in todo:
        if network not in networks:
            cli.error("no network %r; there are: %s" % (network, " ".join(networks)))
        if mode not in ("train", "infer"):
            cli.error("no mode %r; there are: train infer" % mode)
    if arguments.serve and len(todo) != 1:
        cli.error("--serve takes one network and one mode")

    for network, mode in todo:
        batch = arguments.batch or networks[network].batch
        step = prepare(networks[network], mode, batch, arguments)

        def report(seconds):
            steps, took = measure(step, seconds)
            print(json.dumps(dict(rival=name(arguments), network=network, mode=mode, batch=batch,
                                  threads=arguments.threads, img_s=round(batch * steps / took, 2))), flush=True)

        for _ in range(WARM_UP):
            step()
        if not arguments.serve:
            report(arguments.secs)
            continue
        print("ready", flush=True)
        for line in sys.stdin:
            report(float(line))
