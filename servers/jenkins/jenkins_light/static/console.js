// Appends to the console what the running build prints, as Jenkins' own page does: by offset, until X-More-Data is gone.
const out = document.getElementById("out");
const busy = document.getElementById("busy");

async function follow(start) {
  const answer = await fetch(`${out.dataset.log}?start=${start}`);
  if (!answer.ok) {
    busy.textContent = `The log can't be read (${answer.status}); reload the page.`;
    return;
  }
  const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 40;
  out.append(await answer.text());
  if (atEnd) window.scrollTo(0, document.body.scrollHeight);
  if (answer.headers.get("X-More-Data") === "true") {
    setTimeout(() => follow(answer.headers.get("X-Text-Size")), 500);
  } else {
    busy.textContent = "The build is over.";
  }
}

if (out.dataset.more === "true") follow(out.dataset.start);
