"""Recoll, as a person uses it: `recollindex` over the folder, `recollq` for each phrase; so each answer has the start of a program in
it. Chinese is indexed by pairs of characters, its default."""

import subprocess

import peer


def index(folder, work):
    work.mkdir()
    settings = {"topdirs": f'"{folder.resolve()}"', "skippedNames": "", "indexStemmingLanguages": "", "idxflushmb": "50"}
    (work / "recoll.conf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()), "utf-8")
    subprocess.run(["recollindex", "-c", work], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ask(folder, work, phrases):
    numbers = {f"file://{file.resolve()}": number for number, file in enumerate(peer.files(folder))}
    for phrase in phrases:
        quoted = '"' + phrase.replace('"', " ") + '"'
        command = ["recollq", "-c", work, "-n", "0", "-b", quoted]
        ms, said = peer.timed(lambda: subprocess.run(command, capture_output=True, text=True).stdout)
        yield ms, {numbers[line] for line in said.splitlines() if line in numbers}


def version():
    peer.version_of("recollindex", "-h")
    # It tells its version when it is asked something, whether it has an index or not.
    said = subprocess.run(["recollq", "-c", "/nonexistent", "x"], capture_output=True, text=True)
    words = (said.stdout + said.stderr).split()
    return " ".join(words[words.index("Recoll") : words.index("Recoll") + 5]) if "Recoll" in words else "Recoll"


peer.run(version, index, ask)
