/* The control routes of the local Bot API, one function each. Every failure is an ApiError with one sentence. */

import { state } from "./state.js";

export class ApiError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

const botQuery = () => (state.bots.length > 1 && state.bot ? `bot=${state.bot.id}` : "");

function address(path) {
  const query = botQuery();
  return `control/${path}${query ? (path.includes("?") ? "&" : "?") + query : ""}`;
}

async function read(response) {
  let body = null;
  try { body = await response.json(); } catch { /* an error page, not JSON */ }
  if (!response.ok) throw new ApiError(body?.error ?? `The server answered ${response.status}.`, response.status);
  return body;
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(address(path), { cache: "no-store", ...options });
  } catch {
    throw new ApiError("The server does not answer.");
  }
  return read(response);
}

function post(path, body = {}) {
  const extra = state.bots.length > 1 && state.bot ? { bot: state.bot.id } : {};
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...extra, ...body }),
  });
}

/** POSTs a form and reports how much of it has gone, 0 to 1 (fetch cannot). */
function upload(path, form, onProgress) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", address(path));
    xhr.responseType = "json";
    xhr.upload.addEventListener("progress", (e) => e.lengthComputable && onProgress?.(e.loaded / e.total));
    xhr.addEventListener("load", () => {
      if (xhr.status < 300) resolve(xhr.response);
      else reject(new ApiError(xhr.response?.error ?? `The server answered ${xhr.status}.`, xhr.status));
    });
    xhr.addEventListener("error", () => reject(new ApiError("The file could not be sent.")));
    xhr.send(form);
  });
}

function form(files, { caption, reply } = {}) {
  const data = new FormData();
  if (state.bots.length > 1 && state.bot) data.append("bot", state.bot.id);
  if (caption) data.append("caption", caption);
  if (reply) data.append("reply_to_message_id", reply);
  for (const file of files) data.append("file", file, file.name);
  return data;
}

const person = (id, verb) => `people/${id}/${verb}`;

export const api = {
  state: () => request("state"),
  chat: (id, after) => request(person(id, after ? `chat?after_event=${after}` : "chat")),
  addPerson: (fields) => post("people", fields),
  say: (id, text, reply) => post(person(id, "say"), reply ? { text, reply_to_message_id: reply } : { text }),
  start: (id, payload) => post(person(id, "start"), payload ? { payload } : {}),
  tap: (id, message_id, data) => post(person(id, "tap"), { message_id, data, raw: true }),
  edit: (id, message_id, text) => post(person(id, "edit"), { message_id, text }),
  act: (id, verb) => post(person(id, verb)),
  sample: (id, name) => post(person(id, "sample"), { name }),
  photos: (id, files, options, onProgress) => upload(person(id, "photos"), form(files, options), onProgress),
  document: (id, file, options, onProgress) => upload(person(id, "document"), form([file], options), onProgress),
  events: (after) => address(`events?after=${after}`),
  file: (fileId) => address(`file/${encodeURIComponent(fileId)}`),
};
