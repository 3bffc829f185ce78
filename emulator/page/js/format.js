/* How times, days, sizes and names are written. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayMonth = new Intl.DateTimeFormat("en", { day: "numeric", month: "long" });
const dayMonthYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

export const time = (seconds) => clock.format(seconds * 1000);
export const moment = (seconds) => full.format(seconds * 1000);

/** A key that is the same for two moments of one local day. */
export function dayKey(seconds) {
  const date = new Date(seconds * 1000);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

export function dayName(seconds) {
  const now = Date.now() / 1000;
  if (dayKey(seconds) === dayKey(now)) return "Today";
  if (dayKey(seconds) === dayKey(now - 86400)) return "Yesterday";
  const sameYear = new Date(seconds * 1000).getFullYear() === new Date().getFullYear();
  return (sameYear ? dayMonth : dayMonthYear).format(seconds * 1000);
}

export function size(bytes) {
  if (bytes === undefined || bytes === null) return "";
  if (bytes < 1000) return `${bytes} B`;
  const units = ["KB", "MB", "GB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1024; unit += 1; }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export const duration = (seconds = 0) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export const fullName = (who) => [who.first_name, who.last_name].filter(Boolean).join(" ") || who.username || String(who.id);

export function initials(who) {
  const words = fullName(who).replace(/[^\p{L}\p{N} ]/gu, "").split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

/** A hue that belongs to this id, well apart from its neighbours'. */
export const hue = (id) => Math.round((Math.abs(Number(id)) * 137.508 + 20) % 360);

export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** One line that says what a message is, for quotes and announcements. */
export function summary(message) {
  const text = message.text ?? message.caption;
  if (text) return text.replace(/\s+/g, " ").slice(0, 160);
  if (message.photo) return "Photo";
  if (message.document) return message.document.file_name ?? "File";
  if (message.sticker) return `${message.sticker.emoji ?? ""} Sticker`.trim();
  if (message.voice) return "Voice message";
  for (const kind of ["video", "animation", "audio", "video_note", "location", "contact", "poll", "dice", "venue"]) {
    if (message[kind]) return kind.replace("_", " ").replace(/^./, (c) => c.toUpperCase());
  }
  return "Message";
}
