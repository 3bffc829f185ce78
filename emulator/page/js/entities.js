/* A text and its entities as nodes. Offsets count UTF-16 units, as JavaScript strings do. Only text nodes are made. */

import { button, el } from "./dom.js";
import { deepLink, findLinks, safeUrl } from "./links.js";

const LINKS = new Set(["url", "text_link", "email", "phone_number", "code", "pre"]);

/**
 * `actions.follow(link)` is called for deep links of our bots, `actions.say(text)` for commands.
 * Returns a fragment.
 */
export function renderText(text, entities = [], actions = {}) {
  const covered = entities.filter((e) => LINKS.has(e.type));
  const extra = findLinks(text)
    .filter((link) => !covered.some((e) => e.offset < link.offset + link.length && link.offset < e.offset + e.length))
    .map((link) => ({ type: "url", ...link }));
  const sorted = [...entities, ...extra]
    .filter((e) => e.length > 0 && e.offset >= 0 && e.offset < text.length)
    .map((e) => ({ ...e, end: Math.min(e.offset + e.length, text.length) }))
    .sort((a, b) => a.offset - b.offset || b.end - a.end);
  const fragment = document.createDocumentFragment();
  fill(fragment, text, 0, text.length, sorted, actions);
  return fragment;
}

/** Writes text[start:end] into `parent`; an entity that sticks out of its parent is split at the border. */
function fill(parent, text, start, end, entities, actions) {
  let at = start;
  let queue = entities;
  while (queue.length) {
    const [entity, ...rest] = queue;
    if (entity.offset > at) parent.append(text.slice(at, entity.offset));
    const inside = [];
    const after = [];
    for (const other of rest) {
      if (other.offset >= entity.end) { after.push(other); continue; }
      inside.push({ ...other, end: Math.min(other.end, entity.end) });
      if (other.end > entity.end) after.push({ ...other, offset: entity.end });
    }
    const { outer, inner } = element(entity, text.slice(entity.offset, entity.end), actions);
    fill(inner, text, entity.offset, entity.end, inside, actions);
    parent.append(outer);
    at = entity.end;
    if (isBlock(entity) && text[at] === "\n" && at < end && !after.some((e) => e.offset <= at)) at += 1;
    queue = after.sort((a, b) => a.offset - b.offset || b.end - a.end);
  }
  if (at < end) parent.append(text.slice(at, end));
}

const isBlock = (entity) => ["blockquote", "expandable_blockquote", "pre"].includes(entity.type);
const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };

function element(entity, text, actions) {
  const one = (node) => ({ outer: node, inner: node });
  if (TAGS[entity.type]) return one(el(TAGS[entity.type]));
  switch (entity.type) {
    case "spoiler": return one(spoiler());
    case "pre": return pre(entity, text);
    case "blockquote": return one(el("blockquote"));
    case "expandable_blockquote": return expandable(text);
    case "text_link": return one(link(entity.url, actions));
    case "url": return one(link(text, actions));
    case "email": return one(link(`mailto:${text}`, actions));
    case "phone_number": return one(link(`tel:${text.replace(/[^\d+]/g, "")}`, actions));
    case "bot_command":
      return one(command(() => actions.say?.(text)));
    case "mention": return one(link(`https://t.me/${text.slice(1)}`, actions));
    case "text_mention": return one(el("span", { class: "mention" }));
    case "hashtag": case "cashtag": return one(el("span", { class: "tag" }));
    default: return one(el("span"));
  }
}

/** A span: a button is a box of its own, and the line would break between a command and its comma. */
function command(act) {
  const key = (e) => {
    if (e.key !== "Enter" && e.key !== " ") return;
    e.preventDefault();
    e.stopPropagation();
    act();
  };
  return el("span", { class: "in-text", role: "button", tabindex: 0, on: { click: act, keydown: key } });
}

function link(address, actions) {
  const url = safeUrl(address);
  if (!url) return el("span");
  const deep = deepLink(address);
  if (deep) {
    return el("a", {
      href: url.href, class: "deep",
      on: { click: (e) => { e.preventDefault(); actions.follow?.(deep); } },
    });
  }
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" });
}

function spoiler() {
  const node = el("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Hidden text, press to show" });
  const show = (e) => {
    if (e.type === "keydown" && e.key !== "Enter" && e.key !== " ") return;
    if (node.classList.contains("shown")) return;
    e.preventDefault();
    e.stopPropagation();
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", show);
  node.addEventListener("keydown", show);
  return node;
}

function pre(entity, text) {
  const inner = el("code");
  const copy = button({ class: "in-text copy", text: "Copy", on: { click: async () => {
    await navigator.clipboard?.writeText(text);
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  } } });
  const head = el("span", { class: "pre-head" }, el("span", { text: entity.language ?? "" }), copy);
  return { outer: el("div", { class: "pre" }, head, el("pre", { tabindex: 0 }, inner)), inner };
}

const FOLD_LINES = 3;

function expandable(text) {
  const inner = el("div", { class: "folded" });
  const outer = el("blockquote", { class: "expandable" }, inner);
  if (text.split("\n").length <= FOLD_LINES && text.length < 130) {
    inner.className = "";
    return { outer, inner };
  }
  const toggle = button({ class: "in-text fold", text: "Show more", "aria-expanded": "false", on: { click: () => {
    const open = inner.classList.toggle("folded") === false;
    toggle.textContent = open ? "Show less" : "Show more";
    toggle.setAttribute("aria-expanded", String(open));
  } } });
  outer.append(toggle);
  return { outer, inner };
}
