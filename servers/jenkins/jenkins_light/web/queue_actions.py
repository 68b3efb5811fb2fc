"""Cancelling what waits."""

from starlette.responses import Response

from jenkins_light.engine.queue import QueueItem
from jenkins_light.errors import BadRequestError
from jenkins_light.model.numbers import whole
from jenkins_light.web.exchange import redirect
from jenkins_light.web.routing import POST, QueueTarget, Request, action


@action(QueueTarget, "cancelItem", methods=POST)
def cancel_item(request: Request, _target: QueueTarget) -> Response:
    """Take an item out of the queue: 204, or 404 when it is not there, as in Jenkins."""
    number = whole(request.exchange.parameter("id"))
    if number is None:
        raise BadRequestError("Not a queue item")
    found = request.controller.queue.cancel(number)
    return Response(status_code=204 if found else 404)


@action(QueueItem, "cancelQueue", methods=POST)
def cancel_queue(request: Request, item: QueueItem) -> Response:
    """The same by the item's own address."""
    request.controller.queue.cancel(item.id)
    return redirect("/")
