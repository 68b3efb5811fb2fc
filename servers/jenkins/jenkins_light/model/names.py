"""Which names items and views may have."""

from jenkins_light.errors import BadRequestError

_UNSAFE = set("?*/\\%!@#$^&|<>[]:;")


def check_name(name: str) -> str:
    """The name, if Jenkins' ``checkGoodName`` lets it pass.

    Raises:
        BadRequestError: it is empty, a relative path, or has characters that are unsafe in files or addresses.
    """
    if not name.strip():
        raise BadRequestError("No name is specified")
    if name in {".", ".."} or len(name) > 200:
        raise BadRequestError(f"\u2018{name}\u2019 is not an allowed name")
    bad = next((c for c in name if c in _UNSAFE or ord(c) < 32 or ord(c) == 127), None)
    if bad is not None:
        raise BadRequestError(f"\u2018{bad}\u2019 is an unsafe character")
    return name
