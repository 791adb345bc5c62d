"""Groonga with its usual tokenizer for Chinese, TokenBigram, and its usual normalizer. Its own clock is read."""

import json
import subprocess
import urllib.parse

import peer

SCHEMA = """
table_create Reports TABLE_NO_KEY
column_create Reports number COLUMN_SCALAR UInt32
column_create Reports text COLUMN_SCALAR LongText
table_create Terms TABLE_PAT_KEY ShortText --default_tokenizer TokenBigram --normalizer NormalizerAuto
column_create Terms reports COLUMN_INDEX|WITH_POSITION Reports text
"""


def index(folder, work):
    work.mkdir()
    program = subprocess.Popen(
        ["groonga", "-n", str(work / "reports")], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, encoding="utf-8"
    )
    program.stdin.write(SCHEMA.lstrip() + "load --table Reports\n[\n")
    for number, file in enumerate(peer.files(folder)):
        comma = "," if number else ""
        program.stdin.write(comma + json.dumps({"number": number, "text": peer.text_of(file)}, ensure_ascii=False) + "\n")
    program.stdin.write("]\n")
    program.stdin.close()
    if program.wait() != 0:
        raise SystemExit("groonga failed")


def ask(_folder, work, phrases):
    program = subprocess.Popen(
        ["groonga", str(work / "reports")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    for phrase in phrases:
        quoted = phrase.replace("\\", "\\\\").replace('"', '\\"')
        asked = urllib.parse.urlencode(
            # No cache: the second round would measure nothing.
            {"table": "Reports", "filter": f'text @ "{quoted}"', "output_columns": "number", "limit": -1, "cache": "no"}
        )
        times = []
        for _ in range(peer.ROUNDS):
            program.stdin.write(f"/d/select?{asked}\n")
            program.stdin.flush()
            (_status, _start, elapsed, *_), *answer = json.loads(program.stdout.readline())
            times.append(elapsed * 1000)
        rows = answer[0][0][2:] if answer else []
        yield sorted(times)[peer.ROUNDS // 2], [number for (number,) in rows]
    program.stdin.close()
    program.wait()


peer.run(lambda: peer.version_of("groonga", "--version").split(" [")[0], index, ask)
