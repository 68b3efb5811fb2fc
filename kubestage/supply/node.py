"""The kind node image: Debian with systemd and containerd, Kubernetes, and its system images baked in.

What kind v0.33 and kubeadm 1.34 expect of such an image is in docs/supply.md.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kubestage.supply.archive import copy_layers, write_image, write_layer
from kubestage.supply.job import Job

_CONFIG = {
    "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "container=docker"],
    "Entrypoint": ["/usr/local/bin/entrypoint", "/sbin/init"],
    # `docker stop` sends it, and systemd ends in an orderly way. `docker import -c` cannot set it.
    "StopSignal": "SIGRTMIN+3",
}
_NODE_COMMANDS = ("kubelet", "kubeadm", "kubectl")
_SYSTEM_COMMANDS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")


@dataclass(frozen=True)
class NodeImage:
    """A node for one Kubernetes version.

    Attributes:
        folder: `bake` and `proxy-files`, which run inside the node's own root file system.
        kubernetes, etcd, coredns, pause: the tags under which kubeadm looks for its images.
    """

    folder: Path
    kubernetes: str
    etcd: str
    coredns: str
    pause: str
    inputs: tuple[str, ...] = ("node-root", "kubernetes", "etcd", "coredns", "pause")
    uses: tuple[str, ...] = ("docker",)

    def recipe(self) -> Iterable[str | Path]:
        """The scripts, the tags and the code that puts the image together."""
        return [self.folder, self.kubernetes, self.etcd, self.coredns, self.pause, Path(__file__)]

    def build(self, job: Job) -> None:
        """Writes the image's archive: the root file system, Kubernetes' commands, the baked images."""
        work = job.scratch / "work"
        shutil.copytree(self.folder, work)
        (work / "preload").mkdir()
        self._write_system_images(job, work)
        layers = copy_layers(job.inputs["node-root"] / "image.tar", job.scratch)
        layers += [self._commands_layer(job), self._baked_layer(job, work)]
        write_image(job.out / "image.tar", [job.reference], layers, _CONFIG)

    def _commands_layer(self, job: Job) -> Path:
        tree, layer = job.scratch / "commands", job.scratch / "commands.tar"
        (tree / "usr/bin").mkdir(parents=True)
        for command in _NODE_COMMANDS:
            os.link(job.inputs["kubernetes"] / "bin" / "kube", tree / "usr/bin" / command)
        (tree / "kind").mkdir()
        (tree / "kind/version").write_text(f"{self.kubernetes}\n")
        write_layer(layer, tree)
        return layer

    def _baked_layer(self, job: Job, work: Path) -> Path:
        """Has the node's own containerd take in the system images, and makes a layer of its store."""
        tree, layer = job.scratch / "baked", job.scratch / "baked.tar"
        store = tree / "var/lib/containerd"
        store.parent.mkdir(parents=True)
        bake = ["/bin/sh", "/work/bake", str(len(self._references()))]
        job.run_in(job.images["node-root"], bake, work=work, get={"/var/lib/containerd": store})
        write_layer(layer, tree)
        return layer

    def _references(self) -> list[str]:
        kubernetes = [f"registry.k8s.io/{command}:{self.kubernetes}" for command in _SYSTEM_COMMANDS]
        return [*kubernetes, *(reference for reference, _, _ in self._small_images())]

    def _small_images(self) -> list[tuple[str, str, dict[str, object]]]:
        return [
            (f"registry.k8s.io/etcd:{self.etcd}", "etcd", {}),
            (f"registry.k8s.io/coredns/coredns:{self.coredns}", "coredns", {"Entrypoint": ["/usr/local/bin/coredns"]}),
            (f"registry.k8s.io/pause:{self.pause}", "pause", {"Entrypoint": ["/usr/local/bin/pause"]}),
        ]

    def _write_system_images(self, job: Job, work: Path) -> None:
        """Writes an archive per image; the four Kubernetes ones share one layer, since they are one program."""
        tree = job.scratch / "tree"
        gather = ["/bin/sh", "/work/proxy-files"]
        job.run_in(job.images["node-root"], gather, work=work, get={"/work/tree": tree})
        (tree / "usr/local/bin").mkdir(parents=True)
        first, *others = _SYSTEM_COMMANDS
        os.link(job.inputs["kubernetes"] / "bin" / "kube", tree / "usr/local/bin" / first)
        for command in others:
            (tree / "usr/local/bin" / command).symlink_to(first)
        kubernetes = self._references()[: len(_SYSTEM_COMMANDS)]
        self._archive(job, work / "preload" / "kube.tar", kubernetes, tree, {})
        for reference, name, config in self._small_images():
            small = job.scratch / name
            (small / "usr/local/bin").mkdir(parents=True)
            shutil.copy2(job.inputs[name] / "bin" / name, small / "usr/local/bin")
            self._archive(job, work / "preload" / f"{name}.tar", [reference], small, config)

    @staticmethod
    def _archive(job: Job, target: Path, references: list[str], tree: Path, config: dict[str, object]) -> None:
        layer = job.scratch / f"{target.stem}-layer.tar"
        write_layer(layer, tree)
        # Gzipped, since containerd keeps them as they are, and Docker copies them into every new node's volume.
        write_image(target, references, [layer], config, compress=True)
