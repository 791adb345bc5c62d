"""ripgrep: no index, reads all files for each phrase."""

import pathlib
import subprocess

import peer


def ask(folder, _work, phrases):
    numbers = {str(file): number for number, file in enumerate(peer.files(folder))}
    for phrase in phrases:
        command = ["rg", "--fixed-strings", "--files-with-matches", "--no-ignore", "--regexp", phrase, str(folder)]
        ms, said = peer.timed(lambda: subprocess.run(command, capture_output=True, text=True).stdout)
        yield ms, [numbers[line] for line in said.splitlines()]


peer.run(lambda: peer.version_of("rg", "--version"), lambda _folder, work: pathlib.Path(work).mkdir(), ask)
