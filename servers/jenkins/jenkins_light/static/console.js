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

// Whoever scrolls up wants to read; whoever is back at the end wants to follow.
addEventListener("wheel", () => setTimeout(aim, 50), { passive: true });
addEventListener("keydown", (event) => {
  if (["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"].includes(event.key)) setTimeout(aim, 100);
});

function aim() {
  follow.checked = page.scrollTop + page.clientHeight >= page.scrollHeight - 40;
}

if (out.dataset.more === "true") {
  document.getElementById("following").hidden = false;
  if (follow.checked) page.scrollTop = page.scrollHeight;
  read(out.dataset.start);
}
