/* Links: which may be opened, and which are deep links of our bots, to be followed inside the page. */

import { state } from "./state.js";

const SAFE = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);
const HOSTS = new Set(["t.me", "telegram.me", "www.t.me"]);

/** The address as a URL when it may be opened, else null (javascript:, data: and the like). */
export function safeUrl(text) {
  let address = String(text).trim();
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) address = `https://${address}`;
  try {
    const url = new URL(address);
    return SAFE.has(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** {username, payload} when the address is t.me/<one of our bots>, else null. */
export function deepLink(text) {
  const url = safeUrl(text);
  if (!url) return null;
  let username = null;
  if (HOSTS.has(url.hostname)) username = url.pathname.split("/")[1];
  else if (url.protocol === "tg:" && url.hostname === "resolve") username = url.searchParams.get("domain");
  if (!username) return null;
  const bot = state.bots.find((b) => b.username?.toLowerCase() === username.toLowerCase());
  return bot ? { bot, payload: url.searchParams.get("start") ?? "" } : null;
}

const LINK = /\bhttps?:\/\/[^\s<>"]+|\b(?:t|telegram)\.me\/[^\s<>"]+/gi;

/** The plain links in a text that has no entities for them: [{offset, length}]. */
export function findLinks(text) {
  const found = [];
  for (const match of text.matchAll(LINK)) {
    const length = match[0].replace(/[.,;:!?)\]}'»”]+$/u, "").length;
    found.push({ offset: match.index, length });
  }
  return found;
}
