/** Staff sessions: the page does not stay on the screen when the time is up. */
const banner = document.querySelector("[data-staff-until]");
const left = () => new Date(banner.dataset.staffUntil) - Date.now();
const leave = () => (left() <= 0 ? location.assign(banner.dataset.staffAfter) : setTimeout(leave, Math.min(left(), 30_000) + 200));
if (banner) leave();
