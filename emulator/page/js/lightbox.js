/* Photos enlarged: Esc or a click beside the photo closes, arrow keys go to the photo before or after. */

import { api } from "./api.js";
import { animate, button, el, icon } from "./dom.js";
import { moment } from "./format.js";
import { largest } from "./media.js";

/** `messages` are those with photos, in order; starts at the one with `messageId`. */
export function openLightbox(messages, messageId) {
  let at = Math.max(messages.findIndex((m) => m.message_id === messageId), 0);
  const image = el("img", { alt: "", draggable: "false" });
  const caption = el("p", { class: "box-caption" });
  const count = el("p", { class: "box-count", role: "status" });
  const previous = button({ class: "icon-button box-previous", label: "Previous photo", on: { click: () => go(-1) } }, icon("left", 28));
  const next = button({ class: "icon-button box-next", label: "Next photo", on: { click: () => go(1) } }, icon("right", 28));
  const close = button({ class: "icon-button box-close", label: "Close", on: { click: () => dialog.close() } }, icon("close"));
  const stage = el("div", { class: "box-stage" }, image);
  const dialog = el("dialog", { class: "lightbox", "aria-label": "Photo" }, stage, caption, count, previous, next, close);

  function show() {
    const message = messages[at];
    const photo = largest(message.photo);
    image.width = photo.width;
    image.height = photo.height;
    image.src = api.file(photo.file_id);
    image.alt = message.caption ?? `Photo of ${moment(message.date)}`;
    stage.classList.remove("zoomed");
    caption.textContent = message.caption ?? "";
    caption.hidden = !message.caption;
    count.textContent = messages.length > 1 ? `${at + 1} of ${messages.length}` : "";
    previous.disabled = at === 0;
    next.disabled = at === messages.length - 1;
  }

  function go(step) {
    const to = at + step;
    if (to < 0 || to >= messages.length) return;
    at = to;
    show();
    animate(image, [{ opacity: 0.2, transform: `translateX(${step * 24}px)` }, { opacity: 1, transform: "none" }], 160);
  }

  dialog.addEventListener("keydown", (e) => {
    if (e.key === "ArrowLeft") go(-1);
    else if (e.key === "ArrowRight") go(1);
    e.stopPropagation();
  });
  stage.addEventListener("click", (e) => {
    if (e.target === image) stage.classList.toggle("zoomed");
    else dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  show();
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
  animate(dialog, [{ opacity: 0 }, { opacity: 1 }], 150);
}
