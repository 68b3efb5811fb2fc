"""Shared libraries as Jenkins configures them: in GlobalLibraries' XML file and in the properties of folders."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jenkins_light import xmltree
from jenkins_light.model import definitions
from jenkins_light.model.definitions import GitScm
from jenkins_light.model.items import Item
from jenkins_light.xmltree import Element

_PACKAGE = "org.jenkinsci.plugins.workflow.libs"
#: The file in the home that holds the libraries of all jobs; the name and the form are the plugin's.
GLOBAL_FILE = f"{_PACKAGE}.GlobalLibraries.xml"
_LIBRARY = f"libraries/{_PACKAGE}.LibraryConfiguration"


@dataclass(frozen=True)
class LibraryConfiguration:
    """One configured library (pipeline-groovy-lib's class of this name).

    Attributes:
        scm: where it lies; its branches mean something for ``legacy`` retrievers only.
        default_version: a branch, tag or commit, or "" for none.
        implicit: loaded without being asked for.
        override: whether a pipeline may ask for another version.
        path: the folder of the repository that holds src, vars and resources.
        legacy: the branch specifiers hold ``${library.NAME.version}``, which the version replaces.
    """

    name: str
    scm: GitScm
    default_version: str = ""
    implicit: bool = False
    override: bool = True
    path: str = ""
    legacy: bool = False


def of_job(home: Path, job: Item) -> Iterator[LibraryConfiguration]:
    """The libraries that a job can use: those of the folders around it, from inside out, then the global ones."""
    folder = job.parent
    while folder is not None and folder.parent is not None:
        yield from _parse(folder.document.find(f"properties/{_PACKAGE}.FolderLibraries"))
        folder = folder.parent
    path = home / GLOBAL_FILE
    if path.exists():
        yield from _parse(xmltree.parse(path.read_bytes()))


def _parse(holder: Element | None) -> Iterator[LibraryConfiguration]:
    for element in () if holder is None else holder.iterfind(_LIBRARY):
        retriever = element.find("retriever")
        scm = None if retriever is None else _scm(retriever.find("scm"))
        if retriever is not None and scm is not None:
            yield LibraryConfiguration(
                name=xmltree.text(element, "name").strip(),
                scm=scm,
                default_version=xmltree.text(element, "defaultVersion").strip(),
                implicit=xmltree.flag(element, "implicit"),
                override=xmltree.flag(element, "allowVersionOverride", True),
                path=xmltree.text(retriever, "libraryPath").strip(),
                legacy=retriever.get("class", "").endswith(".SCMRetriever"),
            )


def _scm(element: Element | None) -> GitScm | None:
    """A ``GitSCMSource`` (modern) or a ``GitSCM`` (legacy), or None for anything else."""
    if element is not None and element.get("class", "").endswith("GitSCMSource"):
        return GitScm(xmltree.text(element, "remote"), xmltree.text(element, "credentialsId"))
    return definitions.parse_scm(element)
