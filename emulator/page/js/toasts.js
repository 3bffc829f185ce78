/* Toasts: a short word that goes by itself. Each column has its own place, errors of the page have one. */

import { animate, el } from "./dom.js";

const SHOWN = 3; // errors of the page; a phone shows the newest toast alone, as Telegram does

/** Shows `text` in `place` (an element with role=status). */
export function toast(place, text, kind = "", shown = 1) {
  const node = el("div", { class: `toast ${kind}`, text });
  place.append(node);
  while (place.children.length > shown) place.firstChild.remove();
  animate(node, [{ opacity: 0, transform: "translateY(-8px)" }, { opacity: 1, transform: "none" }], 160);
  const leave = () => {
    const fade = animate(node, [{ opacity: 1 }, { opacity: 0 }], 200);
    if (fade) fade.onfinish = () => node.remove();
    else node.remove();
  };
  setTimeout(leave, Math.min(2600 + text.length * 40, 8000));
}

export const pageToast = (text, kind = "error") => toast(document.querySelector(".page-toasts"), text, kind, SHOWN);
