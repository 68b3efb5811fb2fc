"""``withDockerContainer``, ``withDockerRegistry`` and ``withDockerServer`` of docker-workflow, on the host's engine."""

import os
import shlex
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from jenkins_light.engine import containers, environment
from jenkins_light.engine.calls import StepCall
from jenkins_light.engine.containers import Container, docker
from jenkins_light.errors import NotFoundError
from jenkins_light.model.credentials import DOCKER_CERTIFICATE, USERNAME_PASSWORD
from jenkins_light.steps.registry import Abort, Variables, block_step, symbols

symbols("newContainerPerStage")

#: What tells the docker client where its engine and its accounts are.
_OF_CLIENT = {"PATH", "HOME", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"}


@block_step("withDockerContainer", "image")
def with_container(call: StepCall) -> Iterator[Variables]:
    """Run the ``sh`` steps of the block in a container of an image, with the workspace where it is outside.

    Source: docker-workflow's WithContainerStep (image, args). The container idles in ``cat``; where this server is a
    container itself, its volumes are taken over by ``--volumes-from``.
    """
    env = _client_env(call)
    workspace = call.workspace
    temporary = workspace.with_name(workspace.name + "@tmp")
    temporary.mkdir(exist_ok=True)
    arguments = ["-t", "-d", "-u", f"{os.getuid()}:{os.getgid()}", *shlex.split(str(call.args.get("args") or ""))]
    arguments += ["-w", str(workspace), *_volumes(call, [workspace, temporary], env)]
    call.log(f"$ docker run {' '.join(arguments)} {call.text('image')} cat")
    ident = call.saved.get("container") or docker("run", *arguments, call.text("image"), "cat", env=env)
    call.save(container=ident)
    container = Container(ident, workspace, environment.of_machine())
    try:
        call.log(f"$ docker top {ident} -eo pid,comm")
        if "cat" not in docker("top", ident, "-eo", "pid,comm", env=env):
            call.log(
                "ERROR: The container started but didn't run the expected command. Please double check your ENTRYPOINT "
                "does execute the command passed as docker run argument. Alternatively you can force image entrypoint "
                "to be disabled by adding option `--entrypoint=''`."
            )
        if call.block is not None:
            call.block.container = container
        yield {}
    finally:
        call.log(f"$ docker stop --time=1 {ident}")
        docker("stop", "--time=1", ident, env=env)
        call.log(f"$ docker rm -f --volumes {ident}")
        docker("rm", "-f", "--volumes", ident, env=env)


def _client_env(call: StepCall) -> dict[str, str]:
    """The environment of docker commands: after a restart that of the block's beginning, as far as they need it."""
    if "env" not in call.saved:
        call.save(env={name: value for name, value in call.env.items() if name in _OF_CLIENT})
    return {**call.env, **call.saved["env"]}


def _volumes(call: StepCall, folders: list[Path], env: dict[str, str]) -> list[str]:
    """The arguments by which the container sees these folders."""
    own = containers.own_id()
    if own is None:
        call.log("Jenkins does not seem to be running inside a container")
        return [word for folder in folders for word in ("-v", f"{folder}:{folder}:rw,z")]
    call.log(f"Jenkins seems to be running inside container {own}")
    template = "{{range .Mounts}}{{println .Destination}}{{end}}"
    mounted = docker("inspect", "-f", template, own, env=env).split()
    missing = [folder for folder in folders if not any(folder.is_relative_to(volume) for volume in mounted)]
    for folder in missing:
        call.log(f"but {folder} could not be found among {mounted}")
    taken = ["--volumes-from", own] if len(missing) < len(folders) else []
    return taken + [word for folder in missing for word in ("-v", f"{folder}:{folder}:rw,z")]


@block_step("withDockerRegistry", "registry")
def with_registry(call: StepCall) -> Iterator[Variables]:
    """Be logged in at a registry during the block (url, credentialsId; or a ``registry`` map of these)."""
    endpoint = call.args.get("registry") or call.args
    ident, url = str(endpoint.get("credentialsId") or ""), str(endpoint.get("url") or "")
    if not ident:
        yield {}
        return
    user, password = _login(call, ident)
    folder = call.workspace.with_name(call.workspace.name + "@tmp") / str(uuid.uuid4())
    folder.mkdir(parents=True, mode=0o700)
    env = {**call.env, "DOCKER_CONFIG": str(folder)}
    call.log(f"$ docker login -u {user} -p ******** {url}".rstrip())
    try:
        call.log(docker("login", "-u", user, "--password-stdin", *filter(None, [url]), env=env, stdin=password))
        yield {"DOCKER_CONFIG": str(folder)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _login(call: StepCall, ident: str) -> tuple[str, str]:
    try:
        credential = call.controller.credentials.find(call.build.job, ident)
    except NotFoundError:
        credential = None
    if credential is None or credential.kind != USERNAME_PASSWORD:
        raise Abort(f"Could not find credentials matching {ident}")
    call.run.log.mask(credential.secret)
    return credential.username, credential.secret


@block_step("withDockerServer", "server")
def with_server(call: StepCall) -> Iterator[Variables]:
    """Let docker commands of the block talk to another engine (uri, credentialsId of kind X.509 client certificate)."""
    endpoint = call.args.get("server") or call.args
    ident = str(endpoint.get("credentialsId") or "")
    host = {"DOCKER_HOST": str(endpoint.get("uri") or "")}
    if not ident:
        yield host
        return
    credential = call.controller.credentials.find(call.build.job, ident)
    if credential.kind != DOCKER_CERTIFICATE:
        raise Abort(f"Could not find credentials matching {ident}")
    folder = call.workspace.with_name(call.workspace.name + "@tmp") / str(uuid.uuid4())
    folder.mkdir(parents=True, mode=0o700)
    try:
        own, authority = credential.certificates
        for name, text in (("key.pem", credential.secret), ("cert.pem", own), ("ca.pem", authority)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o400)
        yield {**host, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(folder)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
