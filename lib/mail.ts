import type { NodemailerError } from "nodemailer";
import { log } from "@/lib/log";
import { withoutSecrets } from "@/lib/log-text";
import type { MailText } from "@/lib/mail-letter";
import { isMailAddress, type MailSettings, type SmtpServer } from "@/lib/mail-settings";
import { asPlainLine } from "@/lib/text";
import { SECOND_MILLISECONDS } from "@/lib/time";

const CONNECT_SECONDS = 10;
/** Silence of the server for longer ends it; so does a server that says a little now and then. */
const SILENCE_SECONDS = 15;
const WHOLE_SECONDS = 40;
const ANSWER_MAX_CHARACTERS = 300;

/**
 * Why a mail was not taken: the server knows no such `recipient`, or takes no mail for it; refuses the `message`; our `login` or `sender`; could not be
 * reached, or not as it must be (`unreachable`); anything `else`.
 */
export type MailFailure = "recipient" | "message" | "login" | "sender" | "unreachable" | "else";

/** What became of a mail. `answer` is the server's last line, where there is one, without anything secret. */
export type MailOutcome =
  | { readonly ok: true; readonly answer: string | null }
  | {
      readonly ok: false;
      readonly failure: MailFailure;
      /** The server's reply code (RFC 5321 §4.2). */
      readonly status: number | null;
      readonly answer: string | null;
      /** The same mail would be refused again. What an operator can mend is never for good. */
      readonly isForGood: boolean;
    };

const optionsOf = ({ host, port, isEncrypted, isUnverified, login }: SmtpServer) => ({
  host,
  port,
  secure: isEncrypted,
  // Without it nodemailer takes STARTTLS where it is offered, and a server that is not who it says for a failure.
  requireTLS: login !== null,
  tls: { rejectUnauthorized: !isUnverified, minVersion: "TLSv1.2" as const },
  ...(login && { auth: { user: login.user, pass: login.password } }),
  connectionTimeout: CONNECT_SECONDS * SECOND_MILLISECONDS,
  greetingTimeout: CONNECT_SECONDS * SECOND_MILLISECONDS,
  dnsTimeout: CONNECT_SECONDS * SECOND_MILLISECONDS,
  socketTimeout: SILENCE_SECONDS * SECOND_MILLISECONDS,
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** By the step at which it failed, which nodemailer names by the command. */
function failureAt({ command = "", code }: NodemailerError): MailFailure {
  if (code === "EAUTH" || command.startsWith("AUTH")) return "login";
  if (command === "MAIL FROM") return "sender";
  if (command === "RCPT TO") return "recipient";
  if (command === "DATA") return "message";
  return ["CONN", "EHLO", "HELO", "STARTTLS"].includes(command) ? "unreachable" : "else";
}

const lineOf = (answer: string | undefined): string | null =>
  answer ? withoutSecrets(asPlainLine(answer)).slice(0, ANSWER_MAX_CHARACTERS) : null;

function outcomeOf(error: NodemailerError): MailOutcome {
  const failure = failureAt(error);
  // 5yz is for good, 4yz is not (RFC 5321 §4.2.1); of what concerns every mail alike, such as the login, none is.
  const isForGood = (failure === "recipient" || failure === "message") && error.permanent === true;
  // What a server says of a login may quote it.
  const answer = failure === "login" ? null : lineOf(error.response);
  return { ok: false, failure, status: error.responseCode ?? null, answer, isForGood };
}

export type OutgoingMail = MailText & {
  readonly to: string;
  readonly id?: string;
  readonly signal?: AbortSignal;
};

/**
 * Hands a mail to the server of SMTP_URL. It says of itself that a program wrote it, so that no program answers it (RFC 3834). Never called while a
 * transaction is open: it may take 40 seconds.
 * @param to one address; one that could be read as more is refused
 * @param id the same for the same mail sent again, so that whoever got it twice can tell
 * @param signal ends it; it may have been taken all the same
 */
export async function sendMail(
  { server, from }: MailSettings,
  { to, subject, text, html, id, signal }: OutgoingMail,
): Promise<MailOutcome> {
  if (!isMailAddress(to))
    return { ok: false, failure: "recipient", status: null, answer: null, isForGood: true };
  // Whoever sends no mail has no use for it.
  const { createTransport } = await import("nodemailer");
  try {
    const { response } = await createTransport(optionsOf(server)).sendMail({
      from,
      to: { name: "", address: to },
      envelope: { from: from.address, to: [to] },
      subject: asPlainLine(subject),
      text,
      html,
      ...(id !== undefined && { messageId: `<${id}@${from.address.split("@")[1]}>` }),
      headers: { "Auto-Submitted": "auto-generated" },
      signal: AbortSignal.any([
        AbortSignal.timeout(WHOLE_SECONDS * SECOND_MILLISECONDS),
        ...(signal ? [signal] : []),
      ]),
    });
    return { ok: true, answer: lineOf(response) };
  } catch (error) {
    const outcome = outcomeOf(error as NodemailerError);
    log.warn({ event: "mail.refused", ...outcome }, "a mail was not taken");
    return outcome;
  }
}

const PROBLEMS: Readonly<Record<MailFailure, string>> = {
  recipient: "The mail server does not take mail for this address",
  message: "The mail server refused the message",
  login: "The mail server refused the user or password of SMTP_URL",
  sender: "The mail server refused the sender that MAIL_FROM names",
  unreachable: "The mail server could not be reached",
  else: "The mail could not be sent",
};

/** @returns what people are told of a mail that was not taken, with what the server said; null for one that was */
export function problemOf(outcome: MailOutcome): string | null {
  if (outcome.ok) return null;
  const said = outcome.answer ?? outcome.status;
  return said === null ? `${PROBLEMS[outcome.failure]}.` : `${PROBLEMS[outcome.failure]}. It said: ${said}`;
}
