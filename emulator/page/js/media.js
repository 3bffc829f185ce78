/* Photos, albums, documents, voice and stickers inside a bubble. */

import { api } from "./api.js";
import { animate, calm, el, icon } from "./dom.js";
import { duration, size } from "./format.js";

export const PHOTO_WIDTH = 340;
const PHOTO_HEIGHT = 420;
const CARD_RATIOS = [0.8, 2];
const FADE = 280; // as long as the transition in chat.css

/** The smallest stored size that is still sharp at `width` CSS pixels. */
export function pick(sizes, width) {
  const need = width * Math.min(devicePixelRatio || 1, 2);
  const sorted = [...sizes].sort((a, b) => a.width - b.width);
  return sorted.find((s) => s.width >= need) ?? sorted.at(-1);
}

export const largest = (sizes) => sizes.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));

/**
 * One photo with its place kept. `show(message, {card})` may be called again with another photo: the new one fades in
 * over the old, and the height moves gently. A card (a photo with buttons) keeps its width whatever the photo is.
 */
export class PhotoFrame {
  constructor(open) {
    this.root = el("button", { type: "button", class: "photo", on: { click: open } });
    this.file = null;
  }

  show(message, { card = false } = {}) {
    const full = largest(message.photo);
    this.root.setAttribute("aria-label", message.caption ? "Photo, enlarge" : "Photo without caption, enlarge");
    const frame = place(full, { card, narrowest: message.caption ? 240 : 120 });
    const before = this.file ? this.root.getBoundingClientRect().height : 0;
    this.root.style.setProperty("--w", `${frame.width}px`);
    this.root.style.aspectRatio = `${frame.width} / ${frame.height}`;
    if (full.file_id === this.file) return;
    const first = this.file === null;
    this.file = full.file_id;
    const after = this.root.getBoundingClientRect().height;
    if (!first && before && after && Math.abs(before - after) > 1) {
      animate(this.root, [{ height: `${before}px` }, { height: `${after}px` }], 220);
    }
    this.#swap(pick(message.photo, frame.width), first);
  }

  #swap(photo, first) {
    const old = [...this.root.children];
    const image = picture(photo, { lazy: first });
    const settle = () => setTimeout(() => old.forEach((node) => node.remove()), calm() ? 0 : FADE);
    image.addEventListener("load", settle, { once: true });
    image.addEventListener("error", settle, { once: true });
    this.root.append(image);
  }
}

function place(photo, { card, narrowest }) {
  let ratio = photo.width / photo.height || 1;
  if (card) {
    ratio = Math.min(Math.max(ratio, CARD_RATIOS[0]), CARD_RATIOS[1]);
    return { width: PHOTO_WIDTH, height: Math.round(PHOTO_WIDTH / ratio) };
  }
  const scale = Math.min(PHOTO_WIDTH / photo.width, PHOTO_HEIGHT / photo.height, 2.5);
  const width = Math.max(Math.round(photo.width * scale), narrowest);
  return { width, height: Math.max(Math.round(photo.height * scale), 80) };
}

function picture(photo, { lazy }) {
  const image = el("img", {
    alt: "", width: photo.width, height: photo.height, decoding: "async", draggable: "false",
    loading: lazy ? "lazy" : "eager", class: "arriving",
  });
  image.addEventListener("load", () => image.classList.remove("arriving"), { once: true });
  image.addEventListener("error", () => image.classList.add("broken"), { once: true });
  image.src = api.file(photo.file_id);
  return image;
}

/** Several photos of one album as a grid; each tile carries its own message id. */
export function albumGrid(messages, open) {
  const grid = el("div", { class: "album", data: { count: messages.length } });
  messages.forEach((message, i) => {
    const tile = el("button", {
      type: "button", class: "tile", data: { message: message.message_id },
      "aria-label": `Photo ${i + 1} of ${messages.length}, enlarge`, on: { click: () => open(message) },
    });
    if (message.photo) tile.append(picture(pick(message.photo, 200), { lazy: true }));
    grid.append(tile);
  });
  return grid;
}

/** A file as a row that downloads it. */
export function documentRow(file, { name, keep = true } = {}) {
  const title = file.file_name ?? name ?? "File";
  const ending = (title.includes(".") ? title.split(".").at(-1) : "").slice(0, 4).toUpperCase();
  const picture = file.thumbnail
    ? el("img", { class: "thumb", alt: "", loading: "lazy", src: api.file(file.thumbnail.file_id) })
    : el("span", { class: "badge", "aria-hidden": "true" }, ending || icon("file"));
  return el(keep ? "a" : "div", {
    class: "file", href: keep && api.file(file.file_id), download: keep && title,
    "aria-label": keep && `Download ${title}, ${size(file.file_size)}`, draggable: "false",
  },
  picture,
  el("span", { class: "about" }, el("span", { class: "name", text: title }), el("span", { class: "size", text: size(file.file_size) })),
  keep && icon("download", 20));
}

export function voiceRow(voice) {
  const bars = el("span", { class: "wave", "aria-hidden": "true" });
  for (let i = 0; i < 28; i += 1) bars.append(el("i", { style: { "--h": `${25 + ((i * 37) % 71)}%` } }));
  return el("div", { class: "voice", role: "img", "aria-label": `Voice message, ${duration(voice.duration)}` },
    el("span", { class: "badge" }, icon("voice")), bars, el("span", { class: "size", text: duration(voice.duration) }));
}

export function sticker(it) {
  const large = el("div", { class: "sticker", role: "img", "aria-label": `Sticker ${it.emoji ?? ""}`.trim() });
  const sign = () => { large.textContent = it.emoji ?? "🙂"; };
  if (it.is_animated || it.is_video) sign();
  else large.append(el("img", { alt: "", loading: "lazy", draggable: "false", src: api.file(it.file_id), on: { error: sign } }));
  return large;
}

/** What cannot be shown says what it is. */
export function otherMedia(message) {
  for (const kind of ["video", "animation", "audio", "video_note"]) {
    if (message[kind]) return documentRow(message[kind], { name: kind.replace("_", " ") });
  }
  if (message.dice) return el("div", { class: "sticker", text: `${message.dice.emoji} ${message.dice.value}` });
  for (const kind of ["location", "venue", "contact", "poll", "invoice", "game"]) {
    if (message[kind]) return el("div", { class: "unsupported", text: `A ${kind}: this page does not show it.` });
  }
  return null;
}
