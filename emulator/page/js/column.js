/* One person's phone: header, messages, composer. Follows the chat, keeps the scroll, hears the keyboard. */

import { api } from "./api.js";
import { Composer } from "./composer.js";
import { confirmDialog, linkDialog, showAlert } from "./dialogs.js";
import { animate, button, calm, el, icon } from "./dom.js";
import { fullName, hue, initials, plural } from "./format.js";
import { Answers } from "./keyboard.js";
import { openLightbox } from "./lightbox.js";
import { deepLink } from "./links.js";
import { MessageList } from "./list.js";
import { showMenu } from "./menu.js";
import { Chat, state } from "./state.js";
import { toast } from "./toasts.js";

const NEAR = 60;          // pixels from the end that still count as being there
const LONG_PRESS = 450;   // milliseconds
const DOING = {
  typing: "typing…", upload_photo: "sending a photo…", upload_document: "sending a file…", upload_video: "sending a video…",
  record_voice: "recording…", upload_voice: "sending a voice message…", choose_sticker: "choosing a sticker…", find_location: "finding a place…",
};

export class Column {
  /** `app` has follow(link, person), close(person), neighbour(person, step). */
  constructor(person, app) {
    this.person = person;
    this.app = app;
    this.chat = new Chat();
    this.answers = new Answers();
    this.stick = true;
    this.fresh = 0;
    this.lastTop = 0;
    this.#build();
    this.refreshPerson();
  }

  personName() { return fullName(state.people.get(this.person) ?? { id: this.person }); }
  botName() { return state.bot?.first_name ?? "Bot"; }

  #build() {
    this.root = el("section", { class: "phone", data: { person: this.person }, style: { "--hue": hue(this.person) } });
    this.avatar = el("span", { class: "avatar small", "aria-hidden": "true" });
    this.ownerName = el("strong");
    this.ownerNote = el("span", { class: "owner-note" });
    const close = button({ class: "icon-button", label: "Close this chat", on: { click: () => this.app.close(this.person) } }, icon("close", 16));
    this.status = el("p", { class: "status", role: "status" });
    this.title = el("h2");
    this.face = el("span", { class: "avatar", "aria-hidden": "true" });
    this.more = button({ class: "icon-button", label: "Chat menu", "aria-haspopup": "menu", "aria-expanded": "false", on: { click: () => this.#menu() } }, icon("more"));
    this.list = new MessageList(this.#context());
    this.uploads = el("div", { class: "uploads" });
    this.scroller = el("div", { class: "scroller", tabindex: 0, role: "log", "aria-live": "polite", "aria-relevant": "additions text", "aria-busy": "true" },
      el("div", { class: "spring" }), this.list.root, this.uploads);
    this.pill = button({ class: "pill", hidden: true, on: { click: () => { this.toEnd({ smooth: true }); this.focus(); } } }, el("span"), icon("down", 18));
    this.toasts = el("div", { class: "toasts", role: "status", "aria-live": "polite" });
    this.empty = el("div", { class: "empty", hidden: true });
    this.composer = new Composer(this);
    this.root.append(
      el("header", { class: "owner" }, this.avatar, this.ownerName, this.ownerNote, close),
      el("header", { class: "bar" }, this.face, el("div", { class: "bar-text" }, this.title, this.status), this.more),
      el("div", { class: "pane" }, this.scroller, this.empty, this.pill, this.toasts),
      this.composer.root,
      el("div", { class: "drop", "aria-hidden": "true" }, icon("attach", 34), el("span", { text: "Drop to send" })),
    );
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const follow = new ResizeObserver(() => { if (this.stick) this.toEnd(); });
    follow.observe(this.list.root);
    follow.observe(this.scroller);
    follow.observe(this.uploads);
    this.root.addEventListener("keydown", (e) => this.key(e));
    this.#rowMenus();
  }

  #context() {
    return {
      person: this.person,
      botName: () => this.botName(),
      personName: () => this.personName(),
      answers: this.answers,
      say: (text) => { this.composer.say(text); this.toEnd(); },
      follow: (link) => this.app.follow(link, this.person),
      photo: (message) => openLightbox(this.chat.messages.filter((m) => m.photo), message.message_id),
      menu: (message, anchor) => this.#messageMenu(message, anchor),
      jump: (id) => this.#jump(id),
      toast: (text, kind) => this.toast(text, kind),
      alert: (text) => showAlert(`${this.botName()} to ${this.personName()}`, text),
      type: (text) => this.composer.type(text),
    };
  }

  /* What the server says */

  /** Fetches the whole chat; returns the number of the last event it holds. */
  load() {
    this.loading ??= this.#load().finally(() => { this.loading = null; this.early = null; });
    return this.loading;
  }

  async #load() {
    this.early = []; // events that come while the answer is on its way, and may not be in it
    const answer = await api.chat(this.person);
    const first = !this.chat.loaded;
    this.chat.replace(answer.messages);
    this.chat.commands = answer.commands ?? [];
    this.chat.event = answer.event ?? 0;
    this.chat.loaded = true;
    this.#showAction(currentAction(answer.actions));
    this.draw({ quiet: first });
    if (first) {
      this.toEnd();
      this.scroller.setAttribute("aria-busy", "false");
      const forced = this.chat.forcedReply();
      if (forced) this.composer.force(forced, { focus: false });
    }
    const { early } = this;
    this.early = null;
    for (const event of early ?? []) if (event.n > answer.event) this.apply(event);
    return answer.event ?? 0;
  }

  async loadCommands() {
    this.chat.commands = (await api.chat(this.person, this.chat.event)).commands ?? [];
    this.composer.sync(this.chat, state.people.get(this.person));
  }

  /** Takes one event about this chat. */
  apply(event) {
    if (this.early) { this.early.push(event); return; }
    if (!this.chat.loaded) return;
    this.chat.event = Math.max(this.chat.event, event.n ?? 0);
    if (event.message) {
      this.chat.merge([event.message]);
      if (event.kind === "message" && event.message.from_bot) this.#showAction(null);
      this.#soon(event);
    } else if (event.kind === "action") this.#showAction(event.action);
    else if (event.kind === "answer") this.#answer(event);
  }

  #soon(event) {
    this.arrived ??= [];
    if (event.kind === "message") this.arrived.push(event.message);
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      const arrived = this.arrived;
      this.arrived = [];
      this.draw();
      const forced = this.chat.forcedReply();
      if (forced && arrived.some((m) => m.message_id === forced.message_id)) {
        this.composer.force(forced, { focus: this.root.contains(document.activeElement) || this.app.only(this.person) });
      }
    });
  }

  #answer(event) {
    const answer = event.answer ?? event;
    const mine = this.answers.came(event.callback_query_id, answer);
    if (!mine && answer.text) {
      // A tap's own request may still be on its way back here; give it a moment before calling the answer somebody else's.
      setTimeout(() => { if (!this.answers.taken(event.callback_query_id)) this.toast(answer.text); }, 400);
    }
  }

  draw({ quiet = false } = {}) {
    const { added } = this.list.sync(this.chat.messages);
    this.refreshPerson();
    const own = added.some((view) => !view.head.from_bot);
    if (own) this.stick = true;
    if (this.stick) this.toEnd();
    else if (!quiet) this.#fresh(this.fresh + added.filter((view) => view.head.from_bot).length);
    if (!quiet && added.length < 20) for (const view of added) animate(view.root, [{ opacity: 0, transform: "translateY(12px)" }, { opacity: 1, transform: "none" }], 200);
  }

  refreshPerson() {
    const who = state.people.get(this.person) ?? { id: this.person };
    const name = fullName(who);
    this.root.setAttribute("aria-label", `${name}'s phone`);
    this.scroller.setAttribute("aria-label", `Messages of ${name} and ${this.botName()}`);
    this.avatar.textContent = initials(who);
    this.ownerName.textContent = name;
    this.ownerNote.textContent = [who.username && `@${who.username}`, who.language_code].filter(Boolean).join(" · ");
    this.root.classList.toggle("blocked", Boolean(who.blocked));
    this.title.textContent = this.botName();
    this.face.textContent = initials({ first_name: this.botName() });
    this.empty.hidden = !(this.chat.loaded && this.chat.messages.length === 0);
    if (!this.empty.hidden) this.empty.replaceChildren(el("p", { text: "Nothing here yet" }), el("p", { class: "dim", text: `Press START to begin a chat with ${this.botName()}, or follow a link from the menu.` }));
    this.composer.sync(this.chat, who);
    if (!this.doing) this.#showAction(null);
  }

  #showAction(action) {
    clearTimeout(this.doing);
    this.doing = 0;
    const who = state.people.get(this.person);
    this.status.classList.toggle("doing", Boolean(action));
    const text = action ? DOING[action] ?? `${action.replaceAll("_", " ")}…` : who?.blocked ? "blocked" : "bot";
    if (this.status.textContent !== text) this.status.textContent = text;
    if (action) this.doing = setTimeout(() => this.#showAction(null), 5000);
  }

  /* Scrolling */

  toEnd({ smooth = false } = {}) {
    this.stick = true;
    this.#fresh(0);
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !calm() ? "smooth" : "instant" });
    this.lastTop = this.scroller.scrollTop;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const distance = scrollHeight - scrollTop - clientHeight;
    if (distance < NEAR) { this.stick = true; this.#fresh(0); }
    else if (scrollTop < this.lastTop - 1) this.stick = false;
    this.lastTop = scrollTop;
    this.pill.hidden = this.stick || distance < NEAR * 3;
  }

  #fresh(count) {
    this.fresh = count;
    const text = count ? plural(count, "new message") : "";
    this.pill.firstChild.textContent = text;
    this.pill.setAttribute("aria-label", text || "To the newest message");
    if (count) this.pill.hidden = false;
    else if (this.stick) this.pill.hidden = true;
  }

  #jump(id) {
    const view = this.list.byMessage.get(id);
    if (!view) { this.toast("That message is no longer here"); return; }
    this.stick = false;
    view.root.scrollIntoView({ block: "center", behavior: calm() ? "instant" : "smooth" });
    view.root.focus({ preventScroll: true });
    view.root.classList.remove("flash");
    void view.root.offsetWidth;
    view.root.classList.add("flash");
  }

  /* Menus */

  #menu() {
    const who = state.people.get(this.person);
    const act = (verb) => api.act(this.person, verb).catch((error) => this.toast(error.message, "error"));
    showMenu(this.more, [
      { label: "Start again", hint: "Sends /start", icon: "send", act: () => api.start(this.person).catch((error) => this.toast(error.message, "error")) },
      { label: "Follow a link…", hint: "With a start code", icon: "link", act: () => this.#followText() },
      "line",
      who?.blocked ? { label: "Unblock the bot", icon: "check", act: () => act("unblock") } : { label: "Block the bot", icon: "block", danger: true, act: () => act("block") },
      { label: "Delete this account", hint: "Deactivates the person", icon: "trash", danger: true, act: async () => {
        if (await confirmDialog(`Delete the account of ${this.personName()}?`, "The bot will get “user is deactivated”. This cannot be undone.", "Delete")) act("deactivate");
      } },
    ], { label: "Chat menu", within: this.root });
  }

  async #followText() {
    const text = await linkDialog();
    if (text === null) return;
    const payload = deepLink(text)?.payload ?? text.replace(/^.*[?&]start=/, "");
    try { await api.start(this.person, payload); } catch (error) { this.toast(error.message, "error"); }
  }

  #messageMenu(message, anchor) {
    const text = message.text ?? message.caption;
    showMenu(anchor, [
      { label: "Reply", icon: "reply", act: () => this.composer.reply(message) },
      text && !message.has_protected_content && { label: "Copy text", icon: "copy", act: async () => {
        await navigator.clipboard?.writeText(text);
        this.toast("Copied to the clipboard");
      } },
      !message.from_bot && text && { label: "Edit", icon: "edit", act: () => this.composer.edit(message) },
      { title: `Message ${message.message_id}` },
    ], { label: "Message menu", within: this.root });
  }

  #messageAt(target) {
    const row = target.closest?.(".row");
    if (!row) return null;
    const id = target.closest("[data-message]")?.dataset.message;
    return (id && this.chat.byId.get(Number(id))) ?? [...this.list.views.values()].find((view) => view.root === row)?.head ?? null;
  }

  #rowMenus() {
    const box = this.list.root;
    let timer = 0;
    let from = null;
    box.addEventListener("contextmenu", (e) => {
      const message = this.#messageAt(e.target);
      if (!message || String(getSelection()) || e.target.closest("a")) return;
      e.preventDefault();
      const at = e.clientX || e.clientY ? { x: e.clientX, y: e.clientY } : e.target.closest(".row").querySelector(".bubble");
      this.#messageMenu(message, at);
    });
    box.addEventListener("pointerdown", (e) => {
      if (e.pointerType === "mouse" || e.target.closest(".keyboard")) return;
      from = { x: e.clientX, y: e.clientY };
      timer = setTimeout(() => {
        const message = this.#messageAt(e.target);
        if (!message) return;
        this.#messageMenu(message, from);
        const swallow = (click) => { click.preventDefault(); click.stopPropagation(); }; // the finger goes up over a link or photo
        box.addEventListener("click", swallow, { capture: true, once: true });
        setTimeout(() => box.removeEventListener("click", swallow, { capture: true }), 700);
      }, LONG_PRESS);
    });
    const cancel = (e) => { if (e.type !== "pointermove" || (from && Math.hypot(e.clientX - from.x, e.clientY - from.y) > 10)) clearTimeout(timer); };
    for (const type of ["pointerup", "pointercancel", "pointermove"]) box.addEventListener(type, cancel);
  }

  /* Keyboard */

  focus() { this.scroller.focus({ preventScroll: true }); }

  /** A key pressed somewhere in this column (or on the page while this was the last column used). */
  key(e) {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    const { target } = e;
    if (target.matches?.("textarea, input, select")) return;
    if (/^[1-9]$/.test(e.key) && this.composer.empty && !this.composer.mode) {
      const key = this.list.key(Number(e.key));
      if (key) { e.preventDefault(); key.focus({ preventScroll: true }); key.click(); return; }
    }
    const row = target.closest?.(".row");
    if (e.key === "ArrowUp" || e.key === "ArrowDown") {
      if (target !== this.scroller && target !== row) return;
      if (this.list.step(e.key === "ArrowUp" ? -1 : 1)) e.preventDefault();
    } else if (e.key === "ArrowLeft" || e.key === "ArrowRight") {
      if (target === this.scroller || target === row || target === document.body) this.app.neighbour(this.person, e.key === "ArrowLeft" ? -1 : 1);
    } else if (e.key === "Enter" && target === row && row) {
      e.preventDefault();
      this.#messageMenu(this.#messageAt(row), row.querySelector(".bubble"));
    } else if (e.key.length === 1 && e.key !== " " && e.key !== "?" && !this.composer.line.hidden) this.composer.field.focus();
  }

  /* Small services */

  toast(text, kind) { toast(this.toasts, text, kind); }

  takeReply() { return this.composer.takeReply(); }

  /** A line that shows how far an upload is. */
  uploading(name) {
    const bar = el("progress", { max: 1, value: 0, "aria-label": `Sending ${name}` });
    const row = el("div", { class: "upload" }, el("span", { class: "name", text: name }), bar);
    this.uploads.append(row);
    this.toEnd();
    return { progress: (part) => { bar.value = part; }, done: () => row.remove() };
  }
}

/** `actions` of the chat: a name, a list of names, or objects with `action`. */
function currentAction(actions) {
  const one = Array.isArray(actions) ? actions.at(-1) : actions;
  return typeof one === "string" ? one : one?.action ?? null;
}

