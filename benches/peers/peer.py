"""What the scripts of the peers share. Each is run as

    NAME.py version | NAME.py index FOLDER WORK | NAME.py ask FOLDER WORK PHRASES

and prints its version, nothing, or for each phrase {"ms": the middle of three times, "files": the numbers of the files it is said
to stand in}. Files are numbered in the order of their paths. A peer that is not installed ends with status 77.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROUNDS = 3


def files(folder):
    found = (pathlib.Path(at) / name for at, _, names in os.walk(folder) for name in names)
    return sorted(found, key=os.fsencode)


def text_of(file):
    return file.read_bytes().decode("utf-8", "replace")


def version_of(program, *arguments):
    if shutil.which(program) is None:
        print(f"{program} is not installed", file=sys.stderr)
        sys.exit(77)
    said = subprocess.run([program, *arguments], capture_output=True, text=True)
    return (said.stdout or said.stderr).splitlines()[0]


def timed(ask):
    """The middle time of some rounds, in milliseconds, and the last answer."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)[ROUNDS // 2], answer


def run(version, index, ask):
    command, *arguments = sys.argv[1:]
    if command == "version":
        print(version())
    elif command == "index":
        folder, work = map(pathlib.Path, arguments)
        index(folder, work)
    else:
        folder, work, phrases = map(pathlib.Path, arguments)
        answers = ask(folder, work, json.loads(phrases.read_text("utf-8")))
        json.dump([{"ms": ms, "files": sorted(found)} for ms, found in answers], sys.stdout)
