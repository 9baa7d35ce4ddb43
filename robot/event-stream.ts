/** One event of a `text/event-stream` (WHATWG HTML §9.2.6). */
export type ServerEvent = { readonly type: string; readonly data: string; readonly id: string };

/** An event is an id and a few words; more than this without an empty line is no event stream. */
const BLOCK_MAX_LENGTH = 256 * 1024;

/**
 * A parser of an event stream that is fed as text arrives, in pieces of any size.
 * @returns a function that takes the next piece and gives the events which it completes
 */
export function eventStreamParser(): (piece: string) => ServerEvent[] {
  let rest = "";
  let isStart = true;
  let endsInCarriageReturn = false;
  let id = "";
  let type = "";
  let data: string[] = [];

  function field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") type = value;
    else if (name === "data") data.push(value);
    else if (name === "id" && !value.includes("\0")) id = value;
  }

  return (piece) => {
    const events: ServerEvent[] = [];
    if (piece === "") return events;
    // A CR ends its line at once; a LF that comes after it, in the next piece, belongs to it.
    rest += endsInCarriageReturn ? piece.replace(/^\n/, "") : piece;
    endsInCarriageReturn = piece.endsWith("\r");
    if (isStart) rest = rest.replace(/^\uFEFF/, "");
    isStart = false;
    const lines = rest.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") {
        field(line);
        continue;
      }
      if (data.length > 0) events.push({ type: type || "message", data: data.join("\n"), id });
      type = "";
      data = [];
    }
    if (rest.length > BLOCK_MAX_LENGTH) throw new Error("a line of the event stream is too long");
    return events;
  };
}

/**
 * The events of a response's body as they come.
 * @param onBytes called whenever anything arrives, keep-alive comments included
 */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerEvent> {
  const parse = eventStreamParser();
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    onBytes();
    yield* parse(decoder.decode(bytes, { stream: true }));
  }
}
