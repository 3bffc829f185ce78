/* Sending files: the attach menu, the dialog that shows what will be sent, samples, drop and paste. */

import { api } from "./api.js";
import { button, el, icon } from "./dom.js";
import { showDialog } from "./dialogs.js";
import { size } from "./format.js";
import { showMenu } from "./menu.js";
import { state } from "./state.js";

const ALBUM = 10;
const CAPTION = 1024;
const PICTURES = /^image\/(jpeg|png|webp|gif|bmp)$/;

export class Attach {
  /** `column` has person, root, toast(text, kind), uploading(name) → {progress, done}, takeReply(). */
  constructor(column) {
    this.column = column;
    const pick = (kind, accept) => el("input", {
      type: "file", class: "hidden-file", multiple: true, accept, tabindex: -1, "aria-hidden": "true", data: { pick: kind },
      on: { change: (e) => { const files = [...e.target.files]; e.target.value = ""; this.offer(files, kind); } },
    });
    this.photos = pick("photos", "image/*");
    this.files = pick("files");
    this.button = button({ class: "icon-button", label: "Attach", "aria-haspopup": "menu", "aria-expanded": "false", on: { click: () => this.menu() } }, icon("attach"));
    this.inputs = [this.photos, this.files];
    this.#dropping(column.root);
  }

  menu() {
    const samples = state.samples.filter((s) => (s.person ?? s.person_id ?? null) === null || Number(s.person ?? s.person_id) === this.column.person);
    showMenu(this.button, [
      { label: "Photos", hint: "Several become one album", icon: "photo", act: () => this.photos.click() },
      { label: "File", hint: "Up to 50 MB", icon: "file", act: () => this.files.click() },
      samples.length > 0 && "line",
      samples.length > 0 && { title: "Samples" },
      ...samples.map((s) => ({ label: s.name, hint: [size(s.size ?? s.file_size), firstLine(s.caption)].filter(Boolean).join(" · "), icon: "box", act: () => this.sample(s) })),
      "line",
      { label: "Sticker", hint: "For a test", icon: "sticker", act: () => this.#quiet(api.act(this.column.person, "sticker")) },
      { label: "Voice message", hint: "For a test", icon: "voice", act: () => this.#quiet(api.act(this.column.person, "voice")) },
    ], { label: "Attach", within: this.column.root });
  }

  async sample(sample) {
    const ok = await showDialog({
      title: "Send this sample?", kind: "send",
      content: [
        el("ul", { class: "outgoing" }, fileItem({ name: sample.name, size: sample.size ?? sample.file_size })),
        sample.caption ? el("div", { class: "caption-preview" }, el("span", { class: "field-name", text: "Caption" }), el("pre", { text: sample.caption })) : el("p", { class: "dim", text: "Without a caption." }),
      ],
      buttons: [{ text: "Cancel", value: false }, { text: "Send", value: true }],
    });
    if (ok) await this.#quiet(api.sample(this.column.person, sample.name));
  }

  /** Shows the files with a field for the caption, then sends them. Captions are often several lines: Enter does not send. */
  async offer(files, kind = null) {
    if (!files.length) return;
    const pictures = files.every((file) => PICTURES.test(file.type));
    const chosen = [...files];
    const asPhotos = el("input", { type: "checkbox", checked: pictures && kind !== "files" });
    const caption = el("textarea", { name: "caption", rows: 2, "aria-label": "Caption", placeholder: "Caption", autofocus: true });
    const count = el("span", { class: "dim count" });
    const list = el("ul", { class: "outgoing" });
    const urls = chosen.map((file) => (PICTURES.test(file.type) ? URL.createObjectURL(file) : null));
    const title = () => (chosen.length === 1 ? (asPhotos.checked ? "Send photo" : "Send file") : `Send ${chosen.length} ${asPhotos.checked ? "photos" : "files"}`);
    const draw = () => {
      const heading = list.closest("dialog")?.querySelector("h2");
      if (heading) heading.textContent = title();
      list.classList.toggle("grid", asPhotos.checked);
      list.replaceChildren(...chosen.map((file, i) => fileItem(file, urls[files.indexOf(file)], chosen.length > 1 && (() => { chosen.splice(i, 1); draw(); caption.focus(); }))));
    };
    caption.addEventListener("input", () => {
      count.textContent = caption.value.length > CAPTION - 200 ? `${CAPTION - caption.value.length}` : "";
      count.classList.toggle("over", caption.value.length > CAPTION);
      grow(caption, 220);
    });
    asPhotos.addEventListener("change", draw);
    draw();
    const ok = await showDialog({
      title: title(), kind: "send",
      content: [list,
        pictures && el("label", { class: "check" }, asPhotos, el("span", { text: chosen.length > 1 ? "As photos, in one album" : "As a photo" })),
        el("label", { class: "caption-field" }, caption, count),
        el("p", { class: "dim small", text: "Enter makes a new line, Ctrl + Enter sends" })],
      buttons: [{ text: "Cancel", value: false }, { text: "Send", value: true }],
      onOpen: (dialog) => caption.addEventListener("keydown", (e) => {
        if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); dialog.finish(true); }
      }),
    });
    urls.forEach((url) => url && URL.revokeObjectURL(url));
    if (ok) await this.#send(chosen, asPhotos.checked, caption.value.trim());
  }

  async #send(files, asPhotos, caption) {
    const { person } = this.column;
    const reply = this.column.takeReply();
    const batches = [];
    if (asPhotos) for (let i = 0; i < files.length; i += ALBUM) batches.push(files.slice(i, i + ALBUM));
    else batches.push(...files.map((file) => [file]));
    for (const [i, batch] of batches.entries()) {
      const upload = this.column.uploading(batch.length === 1 ? batch[0].name : `${batch.length} photos`);
      const options = i === 0 ? { caption, reply } : {};
      const request = asPhotos ? api.photos(person, batch, options, upload.progress) : api.document(person, batch[0], options, upload.progress);
      try { await request; } catch (error) { this.column.toast(error.message, "error"); } finally { upload.done(); }
    }
  }

  async #quiet(promise) {
    try { await promise; } catch (error) { this.column.toast(error.message, "error"); }
  }

  #dropping(root) {
    let depth = 0;
    const withFiles = (e) => [...(e.dataTransfer?.types ?? [])].includes("Files");
    const over = (on) => root.classList.toggle("dropping", on);
    root.addEventListener("dragenter", (e) => { if (withFiles(e)) { depth += 1; over(true); e.preventDefault(); } });
    root.addEventListener("dragover", (e) => { if (withFiles(e)) e.preventDefault(); });
    root.addEventListener("dragleave", (e) => { if (withFiles(e)) { depth -= 1; if (depth <= 0) { depth = 0; over(false); } } });
    root.addEventListener("drop", (e) => {
      if (!withFiles(e)) return;
      e.preventDefault();
      depth = 0;
      over(false);
      this.offer([...e.dataTransfer.files]);
    });
    root.addEventListener("paste", (e) => {
      const files = [...(e.clipboardData?.files ?? [])];
      if (files.length) { e.preventDefault(); this.offer(files); }
    });
  }
}

function fileItem(file, url = null, remove = null) {
  const ending = file.name.includes(".") ? file.name.split(".").at(-1).slice(0, 4).toUpperCase() : "";
  return el("li", {},
    url ? el("img", { src: url, alt: file.name }) : el("span", { class: "badge", "aria-hidden": "true" }, ending || icon("file")),
    el("span", { class: "about" }, el("span", { class: "name", text: file.name }), el("span", { class: "size", text: size(file.size) })),
    remove && button({ class: "icon-button", label: `Remove ${file.name}`, on: { click: remove } }, icon("close", 16)));
}

const firstLine = (text) => (text ?? "").split("\n")[0].slice(0, 40);

/** Lets a textarea be as high as its text, up to `limit` pixels. */
export function grow(area, limit) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, limit)}px`;
}
