"""Puts what a run of the fuzzer starts from into a folder: python3 fuzz/seeds.py TARGET FORMAT FOLDER"""

import gzip
import hashlib
import pathlib
import sys
import zipfile

target, kind, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])

ENDINGS = {
    "text": ["txt"], "markdown": ["md"], "html": ["html", "htm", "jsp"], "gzip": ["gz", "tgz"], "doc": ["doc", "wps"],
    # The samples hold no tabs and no tar; these come near, and the fuzzer does the rest.
    "tsv": ["csv"], "tar": ["txt"],
}
SHEET = "文件,行,标题,年度,乡镇,县,市,省,发布日期,文号\na/b.txt,1,某镇2023年法治政府建设年度报告,2023,某镇,某县,某市,某省,2024-01-02,某政〔2024〕1号\n"
QUESTIONS = (
    "枫桥经验", "枫桥经验 网格员 -信访", '"调解 纠纷"~8', "调解*纠纷 法治?府", "/第[一二三]责任人/", "words:(化解矛盾纠纷)",
    "topic:枫桥经验 year:2021..2024", "heading:宣传 OR (乡镇:古镛镇 与 章节:problems)", '"一 二"~~3',
)


def members(path):
    """A package as the target of that name takes it: plain, each member after a line with its name."""
    if path.suffix in (".gz", ".tgz"):
        return gzip.decompress(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        parts = [b"=== " + name.encode() + b"\n" + package.read(name) for name in package.namelist() if not name.endswith("/")]
    return b"\n".join(parts)


def of_files():
    endings = ["." + ending for ending in ENDINGS.get(kind, [kind])]
    for path in sorted(pathlib.Path("corpus").rglob("*")):
        if path.suffix in endings:
            yield members(path) if target == "package" else path.read_bytes()


def of_sheet():
    if kind != "xlsx":
        return [SHEET.replace(",", "\t" if kind == "tsv" else ",").encode()]
    return list(of_files())


seeds = {
    "extract": of_files,
    "package": of_files,
    "sidecar": of_sheet,
    "topics": lambda: [part.encode() for part in pathlib.Path("index_schema/topics.toml").read_text("utf-8").split("\n\n")],
    "fold": lambda: [path.read_bytes()[:4000] for path in sorted(pathlib.Path("corpus").rglob("*.txt"))],
    "report": lambda: [path.read_bytes() for path in sorted(pathlib.Path("corpus").rglob("*.txt"))],
    "query": lambda: [question.encode() for question in QUESTIONS],
}
for seed in seeds[target]():
    (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
