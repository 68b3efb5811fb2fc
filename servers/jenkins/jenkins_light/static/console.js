// Appends to the console what the running build prints, as Jenkins' own page does: by offset, until X-More-Data is gone.
"use strict";

const out = document.getElementById("out");
const busy = document.getElementById("busy");
const follow = document.getElementById("follow");
const page = document.scrollingElement;

async function read(start) {
  const answer = await fetch(`${out.dataset.log}?start=${start}`).catch(() => null);
  if (!answer || !answer.ok) {
    busy.textContent = "The server does not answer; trying again…";
    setTimeout(() => read(start), 2000);
    return;
  }
  const text = await answer.text();
  if (text) {
    out.append(text);
    if (follow.checked) page.scrollTop = page.scrollHeight;
  }
  if (answer.headers.get("X-More-Data") === "true") {
    busy.textContent = "The build is running…";
    setTimeout(() => read(answer.headers.get("X-Text-Size")), 500);
  } else {
    busy.textContent = out.textContent.trimEnd().split("\n").pop();
    document.getElementById("stop")?.remove();
  }
}

// Whoever scrolls up wants to read; whoever is back at the end wants to follow. A wish to go up counts at once and not
// when the browser has got there: it scrolls smoothly, and a line that comes meanwhile would pull the page back to its end.
addEventListener("wheel", (event) => event.deltaY < 0 && stay(), { passive: true });
addEventListener("keydown", (event) => ["ArrowUp", "PageUp", "Home"].includes(event.key) && stay());

function stay() {
  if (page.scrollTop > 0) follow.checked = false;
}

let last = page.scrollTop;
addEventListener("scroll", () => {
  if (page.scrollTop < last) follow.checked = false;
  else if (page.scrollTop > last && page.scrollTop + page.clientHeight >= page.scrollHeight - 40) follow.checked = true;
  last = page.scrollTop;
}, { passive: true });

if (out.dataset.more === "true") {
  document.getElementById("following").hidden = false;
  if (follow.checked) page.scrollTop = page.scrollHeight;
  read(out.dataset.start);
}
