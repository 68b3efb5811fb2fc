"""The environment's configuration."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

LABEL = "kubestage.sandbox"


@dataclass(frozen=True)
class Inputs:
    """What the components need to know.

    Attributes:
        environment: "test" or "prod"; the stack's name.
        sandbox: the sandbox's name, for labels.
        registry: the registry's name in image references.
        version: the version with which the Deployment begins; later ones are delivery's.
        node_port: the port on the node under which the service answers.
        revision_history_limit: how many revisions a rollback can go back to; None for what uuid.yaml says.
        strategy: "Recreate" or "RollingUpdate"; None for what uuid.yaml says.
        kubeconfig: the administrator's, a secret; None for the one that KUBECONFIG names.
    """

    environment: str
    sandbox: str
    registry: str
    version: str
    node_port: int
    revision_history_limit: int | None
    strategy: str | None
    kubeconfig: pulumi.Output[str] | None

    @classmethod
    def read(cls) -> Inputs:
        """Reads the stack's configuration."""
        config = pulumi.Config()
        return cls(
            environment=pulumi.get_stack(),
            sandbox=config.require("sandbox"),
            registry=config.require("registry"),
            version=config.require("version"),
            node_port=config.require_int("nodePort"),
            revision_history_limit=config.get_int("revisionHistoryLimit"),
            strategy=config.get("strategy"),
            kubeconfig=config.get_secret("kubeconfig"),
        )

    @property
    def namespace(self) -> str:
        """The environment's namespace."""
        return f"ns-uuid-{self.environment}"

    @property
    def labels(self) -> dict[str, str]:
        """The labels of all objects of this sandbox."""
        return {LABEL: self.sandbox}
