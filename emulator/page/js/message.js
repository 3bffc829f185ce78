/* One bubble: a message, or the messages of one album. Parts that did not change are left alone. */

import { animate, button, el, icon } from "./dom.js";
import { renderText } from "./entities.js";
import { moment, summary, time } from "./format.js";
import { InlineKeyboard } from "./keyboard.js";
import { albumGrid, documentRow, otherMedia, PhotoFrame, sticker, voiceRow } from "./media.js";

/** A place whose content is made anew only when its key changes. */
class Part {
  constructor(node) { this.node = node; this.key = undefined; }
  set(key, make) {
    if (key === this.key) return false;
    const first = this.key === undefined;
    this.key = key;
    this.node.replaceChildren(...[make()].flat().filter(Boolean));
    this.node.hidden = !this.node.hasChildNodes();
    return !first;
  }
}

export class MessageView {
  /** `context` has person, names, and the actions of the column: say, follow, photo, menu, jump, toast, alert, answers. */
  constructor(context) {
    this.context = context;
    this.quote = new Part(el("div", { class: "quote-place" }));
    this.media = new Part(el("div", { class: "media" }));
    this.body = new Part(el("div", { class: "body" }));
    this.keyboard = new InlineKeyboard(context);
    this.bubble = el("div", { class: "bubble" }, this.quote.node, this.media.node, this.body.node);
    const more = button({ class: "icon-button row-menu", label: "Message menu", tabindex: -1, "aria-haspopup": "menu",
      on: { click: () => context.menu(this.head, more) } }, icon("down", 16));
    this.root = el("article", { class: "row", tabindex: -1 }, el("div", { class: "stack" }, this.bubble, this.keyboard.root), more);
    this.messages = [];
    this.frame = null;
  }

  get head() { return this.messages[0]; }

  /** Shows these messages; `place` has first and last (of a group). Returns whether anything visible changed. */
  update(messages, place) {
    const same = this.messages.length === messages.length && messages.every((m, i) => m === this.messages[i]);
    this.root.classList.toggle("first", place.first);
    this.root.classList.toggle("last", place.last);
    if (same) return false;
    const known = this.messages.length > 0;
    this.messages = messages;
    const head = messages[0];
    const album = messages.length > 1;
    this.root.classList.add(head.from_bot ? "in" : "out");
    if (album) this.root.dataset.album = head.media_group_id;
    else this.root.dataset.message = head.message_id;
    if (album) delete this.root.dataset.message;
    this.root.setAttribute("aria-label", `${head.from_bot ? this.context.botName() : this.context.personName()}, ${time(head.date)}`);
    this.#quote(head);
    this.#media(messages);
    const changed = this.#body(messages);
    this.#keys(head);
    this.#classes(messages);
    if (known && changed) animate(this.body.node, [{ opacity: 0.25 }, { opacity: 1 }], 260);
    return known;
  }

  #classes(messages) {
    const head = messages[0];
    const text = messages.find((m) => m.text ?? m.caption);
    const list = this.bubble.classList;
    list.toggle("with-media", !this.media.node.hidden);
    list.toggle("with-photo", Boolean(head.photo) || messages.length > 1);
    list.toggle("with-text", Boolean(text));
    list.toggle("bare", Boolean(head.sticker || head.dice));
    list.toggle("emoji-only", isEmojiOnly(head));
    this.root.classList.toggle("with-keyboard", !this.keyboard.root.hidden);
    this.bubble.classList.toggle("caption-above", Boolean(head.show_caption_above_media));
  }

  #quote(head) {
    const to = head.reply_to_message;
    this.quote.set(to ? `${to.message_id} ${summary(to)} ${head.quote?.text ?? ""}` : "", () => to && button({
      class: "quote", "aria-label": `Reply to: ${summary(to)}`, on: { click: () => this.context.jump(to.message_id) },
    },
    el("span", { class: "quote-who", text: to.from?.is_bot ? this.context.botName() : this.context.personName() }),
    el("span", { class: "quote-text", text: head.quote?.text ?? summary(to) })));
  }

  #media(messages) {
    const head = messages[0];
    if (messages.length > 1) {
      const key = messages.map((m) => m.photo?.at(-1).file_id ?? m.document?.file_id).join(" ");
      const photos = messages.every((m) => m.photo);
      this.media.set(key, () => (photos ? albumGrid(messages, (m) => this.context.photo(m))
        : messages.map((m) => (m.document ? documentRow(m.document) : otherMedia(m)))));
      return;
    }
    if (head.photo) {
      const fresh = this.media.set("photo", () => {
        this.frame = new PhotoFrame(() => this.context.photo(this.head));
        return this.frame.root;
      });
      this.frame.show(head, { card: Boolean(head.reply_markup?.inline_keyboard?.length) || this.wasCard });
      if (fresh) animate(this.media.node, [{ opacity: 0 }, { opacity: 1 }], 240);
      return;
    }
    const what = head.document ?? head.voice ?? head.sticker;
    const keep = !head.has_protected_content;
    this.media.set(what ? what.file_id : `other ${JSON.stringify(head.dice ?? "")}`, () => {
      if (head.animation) return otherMedia(head);
      if (head.document) return documentRow(head.document, { keep });
      if (head.voice) return voiceRow(head.voice);
      if (head.sticker) return sticker(head.sticker);
      return otherMedia(head);
    });
  }

  #body(messages) {
    const head = messages[0];
    const said = messages.find((m) => m.text ?? m.caption);
    const text = said?.text ?? said?.caption ?? "";
    const entities = said?.entities ?? said?.caption_entities ?? [];
    const edited = messages.some((m) => m.edited);
    const reactions = messages.flatMap((m) => m.reactions ?? []);
    const changed = this.text !== undefined && this.text !== text;
    this.text = text;
    this.body.set(JSON.stringify([text, entities, edited, reactions, head.date]), () => {
      const meta = el("span", { class: "meta" }, edited && el("span", { class: "edited", text: "edited" }),
        el("time", { datetime: new Date(head.date * 1000).toISOString(), title: moment(head.date), text: time(head.date) }));
      const chips = reactions.length > 0 && el("span", { class: "reactions", role: "group", "aria-label": "Reactions" }, reactions.map((emoji) => {
        const shown = typeof emoji === "string" ? emoji : emoji.emoji ?? "★";
        const chip = el("span", { class: "reaction", role: "img", "aria-label": `Reaction ${shown}`, text: shown });
        animate(chip, [{ transform: "scale(.3)" }, { transform: "none" }], 240);
        return chip;
      }));
      const block = el("div", { class: "text", dir: "auto" });
      if (text) block.append(renderText(text, entities, { say: this.context.say, follow: this.context.follow }));
      if (chips) return [block, el("div", { class: "foot" }, chips, meta)];
      block.append(meta);
      return block;
    });
    return changed;
  }

  #keys(head) {
    this.keyboard.show(head);
    if (!this.keyboard.root.hidden) this.wasCard = true;
  }
}

const EMOJI = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})*){1,3}$/u;

function isEmojiOnly(message) {
  return Boolean(message.text) && !message.reply_markup && EMOJI.test(message.text.trim());
}
