/* A small menu beside the thing that opened it: arrow keys, Home, End, typing nothing else, Esc closes. */

import { animate, el, icon } from "./dom.js";

let open = null;

/**
 * items: [{label, hint?, icon?, danger?, disabled?, act} | "line" | {title}]. `anchor` is an element or {x, y}.
 * `within` is the element the menu is kept inside of.
 */
export function showMenu(anchor, items, { label = "Menu", within = document.body } = {}) {
  closeMenu();
  const root = el("div", { class: "menu", role: "menu", "aria-label": label });
  for (const item of items.filter(Boolean)) {
    if (item === "line") root.append(el("hr", { role: "separator" }));
    else if (item.title) root.append(el("p", { class: "menu-title", role: "presentation", text: item.title }));
    else root.append(entry(item));
  }
  const origin = document.activeElement;
  const host = document.querySelector("dialog[open]:last-of-type") ?? document.body;
  host.append(root);
  position(root, anchor, within);
  animate(root, [{ opacity: 0, transform: "scale(.96)" }, { opacity: 1, transform: "none" }], 120);
  if (anchor instanceof Element) anchor.setAttribute("aria-expanded", "true");
  open = { root, anchor, origin };
  entries(root)[0]?.focus();
  root.addEventListener("keydown", keys);
  root.addEventListener("focusout", (e) => { if (e.relatedTarget && !root.contains(e.relatedTarget)) closeMenu({ restore: false }); });
}

export function closeMenu({ restore = true } = {}) {
  if (!open) return;
  const { root, anchor, origin } = open;
  open = null;
  const inside = root.contains(document.activeElement);
  root.remove();
  if (anchor instanceof Element) anchor.setAttribute("aria-expanded", "false");
  if (restore && inside) (anchor instanceof HTMLElement ? anchor : origin)?.focus({ preventScroll: true });
}

const entries = (root) => [...root.querySelectorAll("[role=menuitem]:not(:disabled)")];

function entry(item) {
  return el("button", {
    type: "button", role: "menuitem", tabindex: -1, class: item.danger ? "danger" : "", disabled: item.disabled,
    on: { click: () => { closeMenu(); item.act(); } },
  },
  item.icon && icon(item.icon, 19),
  el("span", { class: "menu-text" }, el("span", { class: "menu-label", text: item.label }),
    item.hint && el("span", { class: "menu-hint", text: item.hint })));
}

function position(root, anchor, within) {
  const box = anchor instanceof Element ? anchor.getBoundingClientRect() : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const frame = within.getBoundingClientRect();
  const left = Math.max(frame.left, 0) + 8;
  const right = Math.min(frame.right, innerWidth) - 8;
  root.style.maxWidth = `${right - left}px`;
  const below = innerHeight - box.bottom - 12;
  const above = box.top - 12;
  const up = below < root.offsetHeight && above > below;
  root.style.maxHeight = `${up ? above : below}px`;
  const wish = box.left + root.offsetWidth > right ? box.right - root.offsetWidth : box.left;
  root.style.left = `${Math.min(Math.max(wish, left), Math.max(right - root.offsetWidth, left))}px`;
  root.style.top = `${up ? box.top - root.offsetHeight - 4 : box.bottom + 4}px`;
  root.style.transformOrigin = up ? "bottom left" : "top left";
}

function keys(e) {
  const list = entries(open.root);
  const at = list.indexOf(document.activeElement);
  const go = { ArrowDown: (at + 1) % list.length, ArrowUp: (at - 1 + list.length) % list.length, Home: 0, End: list.length - 1 }[e.key];
  if (go !== undefined) { e.preventDefault(); list[go].focus(); }
  else if (e.key === "Escape" || e.key === "Tab") { e.preventDefault(); closeMenu(); }
  e.stopPropagation();
}

addEventListener("pointerdown", (e) => { if (open && !open.root.contains(e.target) && e.target.closest?.("[aria-expanded=true]") !== open.anchor) closeMenu({ restore: false }); }, true);
addEventListener("resize", () => closeMenu({ restore: false }));
addEventListener("blur", () => closeMenu({ restore: false }));

export const menuIsOpenAt = (anchor) => open?.anchor === anchor;
