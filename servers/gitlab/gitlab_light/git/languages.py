"""The programming languages of a repository, by its files' names and sizes, in the manner of GitHub's Linguist."""

from __future__ import annotations

from pathlib import PurePosixPath

from gitlab_light.git.repository import Repository

# Programming and markup languages by their files' endings; data and prose (YAML, JSON, Markdown …) are not counted.
_BY_ENDING = {
    "asm": "Assembly", "bash": "Shell", "bat": "Batchfile", "c": "C", "cc": "C++", "clj": "Clojure", "cmake": "CMake",
    "coffee": "CoffeeScript", "cpp": "C++", "cs": "C#", "css": "CSS", "cxx": "C++", "dart": "Dart",
    "dockerfile": "Dockerfile", "el": "Emacs Lisp", "erl": "Erlang", "ex": "Elixir", "exs": "Elixir", "f90": "Fortran",
    "fs": "F#", "go": "Go", "gradle": "Gradle", "groovy": "Groovy", "h": "C", "haml": "Haml", "hcl": "HCL",
    "hpp": "C++", "hs": "Haskell", "htm": "HTML", "html": "HTML", "java": "Java", "jl": "Julia", "js": "JavaScript",
    "jsx": "JavaScript", "kt": "Kotlin", "kts": "Kotlin", "less": "Less", "lua": "Lua", "m": "Objective-C",
    "mk": "Makefile", "ml": "OCaml", "mjs": "JavaScript", "nix": "Nix", "pas": "Pascal", "php": "PHP", "pl": "Perl",
    "pm": "Perl", "ps1": "PowerShell", "py": "Python", "r": "R", "rb": "Ruby", "rs": "Rust", "sass": "Sass",
    "scala": "Scala", "scss": "SCSS", "sh": "Shell", "sql": "PLpgSQL", "swift": "Swift", "tcl": "Tcl", "tex": "TeX",
    "tf": "HCL", "ts": "TypeScript", "tsx": "TypeScript", "vb": "Visual Basic .NET", "vue": "Vue", "xsl": "XSLT",
    "zig": "Zig",
}  # fmt: skip
_BY_NAME = {
    "cmakelists.txt": "CMake", "dockerfile": "Dockerfile", "gemfile": "Ruby", "jenkinsfile": "Groovy",
    "makefile": "Makefile", "rakefile": "Ruby", "vagrantfile": "Ruby",
}  # fmt: skip
_FOREIGN = ("node_modules", "vendor", "third_party", "dist")


def languages(repository: Repository, commit: str) -> dict[str, float]:
    """The share of each language in a commit's files, in percent of their bytes, the greatest first."""
    sizes: dict[str, int] = {}
    for line in filter(None, repository.text("ls-tree", "-r", "-l", "-z", commit).split("\0")):
        about, path = line.split("\t", 1)
        size = about.split()[3]
        language = _language(PurePosixPath(path))
        if language and size.isdigit() and int(size):
            sizes[language] = sizes.get(language, 0) + int(size)
    whole = sum(sizes.values())
    ranked = sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))
    return {language: round(100 * size / whole, 2) for language, size in ranked}


def _language(path: PurePosixPath) -> str | None:
    if any(part in _FOREIGN for part in path.parts[:-1]):
        return None
    return _BY_NAME.get(path.name.lower()) or _BY_ENDING.get(path.suffix.lower().removeprefix("."))
