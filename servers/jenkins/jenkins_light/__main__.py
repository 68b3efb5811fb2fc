"""``python -m jenkins_light``: the server, set up by the environment (see settings.py)."""

from jenkins_light.engine.runner import Runner
from jenkins_light.settings import from_environment


def main() -> None:
    """Run until SIGTERM."""
    settings = from_environment()
    runner = Runner(settings.runner_jar, settings.runner_java)
    runner.start()
    # Loaded only now, while the runner's JVM comes up: each of the two takes most of a start.
    from jenkins_light.serving import serve

    serve(settings, runner)


if __name__ == "__main__":
    main()
