/* What the page knows: the bot, the people, each open chat. Plain data and a few verbs; views listen for changes. */

export const state = {
  bots: [],
  bot: null,
  people: new Map(),      // id → person
  samples: [],
  chats: new Map(),       // id → Chat, only of people who were shown
  shown: [],              // ids of the columns, left to right
  unread: new Map(),      // id → messages of the bot since the column was closed
  drafts: new Map(),      // id → what is typed and not sent
};

const listeners = new Map();

/** Calls `handler` for each change of that type; returns how to stop. */
export function on(type, handler) {
  if (!listeners.has(type)) listeners.set(type, new Set());
  listeners.get(type).add(handler);
  return () => listeners.get(type).delete(handler);
}

export function emit(type, ...details) {
  for (const handler of listeners.get(type) ?? []) handler(...details);
}

export function setServerState({ bots, people, samples }) {
  state.bots = bots;
  state.bot = bots.find((bot) => bot.id === state.bot?.id) ?? bots[0] ?? null;
  state.people = new Map(people.map((person) => [person.id, person]));
  state.samples = samples ?? [];
  emit("people");
}

export function setPerson(person) {
  state.people.set(person.id, { ...state.people.get(person.id), ...person });
  emit("people");
}

/** One person's chat. Messages that did not change keep their object, so that views can compare by identity. */
export class Chat {
  constructor() {
    this.messages = [];      // by message_id, what the phone shows
    this.byId = new Map();
    this.commands = [];
    this.actionUntil = 0;
    this.action = null;
    this.event = 0;
    this.loaded = false;
  }

  /** Takes the server's whole chat. */
  replace(messages) {
    const old = this.byId;
    this.byId = new Map();
    for (const message of messages) {
      if (message.deleted) continue;
      this.#keep(old.get(message.message_id), message);
    }
    this.#order();
  }

  /** Takes messages that are new or changed. */
  merge(messages) {
    for (const message of messages) {
      if (message.deleted) this.byId.delete(message.message_id);
      else this.#keep(this.byId.get(message.message_id), message);
    }
    this.#order();
  }

  #keep(known, message) {
    const same = known && JSON.stringify(known) === JSON.stringify(message);
    this.byId.set(message.message_id, same ? known : message);
  }

  #order() {
    this.messages = [...this.byId.values()].sort((a, b) => a.message_id - b.message_id);
  }

  /** The reply keyboard that the phone shows now, or null. */
  replyKeyboard() {
    const last = this.messages.findLast((m) => m.keyboard?.keyboard || m.keyboard?.remove_keyboard);
    return last?.keyboard.keyboard ? last.keyboard : null;
  }

  /** The message that forces a reply, while it is the last one. */
  forcedReply() {
    const last = this.messages.at(-1);
    return last?.keyboard?.force_reply ? last : null;
  }
}

