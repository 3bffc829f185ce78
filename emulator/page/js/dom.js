/* Making elements. Text always goes in as text nodes: nothing here or elsewhere parses strings as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** el("button", {class: "x", text: "Go", data: {id: 1}, on: {click}, "aria-label": "…"}, ...children) */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "on") for (const [type, handler] of Object.entries(value)) node.addEventListener(type, handler);
    else if (name === "style") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
    else if (name in PROPERTIES) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
const PROPERTIES = { value: 1, checked: 1, disabled: 1, hidden: 1, inert: 1, multiple: 1 };

/** A real button; `label` is its accessible name when it shows only an icon. */
export function button(props, ...children) {
  const { label, ...rest } = props;
  return el("button", { type: "button", "aria-label": label, title: label, ...rest }, ...children);
}

const ICONS = {
  attach: "M20 11.5 12.2 19.3a5 5 0 0 1-7.1-7.1l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8",
  send: "M4 12 20 4.5 15.5 20l-4-6.5L4 12Zm7.5 1.5L20 4.5",
  close: "M6 6l12 12M18 6 6 18",
  more: "M12 5.2v.1M12 12v.1M12 18.8v.1",
  down: "M6 9.5l6 6 6-6",
  left: "M14.5 5.5 8 12l6.5 6.5",
  right: "M9.5 5.5 16 12l-6.5 6.5",
  reply: "M9 6 4 11l5 5M4.5 11H13c4 0 6.5 2.5 7 7",
  edit: "M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5l-4.5 1Z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  photo: "M4 5h16v14H4zM4 16l4.5-4.5 4 4L15 13l5 4.5M15.5 9.2v.1",
  file: "M6.5 3.5H14l4.5 4.5v12.5h-12zM13.5 4v4.5H18",
  sticker: "M4.5 12a7.5 7.5 0 0 1 15 0l-7.5 7.5A7.5 7.5 0 0 1 4.5 12ZM12 19.5c-.5-4.5 3-8 7.5-7.5M9.3 10v.1M14 9.6v.1",
  voice: "M12 3.5a2.7 2.7 0 0 1 2.7 2.7v5a2.7 2.7 0 0 1-5.4 0v-5A2.7 2.7 0 0 1 12 3.5ZM6 11a6 6 0 0 0 12 0M12 17v3.5",
  box: "M4 8l8-4.5L20 8v8.5L12 21l-8-4.5zM4 8l8 4.5L20 8M12 12.5V21",
  block: "M12 3.8a8.2 8.2 0 1 1 0 16.4 8.2 8.2 0 0 1 0-16.4ZM6.3 6.3l11.4 11.4",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3L12 6.3M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
  out: "M9 5h10v10M19 5 6 18",
  plus: "M12 5v14M5 12h14",
  keyboard: "M3.5 6.5h17v11h-17zM7 10v.1M10.3 10v.1M13.7 10v.1M17 10v.1M8 14h8",
  download: "M12 4v11M7 10.5l5 5 5-5M5 19.5h14",
  trash: "M5 7h14M9.5 7V4.5h5V7M7 7l.8 13h8.4L17 7",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

export function icon(name, size = 22) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor",
    "stroke-width": 1.9, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", class: "icon",
  })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  if (name === "more") path.setAttribute("stroke-width", "3");
  svg.append(path);
  return svg;
}

/** True when the person asked their system for less movement. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A short animation that does nothing when movement is unwanted. */
export function animate(node, frames, milliseconds = 180) {
  if (calm() || !node.animate) return null;
  return node.animate(frames, { duration: milliseconds, easing: "cubic-bezier(.2,.7,.3,1)" });
}
