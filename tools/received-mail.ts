/** A mail's headers by lower-case name, unfolded and decoded, and its two texts. */
export type MailParts = {
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
};

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
      kind.toUpperCase() === "B"
        ? decoded(word, "base64")
        : decoded(word.replaceAll("_", " "), "quoted-printable"),
    );

function split(raw: string) {
  const at = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, at)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), decodedWords(line.slice(colon + 1).trim())];
    }),
  );
  return { headers, body: raw.slice(at + 4) };
}

/** Reads a mail as Latchkey sends it: one of two texts to choose from. Not for what strangers write. */
export function readMail(raw: string): MailParts {
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
