"""Where a pipeline's script comes from: typed into the job, or a file in a git repository."""

from dataclasses import dataclass, field

from jenkins_light import xmltree
from jenkins_light.xmltree import Element


@dataclass(frozen=True)
class GitScm:
    """A git repository to check out.

    Attributes:
        url: the first remote's address.
        credentials_id: credentials for it, or "".
        branches: branch specifiers as in Jenkins (``*/master``, ``refs/heads/master``, a tag, a commit).
        remote: the remote's name.
        refspec: what is fetched, or "" for all branches.
        extensions: the plugin's extensions, by simple class name, with their settings.
    """

    url: str
    credentials_id: str = ""
    branches: tuple[str, ...] = ("*/master",)
    remote: str = "origin"
    refspec: str = ""
    extensions: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ScmDefinition:
    """``CpsScmFlowDefinition``: the script is a file in a repository."""

    scm: GitScm
    script_path: str = "Jenkinsfile"


@dataclass(frozen=True)
class ScriptDefinition:
    """``CpsFlowDefinition``: the script stands in the job."""

    script: str


Definition = ScmDefinition | ScriptDefinition


def parse(element: Element | None) -> Definition | None:
    """The definition in a pipeline job's <definition>, or None when there is none that can run."""
    if element is None:
        return None
    if element.get("class", "").endswith("CpsScmFlowDefinition"):
        scm = parse_scm(element.find("scm"))
        if scm is None:
            return None
        path = xmltree.text(element, "scriptPath", "Jenkinsfile") or "Jenkinsfile"
        return ScmDefinition(scm, path)
    script = element.find("script")
    return None if script is None else ScriptDefinition(script.text or "")


def parse_scm(element: Element | None) -> GitScm | None:
    """The git repository of an <scm>, or None for any other SCM."""
    if element is None or not element.get("class", "").endswith("GitSCM"):
        return None
    remote = element.find("userRemoteConfigs/hudson.plugins.git.UserRemoteConfig")
    branches = tuple(b.text or "" for b in element.iterfind("branches/hudson.plugins.git.BranchSpec/name"))
    extensions = {
        str(extension.tag).rsplit(".", 1)[-1]: {str(entry.tag): _setting(entry) for entry in extension}
        for extension in element.iterfind("extensions/*")
    }
    return GitScm(
        url=xmltree.text(remote, "url"),
        credentials_id=xmltree.text(remote, "credentialsId"),
        branches=branches or ("*/master",),
        remote=xmltree.text(remote, "name") or "origin",
        refspec=xmltree.text(remote, "refspec"),
        extensions=extensions,
    )


def _setting(entry: Element) -> str:
    """A setting's text; of a list of paths, each on a line."""
    paths = [path.text or "" for path in entry.iter("path")] if len(entry) else []
    return "\n".join(paths) if paths else entry.text or ""
