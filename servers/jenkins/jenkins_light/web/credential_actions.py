"""What credentials, their domains and stores do: made, read, replaced and removed, by XML or by the pages' forms."""

import base64

from starlette.responses import Response

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, ConflictError
from jenkins_light.model.credential_stores import DOMAIN
from jenkins_light.web import templates
from jenkins_light.web.credential_targets import CredentialsTarget, CredentialTarget, DomainTarget, StoreTarget
from jenkins_light.web.exchange import Exchange, done, json_answer, redirect, submitted_form, xml_answer
from jenkins_light.web.routing import BOTH, GET, POST, Request, action
from jenkins_light.xmltree import Element


@action(CredentialsTarget, "")
@action(StoreTarget, "")
def store_page(request: Request, target: CredentialsTarget) -> Response:
    """Every credential of a store, without its secrets."""
    rows = [[one.id, one.display_name, one.type_name, domain.name] for domain in target.store.domains for one in domain]
    return templates.page(request, "facts.html", title="Credentials", heads=["ID", "Name", "Kind", "Domain"], rows=rows)


@action(DomainTarget, "")
def page(request: Request, target: DomainTarget) -> Response:
    """The credentials, without their secrets."""
    rows = [[credential.id, credential.display_name, credential.type_name] for credential in target.domain]
    title = "Global credentials" if target.domain.document is None else target.domain.name
    return templates.page(request, "facts.html", title=title, heads=["ID", "Name", "Kind"], rows=rows)


@action(StoreTarget, "createDomain", methods=POST)
def create_domain(request: Request, target: StoreTarget) -> Response:
    """Make a domain from its XML, or from the form's ``json``."""
    if _sends_xml(request.exchange):
        target.store.create_domain(xmltree.parse(request.exchange.body))
        return done()
    form = submitted_form(request.exchange.parameter("json"))
    try:
        domain = target.store.create_domain(_domain_from(form))
    except ConflictError:
        return _told(request.exchange, "Failed to create domain", f"/{target.url_path}/", done=False)
    return _told(request.exchange, "Domain created", f"/{target.url_path}/domain/{domain.name}/")


def _domain_from(form: dict[str, object]) -> Element:
    root = xmltree.Element(DOMAIN)
    for name in ("name", "description"):
        xmltree.add(root, name, form.get(name) or "")
    xmltree.SubElement(root, "specifications")
    return root


@action(DomainTarget, "config.xml", methods=(*BOTH, "DELETE"))
def domain_config_xml(request: Request, target: DomainTarget) -> Response:
    """Read, replace or delete a domain."""
    store, domain = target.store, target.domain
    if request.exchange.method in GET:
        return xml_answer(xmltree.bare(xmltree.Element(DOMAIN) if domain.document is None else domain.document))
    if request.exchange.method == "DELETE":
        store.delete_domain(domain)
    else:
        store.update_domain(domain, xmltree.parse(request.exchange.body))
    return done()


@action(DomainTarget, "doDelete", methods=POST)
def delete_domain(_request: Request, target: DomainTarget) -> Response:
    """Delete a domain by the page's address."""
    target.store.delete_domain(target.domain)
    return redirect(f"/{target.url_path.rpartition('/domain/')[0]}/")


@action(DomainTarget, "createCredentials", methods=POST)
def create(request: Request, target: DomainTarget) -> Response:
    """Add a credential from its XML, or from the form's ``json`` as Jenkins' docs have it with curl."""
    exchange = request.exchange
    submitted = exchange.parameter("json")
    if not submitted:
        target.domain.create(exchange.body)
        return done()
    try:
        target.domain.create(_from_form(submitted, exchange.files))
    except ConflictError:
        words = "Credentials with specified ID already exist"
        return _told(exchange, words, f"/{target.url_path}/", done=False)
    return _told(exchange, "Credentials created", f"/{target.url_path}/")


@action(CredentialTarget, "config.xml", methods=(*BOTH, "DELETE"))
def config_xml(request: Request, target: CredentialTarget) -> Response:
    """Read (secrets redacted), replace or delete a credential."""
    domain, ident = target.place.domain, target.credential.id
    if request.exchange.method in GET:
        return xml_answer(domain.config_xml(ident))
    if request.exchange.method == "DELETE":
        domain.delete(ident)
    else:
        domain.update(ident, request.exchange.body)
    return done()


@action(CredentialTarget, "doDelete", methods=POST)
def delete(request: Request, target: CredentialTarget) -> Response:
    """Delete a credential by the page's address."""
    target.place.domain.delete(target.credential.id)
    return _told(request.exchange, "Credentials deleted", f"/{target.place.url_path}/")


@action(CredentialTarget, "doMove", methods=POST)
def move(request: Request, target: CredentialTarget) -> Response:
    """Put a credential into another domain of its store (``destination=system/<domain>``)."""
    place, ident = target.place, target.credential.id
    _, found, name = request.exchange.parameter("destination").rpartition(f"{place.store_name}/")
    if not found:
        raise BadRequestError("Invalid destination")
    domain = place.store.domain(name)
    domain.take(ident, place.domain)
    address = f"/{place.url_path.rpartition('/domain/')[0]}/domain/{domain.name}/credential/{ident}/"
    return _told(request.exchange, "Credentials moved", address)


@action(CredentialTarget, "updateSubmit", methods=POST)
def update_submit(request: Request, target: CredentialTarget) -> Response:
    """Replace a credential by the page's form."""
    document = _from_form(request.exchange.parameter("json"), request.exchange.files)
    target.place.domain.update(target.credential.id, document)
    return redirect(f"/{target.place.url_path}/")


def _sends_xml(exchange: Exchange) -> bool:
    return exchange.content_type.startswith(("application/xml", "text/xml"))


def _told(exchange: Exchange, words: str, address: str, done: bool = True) -> Response:
    """What a form's sender gets: a page to go to, or what happened when it asks for JSON."""
    if "application/json" not in exchange.headers.get("accept", ""):
        return redirect(address)
    data = {"message": words, "notificationType": "SUCCESS" if done else "ERROR"}
    return json_answer({"status": "ok", "data": data})


def _from_form(submitted: str, files: dict[str, bytes]) -> bytes:
    """The XML of a submitted form.

    Raises:
        BadRequestError: the form is malformed.
    """
    form = submitted_form(submitted)
    fields = form.get("credentials", form)
    if not isinstance(fields, dict):
        raise BadRequestError("Malformed form: no credentials in it")
    root = xmltree.Element(_class_of(fields))
    _fill(root, fields)
    if (content := files.get(str(fields.get("file", "")))) is not None:
        xmltree.add(root, "secretBytes", base64.b64encode(content).decode())
    return xmltree.serialise(root)


def _class_of(fields: dict[str, object]) -> str:
    return str(fields.get("$class") or fields.get("stapler-class") or "")


def _fill(element: Element, fields: dict[str, object]) -> None:
    """The fields as elements; what is an object itself, such as where a private key comes from, tells its class."""
    for name, value in fields.items():
        if isinstance(value, dict):
            _fill(xmltree.add(element, name, **{"class": _class_of(value)}), value)
        elif name not in {"$class", "stapler-class"} and isinstance(value, (str, int, bool)):
            xmltree.add(element, name, value)
