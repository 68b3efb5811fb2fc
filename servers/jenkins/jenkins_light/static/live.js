// While something is going on, the marked parts of the page are taken anew from the server; focus and forms stay.
"use strict";

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok) return setTimeout(refresh, 5000);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (!now || part.contains(document.activeElement)) continue;
    if (now.innerHTML !== part.innerHTML) part.innerHTML = now.innerHTML;
    part.dataset.live = now.dataset.live;
  }
  return again();
}

function again() {
  const busy = document.querySelector('[data-live="busy"]');
  setTimeout(refresh, busy ? 1500 : 10000);
}

again();
