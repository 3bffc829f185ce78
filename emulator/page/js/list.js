/* The list of messages of one chat: keyed, so that an update touches only what changed. Days, groups, albums. */

import { animate, el } from "./dom.js";
import { dayKey, dayName } from "./format.js";
import { MessageView } from "./message.js";

const GROUP_SECONDS = 600;

export class MessageList {
  constructor(context) {
    this.context = context;
    this.root = el("div", { class: "list" });
    this.views = new Map();   // key → MessageView
    this.days = new Map();    // day → element
    this.byMessage = new Map(); // message_id → MessageView
    this.hinted = null;
  }

  /** Shows these messages. Returns {added, changed}: the views that are new or look different. */
  sync(messages) {
    const items = arrange(messages);
    const kept = new Set(items.map((item) => item.key));
    const added = [];
    const changed = [];
    this.byMessage.clear();
    for (const [key, view] of this.views) if (!kept.has(key)) { this.#remove(view); this.views.delete(key); }
    for (const [key, node] of this.days) if (!kept.has(key)) { node.remove(); this.days.delete(key); }
    let cursor = this.root.firstChild;
    for (const item of items) {
      const node = item.messages ? this.#message(item, added, changed) : this.#day(item);
      while (cursor?.classList.contains("leaving")) cursor = cursor.nextSibling;
      if (node === cursor) cursor = cursor.nextSibling;
      else this.root.insertBefore(node, cursor);
    }
    this.#hint(messages);
    return { added, changed };
  }

  #message(item, added, changed) {
    let view = this.views.get(item.key);
    if (view) {
      if (view.update(item.messages, item)) changed.push(view);
    } else {
      view = new MessageView(this.context);
      view.update(item.messages, item);
      this.views.set(item.key, view);
      added.push(view);
    }
    for (const message of item.messages) this.byMessage.set(message.message_id, view);
    return view.root;
  }

  #day(item) {
    if (!this.days.has(item.key)) this.days.set(item.key, el("div", { class: "day", role: "separator" }, el("span", { text: item.name })));
    return this.days.get(item.key);
  }

  #remove(view) {
    const { root } = view;
    root.classList.add("leaving");
    root.removeAttribute("data-message");
    const leave = animate(root, [{ opacity: 1, height: `${root.offsetHeight}px` }, { opacity: 0, height: 0 }], 200);
    if (leave) leave.onfinish = () => root.remove();
    else root.remove();
  }

  /** Numbers the buttons of the newest keyboard. */
  #hint(messages) {
    const last = messages.findLast((m) => m.reply_markup?.inline_keyboard?.length);
    const view = last ? this.byMessage.get(last.message_id) : null;
    if (this.hinted && this.hinted !== view) for (const key of this.hinted.keyboard.keys()) delete key.dataset.hint;
    this.hinted = view;
    view?.keyboard.keys().forEach((key, i) => { if (i < 9) key.dataset.hint = i + 1; else delete key.dataset.hint; });
  }

  /** The nth (from 1) button of the newest keyboard, or null. */
  key(n) {
    return this.hinted?.keyboard.keys()[n - 1] ?? null;
  }

  /** Moves the focus one message on; returns false at the ends. */
  step(direction) {
    const rows = [...this.root.querySelectorAll(".row:not(.leaving)")];
    const at = rows.indexOf(document.activeElement.closest?.(".row"));
    const to = at < 0 ? (direction < 0 ? rows.length - 1 : -1) : at + direction;
    if (!rows[to]) return false;
    rows[to].focus();
    rows[to].scrollIntoView({ block: "nearest" });
    return true;
  }
}

/** Messages → day separators and groups: [{key, name} | {key, messages, first, last}]. */
function arrange(messages) {
  const items = [];
  let day = null;
  for (const message of messages) {
    const key = dayKey(message.date);
    if (key !== day) {
      day = key;
      items.push({ key: `day ${key}`, name: dayName(message.date) });
    }
    const before = items.at(-1);
    if (message.media_group_id && before.group === message.media_group_id) before.messages.push(message);
    else {
      const group = message.media_group_id;
      items.push({ key: group ? `album ${group}` : `message ${message.message_id}`, group, messages: [message] });
    }
  }
  items.forEach((item, i) => {
    if (!item.messages) return;
    item.first = !together(items[i - 1], item);
    item.last = !together(item, items[i + 1]);
  });
  return items;
}

function together(a, b) {
  if (!a?.messages || !b?.messages) return false;
  return a.messages[0].from_bot === b.messages[0].from_bot && b.messages[0].date - a.messages[0].date < GROUP_SECONDS
    && !a.messages.at(-1).reply_markup?.inline_keyboard?.length;
}
