/* The stream of events: one EventSource, opened again with growing pauses when it breaks. */

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 8000;

/**
 * Starts listening. `resume()` is awaited before each opening and returns the number after which to listen;
 * `onEvent(event)` gets each event once, in order; `onStatus(connected)` is told when the line comes and goes.
 */
export function listen({ address, resume, onEvent, onStatus }) {
  let source = null;
  let pause = FIRST_PAUSE;
  let timer = 0;
  let last = 0;

  function receive(raw) {
    let event;
    try { event = JSON.parse(raw.data); } catch { return; }
    if (event.n !== undefined) {
      if (event.n <= last) return;
      last = event.n;
    }
    onEvent(event);
  }

  function again() {
    source?.close();
    source = null;
    onStatus(false);
    clearTimeout(timer);
    timer = setTimeout(open, pause * (0.8 + Math.random() * 0.4));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }

  async function open() {
    clearTimeout(timer);
    try {
      last = await resume();
    } catch {
      again();
      return;
    }
    source = new EventSource(address(last));
    source.addEventListener("open", () => { pause = FIRST_PAUSE; onStatus(true); });
    source.addEventListener("error", again);
    source.addEventListener("message", receive);
  }

  addEventListener("online", () => { if (!source) { pause = FIRST_PAUSE; open(); } });
  open();
}
