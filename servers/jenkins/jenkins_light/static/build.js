// Starts a build without leaving the page: Jenkins answers 201 with the queue item, which is no page to look at.
for (const form of document.querySelectorAll("form[data-build]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    said.textContent = answer.ok ? "Build scheduled" : `Refused: ${answer.headers.get("X-Error") || answer.status}`;
    if (answer.ok) setTimeout(() => location.reload(), 1000);
  });
}
