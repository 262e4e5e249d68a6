/**
 * The page frame: search shortcut, menus that close, toasts that can be dismissed, light and dark.
 * Everything works without this module; it only adds comfort.
 */

/** `/` puts the cursor into the search box, unless the person is typing. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.getElementById("site-search");
  if (search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

/** A menu (`<details data-menu>`) closes on Escape, on a click elsewhere and when another one opens. */
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
};
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else {
    closeMenus(null);
  }
});

/** Toasts stay until they are closed: nobody has to read fast. */
const offerClosing = (root) => {
  for (const button of root.querySelectorAll("[data-toast-close][hidden]")) button.hidden = false;
};
document.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
});
document.addEventListener("htmx:after:swap", () => offerClosing(document));
offerClosing(document);

/** Light or dark by hand; remembered in a cookie so that the server draws it right the next time. */
const themeSwitch = document.querySelector("[data-theme-switch]");
if (themeSwitch) {
  themeSwitch.hidden = false;
  themeSwitch.addEventListener("click", () => {
    const root = document.documentElement;
    const now = root.dataset.kernTheme
      ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    root.dataset.kernTheme = next;
    document.querySelector('meta[name="color-scheme"]').content = next;
    const name = themeSwitch.dataset.themeSwitch;
    const secure = name.startsWith("__Host-") ? ";secure" : "";
    document.cookie = `${name}=${next};path=/;max-age=31536000;samesite=lax${secure}`;
  });
}
