import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { type MailParts, readMail } from "@/tools/received-mail";

/** A mail as it came, and to whom. */
export type ReceivedMail = MailParts & {
  readonly to: readonly string[];
  readonly from: string;
  readonly isEncrypted: boolean;
};

export type Mailbox = {
  readonly port: number;
  /** What came, the oldest first. */
  readonly mails: ReceivedMail[];
  close(): Promise<void>;
};

const certificate = (name: string) => readFileSync(join(import.meta.dirname, "certificates", name));
const TLS = { key: certificate("localhost.key"), cert: certificate("localhost.pem") };

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
          ...readMail(raw),
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
