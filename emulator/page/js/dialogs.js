/* Modal dialogs on <dialog>: the browser keeps the focus inside, Esc closes, the focus goes back afterwards. */

import { animate, button, el } from "./dom.js";
import { fullName } from "./format.js";
import { state } from "./state.js";

/**
 * Shows a dialog and resolves with the value of the button that closed it (null for Esc or the backdrop).
 * `buttons`: [{text, value, style?}], the last one is the default. `content` are nodes.
 */
export function showDialog({ title, content = [], buttons = [{ text: "OK", value: true }], kind = "", onOpen }) {
  return new Promise((resolve) => {
    const heading = el("h2", { text: title, id: `dialog-${Math.random().toString(36).slice(2)}` });
    const dialog = el("dialog", { class: `sheet ${kind}`, "aria-labelledby": heading.id });
    const finish = (value) => { dialog.returned = value; dialog.close(); };
    const row = el("div", { class: "sheet-buttons" }, buttons.map((b, i) => button({
      class: b.style ?? (i === buttons.length - 1 ? "main" : ""), text: b.text, data: { value: String(b.value) },
      on: { click: () => finish(b.value) },
    })));
    dialog.append(heading, el("div", { class: "sheet-body" }, content), row);
    dialog.addEventListener("pointerdown", (e) => { if (e.target === dialog && outside(dialog, e)) finish(null); });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returned ?? null); });
    dialog.addEventListener("keydown", (e) => e.stopPropagation());
    dialog.finish = finish;
    document.body.append(dialog);
    dialog.showModal();
    animate(dialog, [{ opacity: 0, transform: "translateY(14px) scale(.98)" }, { opacity: 1, transform: "none" }], 170);
    const first = dialog.querySelector("[autofocus]") ?? row.lastChild;
    first?.focus();
    onOpen?.(dialog);
  });
}

function outside(node, { clientX: x, clientY: y }) {
  const box = node.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

/** The alert of a tap's answer. */
export const showAlert = (title, text) => showDialog({ title, content: [el("p", { class: "alert-text", text })], kind: "alert" });

export const confirmDialog = (title, text, verb) => showDialog({
  title, content: [el("p", { text })], buttons: [{ text: "Cancel", value: false }, { text: verb, value: true, style: "main danger" }],
});

const NAMES = ["Ana", "Bao", "Chidi", "Dina", "Emeka", "Farah", "Goran", "Hana", "Iris", "Jonas", "Kofi", "Lucía", "Marc", "Nadia", "Omar", "Priya", "Rosa", "Samir", "Tuan", "Yara"];

/** Asks for a new person; resolves with the fields for the server, or null. */
export async function newPersonDialog() {
  const taken = new Set([...state.people.values()].map((p) => p.first_name));
  const suggestion = NAMES.find((name) => !taken.has(name)) ?? `Person ${state.people.size + 1}`;
  const input = (name, props) => el("input", { name, autocomplete: "off", spellcheck: "false", ...props });
  const fields = {
    first_name: input("first_name", { value: suggestion, maxlength: 64, autofocus: true }),
    last_name: input("last_name", { maxlength: 64 }),
    username: input("username", { maxlength: 32, placeholder: "without @" }),
    language_code: input("language_code", { value: "en", maxlength: 12, list: "languages" }),
  };
  const row = (text, field) => el("label", { class: "field" }, el("span", { text }), field);
  const languages = el("datalist", { id: "languages" }, [["en", "English"], ["fr", "French"], ["es", "Spanish"], ["de", "German"], ["pt-br", "Portuguese (Brazil)"], ["ar", "Arabic"]]
    .map(([value, label]) => el("option", { value, label })));
  const done = await showDialog({
    title: "New person",
    content: [row("First name", fields.first_name), row("Last name", fields.last_name), row("Username", fields.username), row("Language code", fields.language_code), languages],
    buttons: [{ text: "Cancel", value: false }, { text: "Add person", value: true }],
    onOpen: (dialog) => {
      fields.first_name.select();
      dialog.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target.matches("input")) { e.preventDefault(); dialog.finish(true); } });
    },
  });
  if (!done) return null;
  const values = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.value.trim()]).filter(([, v]) => v));
  if (values.username) values.username = values.username.replace(/^@/, "");
  return { first_name: suggestion, ...values };
}

/** Asks as whom to follow a deep link; resolves with a person's id, "new", or null. */
export async function followDialog(link, personId) {
  const choices = [...state.people.values()].map((person) => choice(person.id, fullName(person), person.username ? `@${person.username}` : "", person.id === personId));
  choices.push(choice("new", "A new person…", "", false));
  const group = el("fieldset", { class: "choices" }, el("legend", { text: "As which person?" }), choices);
  const address = `t.me/${link.bot.username}${link.payload ? `?start=${link.payload}` : ""}`;
  const done = await showDialog({
    title: `Open ${link.bot.first_name}`,
    content: [el("p", { class: "address", text: address }), group],
    buttons: [{ text: "Cancel", value: false }, { text: "Start", value: true }],
    onOpen: () => group.querySelector("input:checked")?.focus(),
  });
  if (!done) return null;
  const value = group.querySelector("input:checked")?.value;
  return value === "new" ? "new" : Number(value);
}

function choice(value, text, hint, checked) {
  return el("label", { class: "choice" }, el("input", { type: "radio", name: "who", value: String(value), checked }), el("span", { text }), hint && el("span", { class: "dim", text: hint }));
}

/** Asks for a link or start code; resolves with the text, or null. */
export async function linkDialog() {
  const field = el("input", { name: "link", autocomplete: "off", spellcheck: "false", placeholder: `t.me/${state.bot?.username ?? "bot"}?start=…`, autofocus: true });
  const done = await showDialog({
    title: "Follow a link",
    content: [el("label", { class: "field" }, el("span", { text: "A t.me link, or only its start code" }), field)],
    buttons: [{ text: "Cancel", value: false }, { text: "Start", value: true }],
    onOpen: (dialog) => dialog.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target === field) { e.preventDefault(); dialog.finish(true); } }),
  });
  return done ? field.value.trim() : null;
}

const KEYS = [
  ["1 – 9", "Tap the nth button of the last keyboard (when the message field is empty and not being written in)"],
  ["Any letter", "Starts writing in the chat that has the focus"],
  ["Enter", "Send; Shift + Enter makes a new line"],
  ["/", "The bot's commands: arrows choose, Tab completes"],
  ["Esc", "Leave a reply, an edit, a menu, a dialog; from an empty field: to the messages"],
  ["↑", "In an empty message field: edit your last message"],
  ["↑ ↓", "Among the messages: the one before or after; Enter opens its menu"],
  ["← →", "Among the messages: the chat to the left or right. In an enlarged photo: the one before or after"],
  ["?", "This help"],
];

export const helpDialog = () => showDialog({
  title: "Help", kind: "wide",
  content: [
    el("p", { text: "Each column is one person's phone, all of them talking to the same bot on the local Bot API. The names at the top open and close them; a dot marks a person whose chat has something new." }),
    el("h3", { text: "Keyboard" }),
    el("dl", { class: "keys" }, KEYS.flatMap(([key, what]) => [el("dt", {}, el("kbd", { text: key })), el("dd", { text: what })])),
    el("h3", { text: "Files" }),
    el("p", { text: "Drop or paste files on a chat, or use the paper clip: several photos become one album, and the samples of this server are one click away. Right-click, or press long on, a message to reply, edit or copy." }),
  ],
  buttons: [{ text: "Close", value: true }],
});
