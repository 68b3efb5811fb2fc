"""The forms in which a secret may appear in a console, as credentials-binding looks for them."""

import base64
import re
import shlex

#: Shorter forms would hide half of the console.
_SHORTEST = 3


def forms(secret: str) -> set[str]:
    """The secret itself, as shells quote it in traces, in base 64, and each of its lines in all these forms.

    Source: credentials-binding's SecretPatternFactory classes (literal, bash, Almquist shell, dollar, base 64). The
    plugin looks for whole secrets only; a console is masked line by line, so the lines of a longer secret are masked
    here as well.
    """
    found: set[str] = set()
    for text in {secret, secret.strip(), *(line.strip() for line in secret.splitlines())}:
        if text:
            found |= {text, *_quoted(text), text.replace("$", "$$"), *_base64(text)}
    return {form for form in found if len(form) >= _SHORTEST}


def _quoted(text: str) -> set[str]:
    """As bash, dash and ash print an argument that needs quotes."""
    bash = text.replace("'", "'\\''")
    almquist = re.sub(r"'+", lambda quotes: f"'\"{quotes[0]}\"'", text)
    unquoted = re.sub(r"\\(\\?)", r"\1", text)
    return {bash, f"'{bash}'", almquist, f"'{almquist}'", shlex.quote(text), unquoted}


def _base64(text: str) -> set[str]:
    """Base 64 of whatever holds the text: three alignments, without the characters that depend on what is around."""
    found = set()
    for shift in range(3):
        data = b"a" * shift + text.encode()
        for encoded in (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()):
            whole = encoded[2 * shift :]
            found |= {whole, whole[: -whole.count("=") - 1] if whole.endswith("=") else whole}
    return found
