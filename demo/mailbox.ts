import { once } from "node:events";
import { text } from "node:stream/consumers";
import { readMail } from "@/tools/received-mail";

/** A mail server for the demo: where it is, as SMTP_URL says it. */
export type Mailbox = { readonly url: string; stop(): Promise<void> };

/** Is among the packages for development, which an installation may be without. */
const smtpServer = () => import("smtp-server").catch(() => null);

/** Takes mail at a free port and prints it. @returns null where no mail server is installed */
export async function startMailbox(): Promise<Mailbox | null> {
  const module = await smtpServer();
  if (!module) return null;
  const server = new module.SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    closeTimeout: 0,
    onData(stream, { envelope }, done) {
      text(stream).then((raw) => {
        const mail = readMail(raw);
        const to = envelope.rcptTo.map(({ address }) => address).join(", ");
        const lines = mail.text.trim().replace(/^/gm, "    ");
        console.log(`\nMail to ${to}: ${mail.headers.get("subject")}\n${lines}\n`);
        done();
      }, done);
    },
  });
  server.on("error", () => undefined);
  const { server: socket } = server;
  server.listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
