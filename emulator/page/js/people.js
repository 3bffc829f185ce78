/* The people at the top of the page: who is shown, who has something new, and "New person". */

import { button, el, icon } from "./dom.js";
import { fullName, hue, initials, plural } from "./format.js";
import { showMenu } from "./menu.js";
import { state } from "./state.js";

const CHIPS = 40;

/** Draws the chips into `nav`. `app` has toggle(person), add(), chooseBot(id). */
export function drawPeople(nav, app) {
  const focused = document.activeElement?.closest?.(".chip")?.dataset.chip;
  const people = [...state.people.values()];
  const head = people.filter((p, i) => i < CHIPS || state.shown.includes(p.id));
  const rest = people.filter((p) => !head.includes(p));
  nav.replaceChildren(
    ...(state.bots.length > 1 ? [botChoice(app)] : []),
    ...head.map((person) => chip(person, app)),
    ...(rest.length ? [more(rest, app)] : []),
    button({ class: "chip add", data: { chip: "add" }, "aria-label": "New person", title: "New person", on: { click: () => app.add() } }, icon("plus", 18), el("span", { class: "chip-name", text: "New person" })),
  );
  if (focused) nav.querySelector(`[data-chip="${focused}"]`)?.focus();
}

function chip(person, app) {
  const shown = state.shown.includes(person.id);
  const unread = state.unread.get(person.id) ?? 0;
  const name = fullName(person);
  return button({
    class: `chip${person.blocked ? " blocked" : ""}`, "aria-pressed": String(shown), data: { chip: person.id },
    "aria-label": unread ? `${name}, ${plural(unread, "new message")}` : name, style: { "--hue": hue(person.id) },
    title: [person.username && `@${person.username}`, person.language_code, person.blocked && "blocked the bot"].filter(Boolean).join(" · ") || name,
    on: { click: () => app.toggle(person.id) },
  },
  el("span", { class: "avatar small", "aria-hidden": "true", text: initials(person) }),
  el("span", { class: "chip-name", text: name }),
  unread > 0 && el("span", { class: "dot", "aria-hidden": "true" }));
}

function more(people, app) {
  const node = button({
    class: "chip", text: `${people.length} more`, "aria-haspopup": "menu", "aria-expanded": "false",
    on: { click: () => showMenu(node, people.slice(0, 300).map((p) => ({ label: fullName(p), hint: String(p.id), act: () => app.toggle(p.id) })), { label: "More people" }) },
  });
  return node;
}

function botChoice(app) {
  const node = el("select", { class: "bots", "aria-label": "Bot", on: { change: () => app.chooseBot(Number(node.value)) } },
    state.bots.map((bot) => el("option", { value: bot.id, text: bot.first_name })));
  node.value = String(state.bot?.id);
  return node;
}
