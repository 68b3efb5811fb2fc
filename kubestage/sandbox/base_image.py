"""The image on which the service's images are built."""

from __future__ import annotations

from docker.errors import APIError

from kubestage.delivery.layout import Layout
from kubestage.delivery.registry import REPOSITORY as SERVICE
from kubestage.errors import PartError
from kubestage.sandbox.sandbox import Sandbox

REPOSITORY = "base_env/alpine_java"
TAG = "8"


def push(sandbox: Sandbox) -> bool:
    """Pushes the service's base image unless the registry has just this one; says whether it did.

    What the first registry was sent is kept in the cache, and given to the next one as it is: each compression of
    these layers takes four seconds of processor time, and the first build waits for it.

    Raises:
        PartError: the registry refuses.
    """
    registry, client = sandbox.registry, sandbox.engine.client
    image = client.images.get(sandbox.supply.image("java"))
    if registry.holds_image(str(image.id), TAG, REPOSITORY):
        return False
    repository = f"{registry.address}/{REPOSITORY}"
    image.tag(repository, TAG)  # by which builds on this engine find it
    kept = Layout(sandbox.settings.cache / "pushed" / str(image.id).replace(":", "-"))
    if kept.whole:
        kept.give(registry, TAG, REPOSITORY, SERVICE)
        return True
    account = {"username": registry.user, "password": registry.password}
    try:
        for event in client.images.push(repository, TAG, auth_config=account, stream=True, decode=True):
            if "error" in event:
                raise PartError(f"The registry refuses {repository}", why=event["error"], fix="./inv logs registry")
    except APIError as error:
        raise PartError(f"The engine cannot push {repository}", why=str(error), fix="./inv doctor") from error
    kept.keep(registry, TAG, REPOSITORY)
    return True
