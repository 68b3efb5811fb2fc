// Actions in a dialog over the page instead of on a page of their own: the same forms, fetched. The plan and the request
// follow what is typed; a refusal comes back beside its field.
"use strict";

const PLAN_MS = 250;
const dialog = document.getElementById("dialog");
const inside = document.getElementById("dialog-inside");
let opener = null;
let planning = 0;
let asked = 0;
let sending = false;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  opener = link.id || link;
  show(link.href, { headers: { Accept: "text/html" } }, link.textContent);
});

async function show(address, options, title) {
  const answer = await fetch(address, options).catch(() => null);
  const text = await answer?.text().catch(() => null);
  asked += 1; // what a plan says that is still on its way is about an earlier form
  if (text == null) return away(title);
  const part = new DOMParser().parseFromString(text, "text/html").getElementById("action");
  if (!part) return location.assign(answer.redirected ? answer.url : address);
  sending = false;
  inside.replaceChildren(part);
  if (!dialog.open) dialog.showModal();
  (part.querySelector("[aria-invalid=true], [data-first]") || part.querySelector("select, input:not([type=hidden])") || part.querySelector("button"))?.focus();
}

// The page stays: what was typed can be sent again when the portal is back.
function away(title) {
  sending = false;
  document.getElementById("away")?.remove();
  const said = Object.assign(document.createElement("p"), { id: "away", className: "notice bad" });
  said.setAttribute("role", "alert");
  if (!dialog.open) {
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
    close.dataset.close = "";
    inside.replaceChildren(Object.assign(document.createElement("h1"), { id: "action-title", textContent: title }), close);
    dialog.showModal();
  }
  document.getElementById("action-title").after(said);
  said.textContent = "The portal does not answer just now. Try again soon; History tells whether something was begun.";
}

inside.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  clearTimeout(planning);
  if (sending) return; // a second click is no second order
  sending = true;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  show(form.action, { method: "POST", body, headers: { Accept: "text/html" } }, "");
});

inside.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || !document.getElementById("plan")) return;
  clearTimeout(planning);
  planning = setTimeout(() => plan(form), PLAN_MS);
});

// Only the plan is replaced: the field keeps its focus and its words. Answers may overtake each other; the last question's counts.
async function plan(form) {
  const mine = asked += 1;
  const body = new URLSearchParams(new FormData(form));
  body.set("intent", "plan");
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } }).catch(() => null);
  const fresh = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!fresh || !dialog.open || mine !== asked) return;
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
  sending = false;
  inside.replaceChildren();
  const back = typeof opener === "string" ? document.getElementById(opener) : opener;
  (back?.isConnected ? back : document.getElementById("main")).focus();
});
