import { isPlainLine } from "@/lib/text";

/** A mail server that takes what Latchkey sends. */
export type SmtpServer = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps`); otherwise STARTTLS, wherever the server offers it. */
  readonly isEncrypted: boolean;
  /** Without a look at the server's certificate. */
  readonly isUnverified: boolean;
  /** Sent over TLS only. */
  readonly login: { readonly user: string; readonly password: string } | null;
};

/** Who mail comes from: `name` may be empty. */
export type Sender = { readonly name: string; readonly address: string };

export type MailSettings = { readonly server: SmtpServer; readonly from: Sender };

type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** Submission with STARTTLS, and with TLS from the first byte (RFC 8314 §3.3, RFC 6409). */
const PORTS = { "smtp:": 587, "smtps:": 465 } as const;

const FORM = "must be an SMTP URL, like smtps://user:password@host:465 or smtp://host:587";
const PERCENT = "a : / ? # @ or % in the user or password is written as %3A %2F %3F %23 %40 or %25";

/** An address as it goes to a mail server, without what would end it there or make two of it. */
const ADDRESS = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\]+$/;

/** @returns whether mail can be addressed to it */
export const isMailAddress = (text: string): boolean => ADDRESS.test(text) && isPlainLine(text);

function decoded(part: string): string | null {
  try {
    const text = decodeURIComponent(part);
    return isPlainLine(text) ? text : null;
  } catch {
    return null;
  }
}

/** Reads SMTP_URL. @returns the server, or what is wrong as the end of a sentence, which quotes nothing of the URL */
export function parseSmtpUrl(text: string): Parsed<SmtpServer> {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = url?.protocol;
  if (url === null || (scheme !== "smtp:" && scheme !== "smtps:") || url.hostname === "" || url.port === "0")
    return { problem: `${FORM}; ${PERCENT}` };
  if (!/^\/?$/.test(url.pathname) || url.hash !== "")
    return { problem: `must have nothing after the port but ?tls=unverified; ${PERCENT}` };
  if (!["", "?tls=unverified"].includes(url.search))
    return { problem: "knows one parameter: ?tls=unverified takes any certificate of the server" };
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === null || password === null)
    return { problem: `has a user or password that cannot be read: ${PERCENT}` };
  if ((user === "") !== (password === ""))
    return { problem: "must have both a user and a password, or neither" };
  return {
    value: {
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port === "" ? PORTS[scheme] : Number(url.port),
      isEncrypted: scheme === "smtps:",
      isUnverified: url.search !== "",
      login: user === "" ? null : { user, password },
    },
  };
}

/** Reads MAIL_FROM. @returns the sender, or what is wrong as the end of a sentence */
export function parseMailFrom(text: string): Parsed<Sender> {
  const [, name = "", inside] = /^(.*?)\s*<([^<>]*)>$/.exec(text.trim()) ?? [];
  const address = inside ?? text.trim();
  if (!isMailAddress(address) || !isPlainLine(name))
    return { problem: "must be an address, like latchkey@example.com or Latchkey <latchkey@example.com>" };
  return { value: { name: name.replace(/^"(.*)"$/, "$1"), address } };
}
