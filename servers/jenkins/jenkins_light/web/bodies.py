"""Requests' bodies: read within limits, and forms taken apart."""

from pathlib import PurePath

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest

from jenkins_light.errors import BadRequestError, BusyError, TooLargeError
from jenkins_light.web.exchange import FORM, Exchange, urlencoded

_MAX_BODY = 32 * 1024 * 1024
#: For those who may ask without an account: logins and webhooks.
_MAX_OPEN_BODY = 4 * 1024 * 1024
#: What all requests together may hold at one time.
_MAX_ALL = 256 * 1024 * 1024


class Bodies:
    """Reads bodies and knows how much of them is in memory."""

    def __init__(self) -> None:
        self._held = 0

    async def read(self, request: HttpRequest, exchange: Exchange) -> None:
        """Put body and form into the exchange; call ``release`` when it is answered.

        Raises:
            TooLargeError: the body is longer than its sender may send.
            BusyError: too much is in memory already.
            BadRequestError: a form that can't be read.
        """
        limit = _MAX_BODY if exchange.user else _MAX_OPEN_BODY
        parts = []
        async for chunk in request.stream():
            parts.append(chunk)
            exchange.held += len(chunk)
            self._held += len(chunk)
            if exchange.held > limit:
                raise TooLargeError(f"The body is longer than {limit} bytes")
            if self._held > _MAX_ALL:
                raise BusyError("Too many large requests at a time")
        exchange.body = b"".join(parts)
        # Clients that post parameters as plain bytes name no type at all; servlet containers let them through.
        if FORM in exchange.content_type or not exchange.content_type:
            exchange.form = urlencoded(exchange.body)
        elif exchange.content_type.startswith("multipart/form-data"):
            request._body = exchange.body
            await _read_multipart(request, exchange)

    def release(self, exchange: Exchange) -> None:
        """The exchange is over."""
        self._held -= exchange.held
        exchange.held = 0


async def _read_multipart(request: HttpRequest, exchange: Exchange) -> None:
    try:
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    exchange.files[name] = await value.read()
                    exchange.file_names[name] = PurePath((value.filename or name).replace("\\", "/")).name or name
                    exchange.form.append((name, exchange.files[name].decode("utf-8", "replace")))
                else:
                    exchange.form.append((name, value))
    except (HTTPException, ValueError) as error:
        raise BadRequestError(f"Malformed form: {getattr(error, 'detail', error)}") from error
