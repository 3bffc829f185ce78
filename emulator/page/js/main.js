/* The page: fetches the state, opens columns, follows the events. */

import { api } from "./api.js";
import { Column } from "./column.js";
import { followDialog, helpDialog, newPersonDialog } from "./dialogs.js";
import { button, el } from "./dom.js";
import { listen } from "./events.js";
import { drawPeople } from "./people.js";
import { on, emit, setPerson, setServerState, state } from "./state.js";
import { pageToast } from "./toasts.js";

const COLUMN = 356; // pixels a column wants, with its gap
const narrow = matchMedia("(max-width: 719px)");
const phones = document.querySelector(".phones");
const chips = document.querySelector(".chips");
const line = document.querySelector(".link-state");
const columns = new Map();
let lastUsed = null;

const fits = () => (narrow.matches ? 1 : Math.max(1, Math.floor((innerWidth - 12) / COLUMN)));

/* Who is shown */

const app = {
  toggle(person) {
    if (!state.shown.includes(person)) show(person);
    else if (narrow.matches) columns.get(person)?.focus();
    else app.close(person);
  },

  close(person) {
    state.shown = state.shown.filter((id) => id !== person);
    changed();
    document.querySelector(`[data-chip="${person}"]`)?.focus();
  },

  async add() {
    const fields = await newPersonDialog();
    if (!fields) return null;
    try {
      const person = await api.addPerson(fields);
      setPerson(person);
      show(person.id);
      return person.id;
    } catch (error) {
      pageToast(error.message);
      return null;
    }
  },

  async follow(link, from) {
    let who = await followDialog(link, from);
    if (who === "new") who = await app.add();
    if (who === null) return;
    if (!state.shown.includes(who)) show(who);
    try {
      await api.start(who, link.payload);
      columns.get(who)?.toEnd();
    } catch (error) {
      pageToast(error.message);
    }
  },

  neighbour(person, step) {
    const to = state.shown[state.shown.indexOf(person) + step];
    if (to === undefined) return;
    columns.get(to)?.root.scrollIntoView({ inline: "nearest", block: "nearest" });
    columns.get(to)?.focus();
  },

  only: (person) => state.shown.length === 1 && state.shown[0] === person,

  chooseBot(id) {
    state.bot = state.bots.find((bot) => bot.id === id);
    for (const column of columns.values()) column.root.remove();
    columns.clear();
    state.unread.clear();
    changed();
  },
};

function show(person) {
  if (narrow.matches) state.shown = [person];
  else state.shown = [...state.shown, person];
  state.unread.delete(person);
  changed();
  const column = columns.get(person);
  column.root.scrollIntoView({ inline: "nearest", block: "nearest" });
  chips.querySelector(`[data-chip="${person}"]`)?.scrollIntoView({ inline: "center", block: "nearest" });
  column.focus();
}

/** Makes the columns be those of state.shown, and the address and the chips say so. */
function changed({ load = true } = {}) {
  for (const [id, column] of columns) {
    if (state.shown.includes(id)) continue;
    column.root.remove();
    columns.delete(id);
  }
  for (const id of state.shown) {
    if (columns.has(id)) continue;
    const column = new Column(id, app);
    columns.set(id, column);
    phones.append(column.root);
    if (load) column.load().catch((error) => pageToast(error.message));
  }
  history.replaceState(null, "", state.shown.length ? `#${state.shown.join(",")}` : location.pathname);
  phones.querySelector(".nobody")?.remove();
  if (!state.shown.length) phones.append(nobody());
  drawPeople(chips, app);
}

function nobody() {
  const people = state.people.size > 0;
  return el("div", { class: "nobody" },
    el("p", { text: people ? "Choose a person above to see their chat." : "Nobody is here yet. Make a person, and talk to the bot as them." }),
    !people && button({ class: "main", text: "New person", on: { click: () => app.add() } }));
}

/** The first people to show: those in the address, else as many as fit. */
function choose() {
  const wished = location.hash.slice(1).split(",").map(Number).filter((id) => state.people.has(id));
  state.shown = (wished.length ? wished : [...state.people.keys()]).slice(0, wished.length && !narrow.matches ? 12 : fits());
}

/* What happens on the server */

let started = false;
let caughtUp = 0; // events up to this number happened before the page was opened: not new

/** Brings everything up to date and returns the number of the last event that is in it. */
async function resume() {
  const server = await api.state();
  setServerState(server);
  if (started) {
    state.shown = state.shown.filter((id) => state.people.has(id));
  } else {
    started = true;
    caughtUp = server.event ?? 0;
    choose();
  }
  changed({ load: false });
  const events = await Promise.all([...columns.values()].map((column) => column.load()));
  return Math.min(server.event ?? 0, ...events);
}

let asked = 0;
function refreshPeople() {
  clearTimeout(asked);
  asked = setTimeout(async () => {
    try {
      setServerState(await api.state());
      if (!state.shown.length && state.people.size) { choose(); changed(); }
    } catch { /* the stream says when the server is back */ }
  }, 60);
}

function onEvent(event) {
  if (event.bot && state.bot && event.bot !== state.bot.id) return;
  if (event.kind === "person") { refreshPeople(); return; }
  const column = columns.get(event.person);
  if (event.kind === "commands") {
    for (const one of column ? [column] : columns.values()) one.loadCommands().catch(() => {});
  } else if (column) column.apply(event);
  else if (event.kind === "message" && event.message?.from_bot && event.n > caughtUp) {
    state.unread.set(event.person, (state.unread.get(event.person) ?? 0) + 1);
    emit("unread");
  }
}

on("people", () => {
  drawPeople(chips, app);
  for (const column of columns.values()) column.refreshPerson();
});
let drawing = false;
on("unread", () => {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => { drawing = false; drawPeople(chips, app); });
});

listen({
  address: api.events,
  resume,
  onEvent,
  onStatus(connected) {
    line.hidden = connected;
    line.textContent = connected ? "" : "Connecting again…";
    document.body.classList.toggle("offline", !connected);
  },
});

/* The page's own keys */

document.querySelector("#help").addEventListener("click", helpDialog);
addEventListener("focusin", (e) => {
  const id = e.target.closest?.("[data-person]")?.dataset.person;
  if (id) lastUsed = Number(id);
});
addEventListener("keydown", (e) => {
  if (e.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (e.key === "?" && !e.target.matches("input, textarea, select")) { e.preventDefault(); helpDialog(); return; }
  if (e.target === document.body) (columns.get(lastUsed) ?? columns.get(state.shown[0]))?.key(e);
});
narrow.addEventListener("change", () => {
  if (!narrow.matches || state.shown.length < 2) return;
  state.shown = [state.shown.includes(lastUsed) ? lastUsed : state.shown[0]];
  changed();
});
