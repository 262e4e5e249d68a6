/**
 * The end of a session that nobody uses: announced some minutes before, put off by one click or by typing, and without
 * loss of what was typed. An abandoned page without input gives way to the sign-in page, so that nobody reads on.
 * Nothing is stored in the browser; windows tell each other when one of them has been in touch with the server.
 */
const dialog = document.getElementById("session-end");
const idle = Number(dialog.dataset.idle) * 1000;
// The server notes a use every five minutes only: it may count a pause as so much longer.
const early = 5 * 60 * 1000;
const notice = Math.min(5 * 60 * 1000, idle / 4);
const windows = new BroadcastChannel("staffelstab-session");
let touched = Date.now();
let typed = false;

const show = (state) => {
  for (const part of dialog.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  if (!dialog.open) dialog.showModal();
};
const inTouch = () => {
  touched = Date.now();
  if (dialog.open) dialog.close();
};
const leave = () => {
  if (typed) show("over");
  else location.replace(location.pathname + location.search);
};

/** Ask the server. Asking is using: it happens only when somebody does something. */
const ask = async () => {
  let state;
  try {
    const answer = await fetch(dialog.dataset.session, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    state = await answer.json();
  } catch {
    return; // no network: the next action asks again
  }
  if (state.account !== document.querySelector("[data-account]")?.dataset.account) {
    leave();
    return;
  }
  // After signing in again the forms of this page need the new token.
  for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = state.token;
  // The organisation they belong to stays the one they were drawn in.
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
  document.body.setAttribute("hx-headers:inherited", JSON.stringify({ ...headers, "X-CSRFToken": state.token }));
  inTouch();
  windows.postMessage("in touch");
};

windows.addEventListener("message", () => {
  // Another window has just been in touch; where this one thinks that all is over, it asks for the new token.
  if (dialog.open) ask();
  else inTouch();
});
windows.postMessage("in touch"); // this page has just come from the server
document.addEventListener("htmx:after:swap", inTouch);
document.addEventListener("staffelstab:signed-out", leave);

document.addEventListener("input", (event) => {
  if (event.target.form?.method === "post") typed = true;
  if (Date.now() - touched > early) ask();
});
document.addEventListener("submit", (event) => {
  if (event.target.method === "post") typed = false;
});
dialog.querySelector("[data-stay]").addEventListener("click", ask);
// Escape is no answer to the question; after the end there is nothing behind the dialog to go on with.
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  if (!dialog.querySelector("[data-when=soon]").hidden) ask();
});
dialog.addEventListener("click", (event) => { if (event.target === dialog) event.stopPropagation(); });

const look = () => {
  const pause = Date.now() - touched;
  if (pause >= idle) leave();
  else if (pause >= idle - early - notice) show("soon");
};
setInterval(look, 15000);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  if (dialog.open) ask();
  else look();
});
window.addEventListener("focus", () => { if (dialog.open) ask(); });
// A page out of the browser's memory may be older than the session.
window.addEventListener("pageshow", (event) => { if (event.persisted) ask(); });
