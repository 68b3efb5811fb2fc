// Brings a part of the page to what the server says now, in place: focus, open folds and half-typed words stay, and what
// moved from one box to another travels there for all to see.
"use strict";

const TRAVEL_MS = 900;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Merges the HTML of `fresh` into the element `old`; elements with ids keep being the same elements wherever they go. */
export function merge(old, fresh) {
  const known = new Map([...old.querySelectorAll("[id]")].map((element) => [element.id, element]));
  const before = new Map([...old.querySelectorAll("[data-travels]")].map((element) => [element.id, element.getBoundingClientRect()]));
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  mergeAttributes(old, fresh);
  mergeChildren(old, fresh, known);
  if (focused && focused !== document.activeElement) refocus(focused, old);
  if (!still.matches) travel(old, before);
}

// What had the focus has it again; where it is gone, its region has: Tab goes on from there and not from the page's top.
function refocus(focused, region) {
  const there = region.contains(focused) ? focused : region;
  if (there === region) region.tabIndex = -1;
  there.focus({ preventScroll: true });
}

/** The one element that a text of HTML is about. */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function travel(region, before) {
  for (const element of region.querySelectorAll("[data-travels]")) {
    const from = before.get(element.id);
    const to = element.getBoundingClientRect();
    if (!from) {
      element.animate([{ opacity: 0, scale: .6 }, { opacity: 1, scale: 1 }], { duration: TRAVEL_MS / 3, easing: "ease-out" });
    } else if (Math.abs(from.left - to.left) + Math.abs(from.top - to.top) > 2) {
      const way = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
      element.animate([{ transform: way, zIndex: 2 }, { transform: "none", zIndex: 2 }], { duration: TRAVEL_MS, easing: "cubic-bezier(.4, 0, .2, 1)" });
    }
  }
}

function mergeAttributes(old, fresh) {
  // Whether a fold is open, or a field is filled, is the reader's own affair.
  const theirs = (name) => name === "open" || (name === "tabindex" && old.matches("[data-live]"))
    || (old.matches("input, textarea, select") && ["value", "checked"].includes(name));
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !theirs(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value && !theirs(name)) old.setAttribute(name, value);
}

function mergeChildren(old, fresh, known) {
  let place = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const there = counterpart(place, wanted, known);
    if (!there) {
      old.insertBefore(adopted(wanted, known), place);
      continue;
    }
    if (there === place) place = place.nextSibling;
    else old.insertBefore(there, place);
    mergeNode(there, wanted, known);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function mergeNode(old, fresh, known) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  mergeAttributes(old, fresh);
  mergeChildren(old, fresh, known);
}

// The node that stands for `wanted` already: the one with its id, or the next one of the same kind.
function counterpart(place, wanted, known) {
  if (wanted.id) {
    const same = known.get(wanted.id);
    return same && same.nodeName === wanted.nodeName ? same : null;
  }
  return place && !place.id && place.nodeName === wanted.nodeName ? place : null;
}

// A new node; what it holds may have been elsewhere before.
function adopted(wanted, known) {
  if (wanted.nodeType !== Node.ELEMENT_NODE || !wanted.querySelector("[id]")) return wanted;
  const shell = wanted.cloneNode(false);
  mergeChildren(shell, wanted, known);
  return shell;
}
