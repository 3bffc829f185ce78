/* The list of the bot's commands above the composer: opens on "/", filtered while typing. */

import { el } from "./dom.js";

export class CommandList {
  /** `choose(command)` is called with the command's name, without the slash. */
  constructor(id, field, choose) {
    this.field = field;
    this.choose = choose;
    this.commands = [];
    this.at = -1;
    this.root = el("ul", { class: "commands", role: "listbox", id, "aria-label": "Commands", hidden: true });
    field.setAttribute("aria-controls", id);
    field.setAttribute("aria-autocomplete", "list");
  }

  get open() { return !this.root.hidden; }

  set(commands) {
    this.commands = commands;
    if (this.open) this.filter(this.field.value);
  }

  /** Shows the commands that begin with what is typed; hides when it is not a lone "/word". */
  filter(text) {
    const match = /^\/([a-z0-9_]*)$/i.exec(text);
    const found = match ? this.commands.filter((c) => c.command.startsWith(match[1].toLowerCase())) : [];
    this.#show(found);
  }

  hide() { this.#show([]); }

  #show(commands) {
    this.at = -1;
    this.root.hidden = commands.length === 0;
    this.field.setAttribute("aria-expanded", String(this.open));
    this.field.removeAttribute("aria-activedescendant");
    this.root.replaceChildren(...commands.map((c, i) => el("li", {
      role: "option", id: `${this.root.id}-${i}`, "aria-selected": "false", data: { command: c.command },
      on: {
        pointerdown: (e) => e.preventDefault(),
        click: () => { this.hide(); this.choose(c.command); },
      },
    }, el("span", { class: "command", text: `/${c.command}` }), el("span", { class: "description", text: c.description }))));
  }

  /** Handles a key of the field; returns true when it was meant for the list. */
  key(e) {
    if (!this.open) return false;
    const options = [...this.root.children];
    if (e.key === "ArrowDown" || e.key === "ArrowUp") this.#mark(options, e.key === "ArrowDown" ? 1 : -1);
    else if (e.key === "Escape") this.hide();
    else if (e.key === "Enter" && this.at >= 0) options[this.at].click();
    else if (e.key === "Tab" && !e.shiftKey) {
      this.field.value = `/${options[Math.max(this.at, 0)].dataset.command} `;
      this.hide();
    } else return false;
    return true;
  }

  #mark(options, step) {
    this.at = (this.at + step + options.length + (this.at < 0 && step < 0 ? 1 : 0)) % options.length;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === this.at)));
    options[this.at].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", options[this.at].id);
  }
}
