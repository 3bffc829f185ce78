/* The foot of a column: the message field, its modes (reply, edit), commands, files; START and Unblock when due. */

import { api } from "./api.js";
import { Attach, grow } from "./attach.js";
import { CommandList } from "./commands.js";
import { button, el, icon } from "./dom.js";
import { summary } from "./format.js";
import { replyKeyboard } from "./keyboard.js";
import { state } from "./state.js";

const HIGHEST = 168;

export class Composer {
  /** `column` is the Column this belongs to. */
  constructor(column) {
    this.column = column;
    this.mode = null; // {kind: "reply" | "edit", message}
    this.keyboardKey = null;
    this.field = el("textarea", { class: "message-field", rows: 1, placeholder: "Message", "aria-label": `Message as ${column.personName()}`, enterkeyhint: "send", autocapitalize: "sentences" });
    this.commands = new CommandList(`commands-${column.person}`, this.field, (name) => this.#command(name));
    this.attach = new Attach(column);
    this.slash = button({ class: "icon-button slash", label: "Commands", "aria-haspopup": "listbox", text: "/", on: { click: () => this.#slash() } });
    this.toggle = button({ class: "icon-button", label: "Bot's keyboard", "aria-pressed": "true", hidden: true, on: { click: () => this.#toggleKeys() } }, icon("keyboard"));
    this.send = button({ class: "icon-button send-button", label: "Send", on: { click: () => this.submit() } }, icon("send"));
    this.modeBar = el("div", { class: "mode", hidden: true });
    this.keys = el("div", { class: "reply-keyboard", role: "group", "aria-label": "Bot's keyboard", hidden: true });
    this.line = el("div", { class: "line" }, this.slash, this.attach.button, ...this.attach.inputs, this.field, this.toggle, this.send);
    this.start = button({ class: "big", text: "START", on: { click: () => this.#begin(api.start(column.person)) } });
    this.unblock = button({ class: "big", text: "UNBLOCK", on: { click: () => this.#begin(api.act(column.person, "unblock")) } });
    this.gone = el("p", { class: "gone", text: "This account was deleted" });
    this.root = el("footer", { class: "composer" }, this.commands.root, this.modeBar, this.line, this.keys, this.start, this.unblock, this.gone);
    this.field.value = state.drafts.get(column.person) ?? "";
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (e) => this.#key(e));
    this.field.addEventListener("blur", () => this.commands.hide());
    this.#typed({ quiet: true });
  }

  get empty() { return this.field.value === "" && this.mode?.kind !== "edit"; }

  /** Shows what the chat asks for: START, Unblock, the reply keyboard. */
  sync(chat, person) {
    const gone = Boolean(person?.deactivated);
    const blocked = Boolean(person?.blocked);
    const fresh = chat.loaded && chat.messages.length === 0;
    this.gone.hidden = !gone;
    this.unblock.hidden = gone || !blocked;
    this.start.hidden = gone || blocked || !fresh;
    this.line.hidden = gone || blocked || fresh;
    this.commands.set(chat.commands);
    this.slash.hidden = chat.commands.length === 0;
    const markup = gone || blocked ? null : chat.replyKeyboard();
    const key = JSON.stringify(markup);
    if (key !== this.keyboardKey) {
      this.keyboardKey = key;
      this.keys.replaceChildren(...(markup ? replyKeyboard(markup, (text) => this.say(text, { oneTime: markup.one_time_keyboard })) : []));
      this.keys.hidden = !markup;
      this.toggle.hidden = !markup;
      this.toggle.setAttribute("aria-pressed", String(Boolean(markup)));
    }
    const forced = chat.forcedReply();
    this.field.placeholder = forced?.keyboard.input_field_placeholder ?? markup?.input_field_placeholder ?? "Message";
    if (this.mode && !chat.byId.has(this.mode.message.message_id)) this.leave();
  }

  /** Enters the reply mode because the bot asked for a reply. */
  force(message, { focus }) {
    if (this.mode?.kind === "edit") return;
    this.reply(message, { focus });
  }

  reply(message, { focus = true } = {}) {
    this.#enter({ kind: "reply", message }, "reply", `Reply to ${message.from_bot ? this.column.botName() : "yourself"}`, focus);
  }

  edit(message) {
    this.before = this.field.value;
    this.field.value = message.text ?? message.caption ?? "";
    this.#enter({ kind: "edit", message }, "edit", "Edit message", true);
    this.#typed({ quiet: true });
  }

  leave() {
    if (!this.mode) return;
    if (this.mode.kind === "edit") { this.field.value = this.before ?? ""; this.#typed({ quiet: true }); }
    this.mode = null;
    this.modeBar.hidden = true;
    this.modeBar.replaceChildren();
  }

  /** The message to reply to, once; leaves the reply mode. */
  takeReply() {
    if (this.mode?.kind !== "reply") return undefined;
    const id = this.mode.message.message_id;
    this.leave();
    return id;
  }

  async submit() {
    const text = this.field.value.trim();
    this.commands.hide();
    if (!text) return;
    const { mode } = this;
    this.before = "";
    this.field.value = "";
    this.leave();
    this.#typed();
    try {
      if (mode?.kind === "edit") await api.edit(this.column.person, mode.message.message_id, text);
      else await api.say(this.column.person, text, mode?.message.message_id);
    } catch (error) {
      if (!this.field.value) { this.field.value = text; this.#typed({ quiet: true }); }
      this.column.toast(error.message, "error");
    }
  }

  async say(text, { oneTime = false } = {}) {
    if (oneTime) this.#toggleKeys(false);
    await this.#do(api.say(this.column.person, text, this.takeReply()));
  }

  /** Puts text into the field for the person to go on with. */
  type(text) {
    this.field.value = text;
    this.#typed();
    this.field.focus();
  }

  #enter(mode, sign, title, focus) {
    if (this.mode) this.leave();
    this.mode = mode;
    this.modeBar.replaceChildren(icon(sign, 20),
      el("div", { class: "mode-text" }, el("strong", { text: title }), el("span", { text: summary(mode.message) })),
      button({ class: "icon-button", label: mode.kind === "edit" ? "Stop editing" : "Do not reply", on: { click: () => { this.leave(); this.field.focus(); } } }, icon("close", 18)));
    this.modeBar.hidden = false;
    if (focus) this.field.focus();
  }

  #command(name) {
    this.field.value = "";
    this.#typed();
    this.say(`/${name}`);
    this.field.focus();
  }

  #slash() {
    if (this.commands.open) { this.commands.hide(); return; }
    if (!this.field.value) this.field.value = "/";
    this.#typed();
    this.field.focus();
    this.commands.filter("/");
  }

  #toggleKeys(show = this.keys.hidden) {
    this.keys.hidden = !show;
    this.toggle.setAttribute("aria-pressed", String(show));
  }

  #typed({ quiet = false } = {}) {
    const { value } = this.field;
    if (this.mode?.kind !== "edit") {
      if (value) state.drafts.set(this.column.person, value);
      else state.drafts.delete(this.column.person);
    }
    if (!quiet) this.commands.filter(value);
    this.send.classList.toggle("ready", value.trim() !== "");
    grow(this.field, HIGHEST);
    this.column.root?.classList.toggle("writing", value !== "");
  }

  #key(e) {
    if (e.isComposing) return;
    if (this.commands.key(e)) { e.preventDefault(); e.stopPropagation(); return; }
    if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); this.submit(); }
    else if (e.key === "Escape") {
      e.preventDefault();
      if (this.mode) this.leave();
      else if (this.field.value === "/") { this.field.value = ""; this.#typed(); }
      else if (!this.field.value) this.column.focus();
    } else if (e.key === "ArrowUp" && this.empty && !this.mode) {
      const last = this.column.chat.messages.findLast((m) => !m.from_bot && m.text);
      if (last) { e.preventDefault(); this.edit(last); }
    }
  }

  /** START and Unblock vanish when pressed: the focus goes on to the messages. */
  async #begin(promise) {
    this.column.focus();
    await this.#do(promise);
  }

  async #do(promise) {
    try { await promise; } catch (error) { this.column.toast(error.message, "error"); }
  }
}
