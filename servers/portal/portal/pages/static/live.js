// The page as it is now: regions and lines of logs arrive as server-sent events. After a break the server sends what is no
// longer as the page has it, so nothing is lost; meanwhile the page says that it shows what was known last.
"use strict";

import { merge, parse } from "./merge.js";

const AGAIN_MS = 1000;
const SILENCE_MS = 25000;
const UNSEEN_MS = 2000;
const lost = document.getElementById("lost");
const log = document.querySelector("[data-log]");
let source = null;
let waiting = 0;
let leaving = 0;
let heard = Date.now();

function address() {
  const asked = new URLSearchParams();
  for (const region of document.querySelectorAll("[data-live]")) asked.append("region", `${region.id}~${region.dataset.live}`);
  if (log) {
    asked.set("log", log.dataset.log);
    asked.set("from", log.dataset.next);
  }
  return `/live?${asked}`;
}

function connect() {
  clearTimeout(waiting);
  source?.close();
  heard = Date.now();
  source = new EventSource(address());
  source.addEventListener("open", () => { lost.hidden = true; });
  source.addEventListener("error", again);
  source.addEventListener("region", (event) => { hear(event, ({ html }) => region(parse(html))); });
  source.addEventListener("log", (event) => { hear(event, append); });
  source.addEventListener("beat", () => { heard = Date.now(); });
}

// The browser would try again by itself, but gives up for good when it gets any answer that is no stream.
async function again() {
  lost.hidden = false;
  source?.close();
  clearTimeout(waiting);
  waiting = setTimeout(connect, AGAIN_MS);
  const answer = await fetch("/live/allowed").catch(() => null);
  if (answer?.status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

function hear(event, use) {
  heard = Date.now();
  use(JSON.parse(event.data));
  document.dispatchEvent(new CustomEvent("heard"));
}

function region(fresh) {
  const old = document.getElementById(fresh.id);
  if (old) merge(old, fresh);
}

// Lines that have come already (the stream began anew) are passed over.
function append({ start, text, next }) {
  if (!log || start !== Number(log.dataset.next)) return;
  const following = log.scrollTop + log.clientHeight >= log.scrollHeight - 40;
  log.append(text);
  log.dataset.next = next;
  if (following) log.scrollTop = log.scrollHeight;
}

// A phone that slept, or a proxy that swallowed the end of the connection.
setInterval(() => { if (source?.readyState === EventSource.OPEN && Date.now() - heard > SILENCE_MS) again(); }, 5000);

// A browser opens six connections to a server, and a stream takes one: pages that nobody sees give theirs back.
function follow() {
  clearTimeout(leaving);
  if (document.hidden) leaving = setTimeout(rest, UNSEEN_MS);
  else if (!source || Date.now() - heard > SILENCE_MS) connect();
}

function rest() {
  clearTimeout(waiting);
  source?.close();
  source = null;
}

addEventListener("pagehide", () => {
  clearTimeout(waiting);
  source?.close();
});
addEventListener("pageshow", (event) => { if (source && event.persisted) connect(); });

if (document.querySelector("[data-live]") || log) {
  document.addEventListener("visibilitychange", follow);
  follow();
}
