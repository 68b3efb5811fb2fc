"""``checkout`` and ``git``."""

from typing import Any

from jenkins_light.engine import changes, checkouts, git, scripts
from jenkins_light.engine.calls import StepCall
from jenkins_light.errors import NotFoundError
from jenkins_light.model.credentials import Credential
from jenkins_light.model.definitions import GitScm
from jenkins_light.model.describable import symbol_of
from jenkins_light.steps.registry import Abort, no_implementation, step, symbols

#: The git plugin's extensions by their symbols; the classes are known under their own names.
_EXTENSIONS = {
    "authorInChangelog": "AuthorInChangelog",
    "changelogToBranch": "ChangelogToBranch",
    "checkoutOption": "CheckoutOption",
    "cleanAfterCheckout": "CleanCheckout",
    "cleanBeforeCheckout": "CleanBeforeCheckout",
    "cloneOption": "CloneOption",
    "firstBuildChangelog": "FirstBuildChangelog",
    "localBranch": "LocalBranch",
    "preBuildMerge": "PreBuildMerge",
    "pruneStaleBranch": "PruneStaleBranch",
    "pruneTags": "PruneStaleTag",
    "relativeTargetDirectory": "RelativeTargetDirectory",
    "sparseCheckout": "SparseCheckoutPaths",
    "submodule": "SubmoduleOption",
    "userIdentity": "UserIdentity",
    "wipeWorkspace": "WipeWorkspace",
    # Words of the job DSL that the plugin takes as well.
    "CleanAfterCheckout": "CleanCheckout",
}

symbols("scmGit", "gitSCM", *(name for name in _EXTENSIONS if name[0].islower()))


@step("checkout", "scm")
def checkout(call: StepCall) -> dict[str, str]:
    """Check out what an ``scm`` describes: ``[$class: 'GitSCM', …]``, ``scmGit(…)`` or the job's ``scm``.

    Returns:
        GIT_COMMIT, GIT_BRANCH and so on, as the git plugin gives them.
    """
    described = call.args.get("scm") or {
        key: value for key, value in call.args.items() if key not in {"poll", "changelog"}
    }
    if not isinstance(described, dict) or symbol_of(described) not in {"GitSCM", "scmGit", "gitSCM"}:
        raise no_implementation("class hudson.scm.SCM", symbol_of(described) if isinstance(described, dict) else "")
    return _check_out(call, scm_from(described), polled=call.flag("poll", True))


@step("git", "url")
def git_step(call: StepCall) -> dict[str, str]:
    """Check out one branch of a repository, on a local branch of its name, as the ``git`` step does."""
    branch = str(call.args.get("branch") or "master")
    credentials = str(call.args.get("credentialsId") or "")
    scm = GitScm(call.text("url"), credentials, (f"*/{branch}",), extensions={"LocalBranch": {"localBranch": branch}})
    return _check_out(call, scm, polled=call.flag("poll", True))


def scm_from(described: dict[str, Any]) -> GitScm:
    """The repository that a describable means.

    Raises:
        Abort: it names no address.
    """
    remotes = described.get("userRemoteConfigs") or [{}]
    remote = remotes[0] if isinstance(remotes, list) else remotes
    if not remote.get("url"):
        raise Abort("No remote repository is configured: userRemoteConfigs needs a url")
    branches = tuple(str(b["name"] if isinstance(b, dict) else b) for b in described.get("branches") or ())
    extensions = {}
    for entry in described.get("extensions") or ():
        name = symbol_of(entry)
        extensions[_EXTENSIONS.get(name, name)] = _settings(entry)
    return GitScm(
        url=str(remote["url"]),
        credentials_id=str(remote.get("credentialsId") or ""),
        branches=branches or ("*/master",),
        remote=str(remote.get("name") or "origin"),
        refspec=str(remote.get("refspec") or ""),
        extensions=extensions,
    )


def _settings(described: dict[str, Any]) -> dict[str, str]:
    """An extension's settings as texts: what a nested map says as its own, the paths of a list as lines."""
    settings: dict[str, str] = {}
    for key, value in described.items():
        if isinstance(value, dict):
            settings |= _settings(value)
        elif isinstance(value, list):
            settings[key] = "\n".join(str(v.get("path", v) if isinstance(v, dict) else v) for v in value)
        elif not key.startswith("$") and value is not None:
            settings[key] = str(value)
    unnamed = described.get("$args") or []
    return settings | ({"localBranch": str(unnamed[0])} if unnamed else {})


def _check_out(call: StepCall, scm: GitScm, polled: bool) -> dict[str, str]:
    call.log("The recommended git tool is: NONE")
    credential = _credential(call, scm)
    folder = call.folder
    relative = scm.extensions.get("RelativeTargetDirectory", {}).get("relativeTargetDir")
    if relative:
        folder = folder / relative
    folder.mkdir(parents=True, exist_ok=True)
    repository = git.Git(folder, call.controller.settings.home, credential, call.log)
    call.on_cancel(repository.cancel)
    try:
        revision = checkouts.check_out(repository, folder, scm, call.log)
    except Abort as error:
        call.check_cancelled()
        raise _told(call, error) from error
    call.check_cancelled()
    found = changes.since(call.build, repository, scm, revision, call.log) if call.flag("changelog", True) else []
    if found:
        call.build.record.changes.append(found)
    taken = {"url": scm.url, "branch": revision.branch, "commit": revision.commit}
    taken |= {"credentialsId": scm.credentials_id, "poll": str(polled).lower()}
    call.build.record.scm.append(taken)
    call.build.save()
    return _variables(call, scm, revision)


def _told(call: StepCall, error: Abort) -> Abort:
    """The failure without what git said: that goes into the log, where workflow-scm-step and the git plugin put it."""
    message, _, said = str(error).partition("\n")
    if said:
        call.log(f"ERROR: {message}\nhudson.plugins.git.GitException: {said}")
    call.log(f"ERROR: {message}\nERROR: Maximum checkout retry attempts reached, aborting")
    return Abort(message)


def _credential(call: StepCall, scm: GitScm) -> Credential | None:
    if not scm.credentials_id:
        call.log("No credentials specified")
        return None
    try:
        credential = scripts.credential_of(call.controller, call.build.job, scm)
    except NotFoundError:
        call.log(f'Warning: CredentialId "{scm.credentials_id}" could not be found.')
        return None
    call.log(f"using credential {scm.credentials_id}")
    if credential is not None and credential.secret:
        call.run.log.mask(credential.secret)
    return credential


def _variables(call: StepCall, scm: GitScm, revision: git.Revision) -> dict[str, str]:
    variables = {"GIT_COMMIT": revision.commit, "GIT_BRANCH": revision.branch, "GIT_URL": scm.url}
    local = checkouts.local_branch(scm, revision)
    if local:
        variables["GIT_LOCAL_BRANCH"] = local
    identity = scm.extensions.get("UserIdentity")
    if identity is not None:
        for role in ("AUTHOR", "COMMITTER"):
            variables[f"GIT_{role}_NAME"] = identity.get("name", "")
            variables[f"GIT_{role}_EMAIL"] = identity.get("email", "")
    older = list(call.build.job.builds.before(call.build.number))
    for name, builds in (
        ("GIT_PREVIOUS_COMMIT", older),
        ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", [b for b in older if b.result == "SUCCESS"]),
    ):
        commit = next((s["commit"] for b in builds for s in b.record.scm if s["url"] == scm.url), None)
        if commit:
            variables[name] = commit
    return variables
