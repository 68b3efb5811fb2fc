"""Container inputs in the terms of the engine's API. Pure functions, so that they can be tested without an engine."""

from __future__ import annotations

import base64
import io
import tarfile
import time
from pathlib import Path
from typing import Any

from kubestage.errors import InputError
from kubestage.providers.docker.client import Info, labels_of
from kubestage.providers.wire import Properties

_DURATION_UNITS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}

SUPPORTED = frozenset(
    {
        "command",
        "destroyGraceSeconds",
        "entrypoints",
        "envs",
        "groupAdds",
        "healthcheck",
        "hostname",
        "hosts",
        "image",
        "init",
        "labels",
        "memory",
        "mounts",
        "mustRun",
        "name",
        "networkMode",
        "networksAdvanced",
        "ports",
        "privileged",
        "readOnly",
        "restart",
        "securityOpts",
        "stopTimeout",
        "tmpfs",
        "uploads",
        "user",
        "volumes",
        "wait",
        "waitTimeout",
        "workingDir",
    }
)


def config(inputs: Properties) -> Info:
    """The body of POST /containers/create."""
    ports = [_port_key(port) for port in inputs.get("ports") or []]
    body: Info = {
        "Image": inputs["image"],
        "Cmd": inputs.get("command"),
        "Entrypoint": inputs.get("entrypoints"),
        "Env": inputs.get("envs"),
        "Hostname": inputs.get("hostname"),
        "User": inputs.get("user"),
        "WorkingDir": inputs.get("workingDir"),
        "StopTimeout": inputs.get("stopTimeout"),
        "Labels": labels_of(inputs),
        "ExposedPorts": {port: {} for port in ports} or None,
        "Healthcheck": _healthcheck(inputs.get("healthcheck")),
        "HostConfig": _without_none(_host_config(inputs)),
    }
    networks = inputs.get("networksAdvanced") or []
    if networks:
        first = networks[0]
        body["HostConfig"]["NetworkMode"] = first["name"]
        body["NetworkingConfig"] = {"EndpointsConfig": {first["name"]: endpoint(first)}}
    return _without_none(body)


def endpoint(network: Properties) -> Info:
    """How a container joins a network."""
    return _without_none({"Aliases": network.get("aliases")})


def _host_config(inputs: Properties) -> Info:
    mode = inputs.get("networkMode")
    bindings: dict[str, list[Info]] = {}
    for port in inputs.get("ports") or []:
        host = {"HostIp": port.get("ip", "0.0.0.0"), "HostPort": str(port.get("external", ""))}  # noqa: S104
        bindings.setdefault(_port_key(port), []).append(host)
    return {
        "NetworkMode": mode,
        "PortBindings": bindings or None,
        "RestartPolicy": {"Name": inputs.get("restart", "no")},
        "GroupAdd": inputs.get("groupAdds"),
        "Mounts": [_mount(one) for one in inputs.get("mounts") or []] or None,
        "Binds": [_bind(one) for one in inputs.get("volumes") or []] or None,
        "Tmpfs": inputs.get("tmpfs"),
        "Privileged": inputs.get("privileged"),
        "ReadonlyRootfs": inputs.get("readOnly"),
        "SecurityOpt": inputs.get("securityOpts"),
        "Init": inputs.get("init"),
        "Memory": inputs["memory"] * 1024 * 1024 if inputs.get("memory") else None,
        "ExtraHosts": [f"{one['host']}:{one['ip']}" for one in inputs.get("hosts") or []] or None,
    }


def _port_key(port: Properties) -> str:
    return f"{port['internal']}/{port.get('protocol', 'tcp')}"


def _mount(mount: Properties) -> Info:
    return _without_none(
        {
            "Type": mount["type"],
            "Target": mount["target"],
            "Source": mount.get("source"),
            "ReadOnly": mount.get("readOnly"),
        }
    )


def _bind(volume: Properties) -> str:
    source = volume.get("volumeName") or volume.get("hostPath")
    if not source or not volume.get("containerPath"):
        raise InputError("A container's volume needs containerPath and volumeName or hostPath")
    return f"{source}:{volume['containerPath']}" + (":ro" if volume.get("readOnly") else "")


def _healthcheck(check: Properties | None) -> Info | None:
    if not check:
        return None
    return _without_none(
        {
            "Test": check.get("tests"),
            "Interval": nanoseconds(check.get("interval")),
            "Timeout": nanoseconds(check.get("timeout")),
            "StartPeriod": nanoseconds(check.get("startPeriod")),
            "Retries": check.get("retries"),
        }
    )


def nanoseconds(duration: str | None) -> int | None:
    """Reads a duration such as "500ms" or "30s"; the engine counts in nanoseconds."""
    if not duration:
        return None
    number = duration.rstrip("msh")
    unit = duration[len(number) :]
    try:
        return int(float(number) * _DURATION_UNITS[unit])
    except (ValueError, KeyError):
        raise InputError(f"{duration!r} is no duration", fix='write it as "500ms", "30s" or "2m"') from None


def upload_archive(uploads: list[Properties]) -> bytes:
    """The files of `uploads` as a tar archive for the container's root; folders are made as needed.

    `owner` and `group` are numbers here, since names mean something only inside the image.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for upload in uploads:
            content = _content(upload)
            entry = tarfile.TarInfo(upload["file"].lstrip("/"))
            entry.size = len(content)
            entry.mode = _mode(upload)
            entry.uid, entry.gid = (_number(upload, key) for key in ("owner", "group"))
            entry.mtime = int(time.time())
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _content(upload: Properties) -> bytes:
    if "contentBase64" in upload:
        return base64.b64decode(upload["contentBase64"])
    if "source" in upload:
        return Path(upload["source"]).read_bytes()
    return str(upload.get("content", "")).encode()


def _mode(upload: Properties) -> int:
    if upload.get("permissions"):
        return int(upload["permissions"], 8)
    return 0o755 if upload.get("executable") else 0o644


def _number(upload: Properties, key: str) -> int:
    value = str(upload.get(key, 0))
    if not value.isdigit():
        raise InputError(f"The {key} of upload {upload['file']} must be a number, not {value!r}")
    return int(value)


def _without_none(body: dict[str, Any]) -> Info:
    return {key: value for key, value in body.items() if value is not None}
