#!/usr/bin/env python3
"""Records operator cases from Apache MXNet 1.9.1 in the format that `gomx verify` replays.

    PYTHON scripts/record/record.py OUT [TABLE ...]

PYTHON is one that has mxnet 1.9.1 and numpy < 1.24. Each TABLE is a file of tables/; without one, all are recorded. A
case is a folder OUT/NAME with symbol.json, in.params, infer.params, out.params and meta.json.

Every case is recorded twice, with oneDNN and with MXNet's own code, and by each of them two times. What agrees to 2e-5
is stored as oneDNN's (meta.json: backend). Where the two disagree MXNet's own is stored, unless the table prefers the
other or neither, and the case is named in the output; so are cases that MXNet refuses, that end its process, or whose
results depend on what was in memory before.
"""
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
AGREE = 2e-5
IMPLEMENTATIONS = {"onednn": "1", "native": "0"}  # the value of MXNET_MKLDNN_ENABLED


def names_of(table, taken):
    """The names of a table's cases, which no other table may have taken."""
    code = f"import tables.{table} as t\nfor c in t.cases(): print(c.name)"
    names = subprocess.run([sys.executable, "-c", code], cwd=HERE, check=True, capture_output=True, text=True).stdout.split()
    twice = sorted({n for n in names if n in taken or names.count(n) > 1})
    if twice:
        sys.exit(f"table {table}: there are other cases named {', '.join(twice)}")
    taken.update(names)
    return names


def record_all(table, names, out, implementation):
    """Runs workers until every case has been tried; gives what came of each."""
    os.makedirs(out, exist_ok=True)
    report = os.path.join(out, "report.txt")
    env = os.environ | {"MXNET_MKLDNN_ENABLED": IMPLEMENTATIONS[implementation], "OMP_NUM_THREADS": "1",
                        "MXNET_STORAGE_FALLBACK_LOG_VERBOSE": "0", "PYTHONWARNINGS": "ignore"}
    done, left = {}, names
    while left:
        open(report, "w").close()
        subprocess.run([sys.executable, os.path.join(HERE, "worker.py"), table, out, report], env=env, text=True, check=False,
                       input="\n".join(left), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(report) as f:
            tried = dict((line.rstrip("\n") + "\t").split("\t")[:2] for line in f if line.strip())
        if not tried:
            sys.exit(f"table {table}: the worker does not start: run worker.py by hand")
        done |= {n: what or "ends the process" for n, what in tried.items()}
        left = [n for n in left if n not in done]
    return done


def disagreement(a, b):
    """The largest relative difference of two recordings of one case."""
    import mxnet as mx
    import numpy as np
    worst = 0.0
    for name in ("infer.params", "out.params"):
        x, y = (mx.nd.load(os.path.join(d, name)) for d in (a, b))
        if x.keys() != y.keys():
            return float("inf")
        for k in x:
            p, q = x[k].asnumpy().astype("float64"), y[k].asnumpy().astype("float64")
            if p.shape != q.shape or not (np.isfinite(p) == np.isfinite(q)).all():
                return float("inf")
            finite = np.isfinite(q)
            p, q = p[finite], q[finite]
            if q.size:
                worst = max(worst, np.abs(p - q).max() / (1e-3 + np.abs(q).max()))
    return worst


def meta_of(folder, **changes):
    """Reads meta.json, and writes it with changes."""
    path = os.path.join(folder, "meta.json")
    with open(path) as f:
        meta = json.load(f)
    if changes:
        with open(path, "w") as f:
            json.dump(meta | changes, f)
    return meta


def keep(source, to, implementation):
    shutil.move(source, to)
    meta_of(to, backend=implementation)


def choose(name, results, folders, out):
    """Stores the recording that counts; says what is worth knowing about it, or nothing."""
    recorded = {i: folders[i] for i in results if results[i] == "recorded"}
    if not recorded:
        return f"not recorded: {results['native']}"
    if len(recorded) == 1:
        (i, folder), = recorded.items()
        keep(folder, os.path.join(out, name), i)
        return " · ".join(f"{k}: {v}" for k, v in results.items() if k != i)
    d = disagreement(folders["onednn"], folders["native"])
    i = "onednn" if d <= AGREE else meta_of(folders["native"])["backend"]
    if i in folders:
        keep(folders[i], os.path.join(out, name), i)
    return "" if d <= AGREE else f"oneDNN and MXNet's own code differ by {d:.1e}, stored {i}"


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    out = sys.argv[1]
    tables = sys.argv[2:] or sorted(f[:-3] for f in os.listdir(os.path.join(HERE, "tables")) if f.endswith(".py"))
    taken = set()
    for table in tables:
        names = names_of(table, taken)
        work = os.path.join(out, ".work", table)
        results = {i: record_all(table, names, os.path.join(work, i), i) for i in IMPLEMENTATIONS}
        stored = 0
        for name in names:
            shutil.rmtree(os.path.join(out, name), ignore_errors=True)
            said = choose(name, {i: r[name] for i, r in results.items()},
                          {i: os.path.join(work, i, name) for i in IMPLEMENTATIONS}, out)
            stored += os.path.exists(os.path.join(out, name))
            if said:
                print(f"{table} {name}: {said}", flush=True)
        print(f"{table}: {stored} of {len(names)} cases recorded", flush=True)
    shutil.rmtree(os.path.join(out, ".work"), ignore_errors=True)


if __name__ == "__main__":
    main()
