/* Inline keyboards under messages and the reply keyboard above the composer. */

import { api } from "./api.js";
import { button, el, icon } from "./dom.js";
import { deepLink, safeUrl } from "./links.js";

const STYLES = new Set(["primary", "success", "danger"]);
const PATIENCE = 15000;

/** The rows of buttons under one message. Buttons that stay in place keep their element, and so the focus. */
export class InlineKeyboard {
  /** `context` has person, toast(text), alert(text), follow(link). */
  constructor(context) {
    this.context = context;
    this.root = el("div", { class: "keyboard", role: "group", "aria-label": "Buttons of this message" });
    this.messageId = null;
  }

  show(message) {
    const rows = message.reply_markup?.inline_keyboard ?? [];
    this.messageId = message.message_id;
    while (this.root.children.length > rows.length) this.root.lastChild.remove();
    rows.forEach((row, r) => {
      if (!this.root.children[r]) this.root.append(el("div", { class: "key-row" }));
      const line = this.root.children[r];
      while (line.children.length > row.length) line.lastChild.remove();
      row.forEach((key, c) => {
        if (!line.children[c]) line.append(this.#key());
        this.#fill(line.children[c], key);
      });
    });
    this.root.hidden = rows.length === 0;
  }

  keys() {
    return [...this.root.querySelectorAll("button.key")];
  }

  #key() {
    const node = button({ class: "key" }, el("span", { class: "label" }));
    node.addEventListener("click", () => this.press(node));
    return node;
  }

  #fill(node, key) {
    const signature = JSON.stringify(key);
    if (node.signature === signature) return;
    node.signature = signature;
    node.key = key;
    node.firstChild.textContent = key.text;
    node.className = "key";
    if (STYLES.has(key.style)) node.classList.add(key.style);
    node.disabled = Boolean(key.disabled);
    node.removeAttribute("aria-busy");
    node.querySelector(".icon")?.remove();
    const sign = key.url || key.web_app || key.login_url ? (deepLink(key.url ?? "") ? "link" : "out") : key.copy_text ? "copy" : null;
    if (sign) node.append(icon(sign, 13));
  }

  press(node) {
    const key = node.key;
    if (key.callback_data !== undefined) this.#tap(node, key);
    else if (key.url || key.login_url) this.#open(key.url ?? key.login_url.url);
    else if (key.copy_text) {
      navigator.clipboard?.writeText(key.copy_text.text);
      this.context.toast("Copied to the clipboard");
    } else if (key.switch_inline_query_current_chat !== undefined) this.context.type(key.switch_inline_query_current_chat);
    else this.context.toast("This page does not do what this button asks for");
  }

  #open(address) {
    const deep = deepLink(address);
    if (deep) { this.context.follow(deep); return; }
    const url = safeUrl(address);
    if (url) window.open(url.href, "_blank", "noopener,noreferrer");
  }

  async #tap(node, key) {
    if (node.getAttribute("aria-busy") === "true") return;
    const signature = node.signature;
    node.setAttribute("aria-busy", "true");
    try {
      const { callback_query_id } = await api.tap(this.context.person, this.messageId, key.callback_data);
      const answer = await this.context.answers.wait(callback_query_id, PATIENCE);
      if (answer?.text && answer.show_alert) this.context.alert(answer.text);
      else if (answer?.text) this.context.toast(answer.text);
      if (answer?.url) this.#open(answer.url);
    } catch (error) {
      this.context.toast(error.message, "error");
    } finally {
      if (node.signature === signature) node.removeAttribute("aria-busy");
    }
  }
}

/** Answers to taps, whichever comes first: the tap's own reply with its id, or the event with the answer. */
export class Answers {
  #waiting = new Map();
  #early = new Map();
  #taken = new Set();

  wait(id, milliseconds) {
    this.#taken.add(id);
    if (this.#early.has(id)) return Promise.resolve(this.#early.get(id));
    return new Promise((resolve) => {
      const timer = setTimeout(() => { this.#waiting.delete(id); resolve(null); }, milliseconds);
      this.#waiting.set(id, (answer) => { clearTimeout(timer); resolve(answer); });
    });
  }

  /** Returns false when nobody in this page waits for it. */
  came(id, answer) {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (resolve) { resolve(answer); return true; }
    this.#early.set(id, answer);
    setTimeout(() => this.#early.delete(id), PATIENCE);
    return false;
  }

  /** Whether somebody in this page waits, or has waited, for this answer. */
  taken(id) {
    return this.#taken.has(id);
  }
}

/** The keyboard of a ReplyKeyboardMarkup: each button says its own text. */
export function replyKeyboard(markup, say) {
  return markup.keyboard.map((row) => el("div", { class: "key-row" }, row.map((key) => {
    const text = typeof key === "string" ? key : key.text;
    const style = STYLES.has(key.style) ? ` ${key.style}` : "";
    return button({ class: `key${style}`, on: { click: () => say(text) } }, el("span", { class: "label", text }));
  })));
}
