import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail as it came: to whom, and its parts as whoever reads it sees them. */
export type ReceivedMail = {
  readonly to: readonly string[];
  readonly from: string;
  readonly isEncrypted: boolean;
  readonly raw: string;
  /** By lower-case name, unfolded and decoded. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
};

export type Mailbox = {
  readonly port: number;
  /** What came, the oldest first. */
  readonly mails: ReceivedMail[];
  close(): Promise<void>;
};

const certificate = (name: string) => readFileSync(join(import.meta.dirname, "certificates", name));
const TLS = { key: certificate("localhost.key"), cert: certificate("localhost.pem") };

/** Quoted-printable and base64, the two that mail is sent in. */
function decoded(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString();
  if (encoding !== "quoted-printable") return body;
  const bytes = body
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}

/** Encoded words (RFC 2047). */
const decodedWords = (value: string) =>
  value
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([QB])\?(.*?)\?=/gi, (_, kind: string, word: string) =>
      decoded(
        kind.toUpperCase() === "B" ? word : word.replaceAll("_", " "),
        kind.toUpperCase() === "B" ? "base64" : "quoted-printable",
      ),
    );

function split(raw: string) {
  const at = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, at)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      decodedWords(line.slice(line.indexOf(":") + 1).trim()),
    ]),
  );
  return { headers, body: raw.slice(at + 4) };
}

function read(raw: string): Pick<ReceivedMail, "headers" | "text" | "html"> {
  const { headers, body } = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers.get("content-type") ?? "")?.[1];
  const parts =
    boundary === undefined ? [] : body.split(`--${boundary}`).map((part) => split(part.replace(/^\r\n/, "")));
  const part = (type: string) => {
    const found = parts.find((one) => one.headers.get("content-type")?.startsWith(type));
    return found ? decoded(found.body, found.headers.get("content-transfer-encoding") ?? "") : "";
  };
  return { headers, text: part("text/plain").replaceAll("\r\n", "\n"), html: part("text/html") };
}

/** A mail server that keeps what it is given. @param options smtp-server's: what it offers, and whom or what it refuses */
export async function startMailbox(options: SMTPServerOptions & { port?: number } = {}): Promise<Mailbox> {
  const { port, ...rest } = options;
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    ...TLS,
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    closeTimeout: 0,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.once("end", () => {
        const raw = Buffer.concat(chunks).toString();
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          to: rcptTo.map(({ address }) => address),
          from: mailFrom === false ? "" : mailFrom.address,
          isEncrypted: session.secure,
          raw,
          ...read(raw),
        });
        done();
      });
    },
    ...rest,
  });
  // A client that goes away is no news.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(port ?? 0, "127.0.0.1", resolve));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("the mailbox has no port");
  return {
    port: address.port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** What a server says instead of yes. */
export const smtpError = (responseCode: number, text: string) =>
  Object.assign(new Error(text), { responseCode });
