// Comfort on top of pages that work without it: keyboard shortcuts, copying, folding, forms that go off on a change.
"use strict";

const typing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

// A link or field with data-key="g p" is opened or focused by typing g, then p; "?" lists what there is.
let pending = "";
let forgetting = 0;

// To who dictates, or whose hand slips, single keys come unasked: the list has a switch (WCAG 2.1.4), which the browser keeps.
const KEPT = "shortcuts";
let unkept = true; // counts where a browser keeps nothing for pages

function switchedOn() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return unkept;
  }
}

function switchTo(on) {
  unkept = on;
  try {
    if (on) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, "off");
  } catch {} // then it counts until the page is left
  showSwitch();
}

function showSwitch() {
  for (const hint of document.querySelectorAll("[data-shortcuts]")) {
    hint.hidden = false;
    hint.querySelector("kbd").hidden = !switchedOn();
  }
}

function keyed() {
  return [...document.querySelectorAll("[data-key]")].filter((element) => element.offsetParent !== null);
}

function press(key) {
  clearTimeout(forgetting);
  const typed = pending ? `${pending} ${key}` : key;
  const target = keyed().find((element) => element.dataset.key === typed);
  pending = "";
  if (target) {
    if (typing(target)) target.focus();
    else target.click();
    return true;
  }
  if (keyed().some((element) => element.dataset.key.startsWith(`${typed} `))) {
    pending = typed;
    forgetting = setTimeout(() => { pending = ""; }, 1500);
    return true;
  }
  return false;
}

function help() {
  let dialog = document.getElementById("shortcuts");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "shortcuts";
    dialog.setAttribute("aria-labelledby", "shortcuts-title");
    dialog.innerHTML = '<h2 id="shortcuts-title">Keyboard shortcuts</h2><dl></dl><form method="dialog"><p><label><input type="checkbox"> Shortcuts work on these pages, in this browser</label></p><button>Close</button></form>';
    dialog.querySelector("input").addEventListener("change", (event) => switchTo(event.target.checked));
    document.body.append(dialog);
  }
  const rows = keyed().map((element) => [element.dataset.key, element.dataset.says || element.textContent.trim()]);
  dialog.querySelector("dl").replaceChildren(...[["?", "This list"], ...rows].flatMap(([key, says]) => {
    const term = document.createElement("dt");
    term.append(...key.split(" ").map((one) => Object.assign(document.createElement("kbd"), { textContent: one })));
    return [term, Object.assign(document.createElement("dd"), { textContent: says })];
  }));
  dialog.querySelector("input").checked = switchedOn();
  dialog.showModal();
}

document.addEventListener("click", (event) => { if (event.target.closest("[data-shortcuts] button")) help(); });
addEventListener("storage", showSwitch); // another page of this server has turned it
showSwitch();

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key.length !== 1 || !switchedOn()) return;
  if (event.key === "?") {
    help();
    event.preventDefault();
  } else if (press(event.key)) {
    event.preventDefault();
  }
});

// Where the page did not come from this machine or over TLS there is no clipboard but the old one of documents.
async function copy(text, near) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement("textarea"), { value: text });
  near.after(field);
  field.select();
  document.execCommand("copy");
  return field.remove();
}

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || button.dataset.copied) return;
  await copy(button.dataset.copy, button);
  button.focus();
  const before = [...button.childNodes];
  button.dataset.copied = "yes";
  button.replaceChildren("Copied");
  setTimeout(() => {
    delete button.dataset.copied;
    button.replaceChildren(...before);
  }, 1500);
});

for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// What can't be undone asks first.
document.addEventListener("submit", (event) => {
  const question = (event.submitter || event.target).dataset.confirm || event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});
