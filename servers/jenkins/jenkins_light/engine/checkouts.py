"""A working tree at the wanted revision, with the extensions of the git plugin that people use."""

import shutil
from pathlib import Path

from jenkins_light.engine.git import Git, Log, Revision
from jenkins_light.model.definitions import GitScm
from jenkins_light.steps.registry import Abort

Settings = dict[str, str]

#: The git plugin's extensions that a checkout heeds, and those without a meaning for a single checkout.
_EXTENSIONS = {
    "CleanBeforeCheckout", "CleanCheckout", "CloneOption", "LocalBranch", "RelativeTargetDirectory", "SubmoduleOption",
    "CheckoutOption", "PruneStaleBranch", "PruneStaleTag", "WipeWorkspace", "UserIdentity", "SparseCheckoutPaths",
    "PreBuildMerge", "ChangelogToBranch", "PathRestriction", "UserExclusion", "MessageExclusion", "AuthorInChangelog",
    "DisableRemotePoll", "FirstBuildChangelog", "IgnoreNotifyCommit", "ScmName",
}  # fmt: skip


def check_out(git: Git, folder: Path, scm: GitScm, log: Log) -> Revision:
    """Make ``folder`` the working tree of the repository at the wanted revision, on no branch, as Jenkins does."""
    if "WipeWorkspace" in scm.extensions:
        log("Wiping out workspace first.")
        _empty(folder)
    fresh = not _has_repository(git, folder, log)
    if fresh:
        log("Cloning the remote Git repository")
        if _flag(scm, "CloneOption", "shallow"):
            log(f"Using shallow clone with depth {_depth(scm, 'CloneOption')}")
        if _flag(scm, "CloneOption", "noTags"):
            log("Avoid fetching tags")
        log(f"Cloning repository {scm.url}")
        _empty(folder)  # what stood there is lost, as with the plugin's clone
        git.run("init", str(folder))
    else:
        log("Fetching changes from the remote Git repository")
    git.run("config", f"remote.{scm.remote}.url", scm.url)
    identity = scm.extensions.get("UserIdentity")
    if identity is not None:
        git.identify(identity.get("name", ""), identity.get("email", ""))
    git.fetch(scm, _fetch_options(scm), doing="cloning" if fresh else "fetching")
    revision = git.resolve(scm)
    if "CleanBeforeCheckout" in scm.extensions and not fresh:
        log("Cleaning workspace")
        _clean(git, scm, "CleanBeforeCheckout")
    revision = _merged(git, scm, revision, log)
    log(f"Checking out Revision {revision.commit} ({revision.branch})")
    _sparse(git, scm)
    git.run("checkout", "-f", revision.commit)
    branch = local_branch(scm, revision)
    if branch:
        git.run("checkout", "-B", branch, revision.commit)
    _submodules(git, scm)
    for name in sorted(scm.extensions.keys() - _EXTENSIONS):
        log(f"The extension {name} is not known here and does nothing")
    if "CleanCheckout" in scm.extensions:
        log("Cleaning workspace")
        _clean(git, scm, "CleanCheckout")
    log(f'Commit message: "{revision.message}"')
    return revision


def _has_repository(git: Git, folder: Path, log: Log) -> bool:
    """Whether the folder is a working tree; one that git cannot read is told and cloned anew, as by the git plugin."""
    if not (folder / ".git").exists():
        return False
    try:
        git.run("rev-parse", "--resolve-git-dir", str(folder / ".git"))
    except Abort as problem:
        log("ERROR: Workspace has a .git repository, but it appears to be corrupt.")
        log(f"hudson.plugins.git.GitException: {problem}")
        return False
    return True


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def local_branch(scm: GitScm, revision: Revision) -> str:
    """The branch that LocalBranch asks for, or "": its own name, or that of the remote's branch for ``**`` or none."""
    settings = scm.extensions.get("LocalBranch")
    if settings is None:
        return ""
    name = settings.get("localBranch", "")
    return revision.branch.split("/", 1)[-1] if name in {"", "**", "None"} else name


def _flag(scm: GitScm, extension: str, name: str) -> bool:
    return scm.extensions.get(extension, {}).get(name, "").lower() == "true"


def _depth(scm: GitScm, extension: str) -> str:
    """The depth of a shallow clone; 1 unless it says another."""
    depth = scm.extensions[extension].get("depth", "")
    return depth if depth.isdecimal() and depth != "0" else "1"


def _fetch_options(scm: GitScm) -> list[str]:
    options = []
    depth = scm.extensions.get("CloneOption", {}).get("depth", "")
    if _flag(scm, "CloneOption", "shallow") or (depth.isdecimal() and depth != "0"):
        options.append(f"--depth={_depth(scm, 'CloneOption')}")
    if _flag(scm, "CloneOption", "noTags"):
        options.append("--no-tags")
    if "PruneStaleBranch" in scm.extensions:
        options.append("--prune")
    return options


def _clean(git: Git, scm: GitScm, extension: str) -> None:
    git.run("reset", "--hard")
    nested = _flag(scm, extension, "deleteUntrackedNestedRepositories")
    git.run("clean", "-ffdx" if nested else "-fdx")


def _sparse(git: Git, scm: GitScm) -> None:
    paths = [p for p in scm.extensions.get("SparseCheckoutPaths", {}).get("sparseCheckoutPaths", "").split("\n") if p]
    if paths:
        git.run("config", "core.sparsecheckout", "true")
        git.run("sparse-checkout", "set", "--no-cone", *paths)


def _submodules(git: Git, scm: GitScm) -> None:
    if "SubmoduleOption" not in scm.extensions or _flag(scm, "SubmoduleOption", "disableSubmodules"):
        return
    options = ["--recursive"] if _flag(scm, "SubmoduleOption", "recursiveSubmodules") else []
    if _flag(scm, "SubmoduleOption", "trackingSubmodules"):
        options.append("--remote")
    if _flag(scm, "SubmoduleOption", "shallow"):
        options.append(f"--depth={_depth(scm, 'SubmoduleOption')}")
    git.run("submodule", "update", "--init", *options)


def _merged(git: Git, scm: GitScm, revision: Revision, log: Log) -> Revision:
    """PreBuildMerge: what a merge of the revision into the target branch gives; the merge is pushed nowhere."""
    settings = scm.extensions.get("PreBuildMerge")
    if settings is None:
        return revision
    remote, target = settings.get("mergeRemote") or scm.remote, settings.get("mergeTarget", "")
    log(f"Merging Revision {revision.commit} ({revision.branch}) to {remote}/{target}, UserMergeOptions")
    git.run("checkout", "-f", f"refs/remotes/{remote}/{target}")
    if "UserIdentity" not in scm.extensions:
        git.identify("Jenkins", "jenkins@localhost")
    fast = {"NO_FF": "--no-ff", "FF_ONLY": "--ff-only"}.get(settings.get("fastForwardMode", "").upper(), "--ff")
    try:
        git.run("merge", fast, revision.commit)
    except Abort as error:
        raise Abort(f"Branch not suitable for integration as it does not merge cleanly: {error}") from error
    return Revision(git.run("rev-parse", "HEAD", quiet=True), revision.branch, revision.message)
