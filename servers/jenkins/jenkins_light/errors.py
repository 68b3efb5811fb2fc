"""The tree of errors: each says how HTTP answers it."""


class JenkinsError(Exception):
    """Anything that the server refuses or fails to do; ``status`` is the HTTP answer."""

    status = 500


class BadRequestError(JenkinsError):
    """The request makes no sense as it is."""

    status = 400


class ForbiddenError(JenkinsError):
    """Known who, but not allowed, or no valid crumb."""

    status = 403


class NotFoundError(JenkinsError):
    """No such object."""

    status = 404


class MethodNotAllowedError(JenkinsError):
    """The address needs another HTTP method.

    Attributes:
        allowed: the methods that it takes.
    """

    status = 405

    def __init__(self, message: str, allowed: tuple[str, ...]) -> None:
        super().__init__(message)
        self.allowed = allowed


class ConflictError(JenkinsError):
    """The object's state forbids it."""

    status = 409


class TooLargeError(JenkinsError):
    """The request is longer than the server takes."""

    status = 413


class BusyError(JenkinsError):
    """Too much at a time; later it goes."""

    status = 503


class GitLabUnavailableError(JenkinsError):
    """GitLab does not answer, or refuses."""

    status = 502


class RunnerUnavailableError(JenkinsError):
    """The JVM that runs pipelines is not there."""

    status = 503
