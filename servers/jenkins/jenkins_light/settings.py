"""What the server is told from outside, all of it through the environment."""

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """The server's settings.

    Attributes:
        home: the Jenkins home folder; everything that must survive a restart is below it.
        url: the address that users and links see, with a closing slash, as Jenkins has it.
        host: the address to listen on.
        port: the port to listen on; 0 lets the system choose.
        admin_user: the administrator's login.
        admin_password_file: file with the administrator's password; None makes ``secrets/initialAdminPassword``.
        admin_token_file: file with the administrator's API token, or None for none.
        executors: how many executors the built-in node has.
        runner_jar: the pipeline runner's jar, or None when pipelines can't run.
        runner_java: the ``java`` program that runs it.
        tools_file: YAML that maps the tool names of pipelines to installations, or None.
        allowed_hosts: further host names that requests may name in ``Host`` and ``Origin``.
        quiet_period: seconds that a new queue item waits before it starts, unless its job says otherwise.
        live_builds: how many pipelines may run in the runner at once.
    """

    home: Path
    url: str = "http://localhost:8080/"
    host: str = "0.0.0.0"  # noqa: S104 the container's network is the boundary; ports are published on 127.0.0.1
    port: int = 8080
    admin_user: str = "admin"
    admin_password_file: Path | None = None
    admin_token_file: Path | None = None
    executors: int = 2
    runner_jar: Path | None = None
    runner_java: str = "java"
    tools_file: Path | None = None
    allowed_hosts: tuple[str, ...] = field(default=())
    quiet_period: float = 0.0
    live_builds: int = 40


def from_environment() -> Settings:
    """Settings from ``JENKINS_*`` variables; each has Jenkins' own name where Jenkins has one."""
    env = os.environ

    def path(name: str) -> Path | None:
        return Path(env[name]) if env.get(name) else None

    return Settings(
        home=Path(env.get("JENKINS_HOME", "/var/jenkins_home")),
        url=env.get("JENKINS_URL", "http://localhost:8080/").rstrip("/") + "/",
        host=env.get("JENKINS_HOST", "0.0.0.0"),  # noqa: S104 see Settings.host
        port=int(env.get("JENKINS_PORT", "8080")),
        admin_user=env.get("JENKINS_ADMIN_USER", "admin"),
        admin_password_file=path("JENKINS_ADMIN_PASSWORD_FILE"),
        admin_token_file=path("JENKINS_ADMIN_TOKEN_FILE"),
        executors=int(env.get("JENKINS_EXECUTORS", "2")),
        runner_jar=path("JENKINS_RUNNER_JAR"),
        runner_java=env.get("JENKINS_RUNNER_JAVA", "java"),
        tools_file=path("JENKINS_TOOLS_FILE"),
        allowed_hosts=tuple(h for h in env.get("JENKINS_ALLOWED_HOSTS", "").split(",") if h),
        quiet_period=float(env.get("JENKINS_QUIET_PERIOD", "0")),
        live_builds=int(env.get("JENKINS_LIVE_BUILDS", "40")),
    )
