// What makes the portal's pages live; without it they still show and their forms still work.
"use strict";

import "./dialogs.js";
import "./live.js";

document.documentElement.classList.add("script");

const STEPS = [[60, 1, "s"], [3600, 60, "min"], [86400, 3600, "h"], [5184000, 86400, "d"], [63072000, 2592000, "mo"]];

// The words of servers/look's times.ago, so that "12 s ago" does not stand still.
function ago(element) {
  const seconds = (Date.now() - Date.parse(element.dateTime)) / 1000;
  if (seconds < 2) return "just now";
  const [, unit, name] = STEPS.find(([limit]) => seconds < limit) || [0, 31536000, "y"];
  return `${Math.floor(seconds / unit)} ${name} ago`;
}

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const words = ago(element);
    if (element.textContent !== words) element.textContent = words;
  }
}, 1000);
