"""The service in one environment: namespace, env-config, access, deployment, service.

Pulumi makes the first Deployment. After that its image belongs to delivery, and so does every field that the CD job's
kubectl takes over.
"""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap, Namespace, Service
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from infra.service import manifests
from infra.service.access import Access
from infra.service.inputs import Inputs

_IMAGE = "spec.template.spec.containers[0].image"


def declare() -> dict[str, pulumi.Output[Any]]:
    """Declares the service.

    Returns:
        namespace: the environment's namespace.
        version: the version that is declared; the running one may be another, which delivery knows.
    """
    inputs = Inputs.read()
    provider = kubernetes.Provider("cluster", kubeconfig=inputs.kubeconfig)
    options = pulumi.ResourceOptions(provider=provider)
    namespace = Namespace(
        "namespace", metadata=ObjectMetaArgs(name=inputs.namespace, labels=inputs.labels), opts=options
    )
    place = namespace.metadata["name"]
    settings = manifests.config_map(inputs.environment)
    deployment, service = manifests.deployment_and_service(
        namespace=inputs.namespace,
        registry=inputs.registry,
        version=inputs.version,
        node_port=inputs.node_port,
        strategy=inputs.strategy,
        history=inputs.revision_history_limit,
    )

    def metadata(manifest: manifests.Manifest) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=manifest["metadata"]["name"], namespace=place, labels=inputs.labels)

    env_config = ConfigMap("env-config", metadata=metadata(settings), data=settings["data"], opts=options)
    Access(inputs, place, options)
    Deployment(
        "uuid",
        metadata=metadata(deployment),
        spec=deployment["spec"],
        opts=pulumi.ResourceOptions.merge(
            options, pulumi.ResourceOptions(depends_on=[env_config], ignore_changes=[_IMAGE])
        ),
    )
    Service("uuid", metadata=metadata(service), spec=service["spec"], opts=options)
    return {"namespace": place, "version": pulumi.Output.from_input(inputs.version)}
