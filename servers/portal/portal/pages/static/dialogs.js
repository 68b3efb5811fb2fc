// Actions in a dialog over the page instead of on a page of their own: the same forms, fetched. The plan and the request
// follow what is typed; a refusal comes back beside its field.
"use strict";

const PLAN_MS = 250;
const dialog = document.getElementById("dialog");
const inside = document.getElementById("dialog-inside");
let opener = null;
let planning = 0;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  opener = link.id || link;
  show(fetch(link.href, { headers: { Accept: "text/html" } }), link.href);
});

async function show(asked, otherwise) {
  const answer = await asked.catch(() => null);
  const part = answer && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("action");
  if (!part) return location.assign(answer?.redirected ? answer.url : otherwise);
  inside.replaceChildren(part);
  if (!dialog.open) dialog.showModal();
  (part.querySelector("[aria-invalid=true], [data-first]") || part.querySelector("select, input:not([type=hidden])") || part.querySelector("button"))?.focus();
}

inside.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  clearTimeout(planning);
  const body = new URLSearchParams(new FormData(form, event.submitter));
  show(fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } }), form.action);
});

inside.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || !document.getElementById("plan")) return;
  clearTimeout(planning);
  planning = setTimeout(() => plan(form), PLAN_MS);
});

// Only the plan is replaced: the field keeps its focus and its words.
async function plan(form) {
  const body = new URLSearchParams(new FormData(form));
  body.set("intent", "plan");
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } }).catch(() => null);
  const fresh = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!fresh || !dialog.open) return;
  for (const part of inside.querySelectorAll("[data-follows]")) {
    const now = fresh.getElementById(part.id);
    if (now && inside.contains(part) && !part.contains(document.activeElement)) part.replaceWith(now);
  }
}

inside.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});

dialog?.addEventListener("close", () => {
  clearTimeout(planning);
  inside.replaceChildren();
  const back = typeof opener === "string" ? document.getElementById(opener) : opener;
  back?.focus();
});
