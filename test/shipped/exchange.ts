import { connect } from "node:net";

/** One answer, as it came over the wire. */
export type WireAnswer = {
  readonly status: number;
  /** By lower-case name; of one sent twice the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Sends bytes that no HTTP client would send, and reads what comes back until the other side hangs up.
 *
 * @param parts sent one after the other
 */
export function exchange(port: number, ...parts: readonly string[]): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1").setEncoding("utf8");
    let said = "";
    socket.on("data", (text: string) => {
      said += text;
    });
    // A server that hangs up on what it refuses may reset the connection; what it said before counts.
    socket.on("error", (error) => said === "" && reject(error));
    socket.on("close", () => resolve(parse(said)));
    for (const part of parts) socket.write(part);
  });
}

function parse(said: string): WireAnswer {
  const [head = "", ...body] = said.split("\r\n\r\n");
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: Object.fromEntries(headers),
    body: body.join("\r\n\r\n"),
  };
}
