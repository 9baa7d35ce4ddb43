import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

/** A receiver of webhooks for the demo. */
export type Alerts = {
  readonly url: string;
  /** What signatures are verified by from now on. */
  verifyBy(secret: string): void;
  stop(): Promise<void>;
};

/** As docs/webhooks.md says it. */
function isSigned({ headers }: IncomingMessage, body: string, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const right = createHmac("sha256", key).update(content).digest();
  return String(headers["webhook-signature"])
    .split(" ")
    .map((one) => Buffer.from(one.replace(/^v1,/, ""), "base64"))
    .some((signature) => signature.length === right.length && timingSafeEqual(signature, right));
}

/** Takes messages at a free port and prints them, each with whether its signature is right. */
export async function startAlerts(): Promise<Alerts> {
  let known = "";
  const server = createServer((request, response) => {
    text(request).then((body) => {
      if (!isSigned(request, body, known)) {
        console.log("\nA message to the webhook has a wrong signature; it is refused.\n");
        return response.writeHead(401).end();
      }
      const { type, data } = JSON.parse(body) as { type: string; data: { sentence: string; next?: string } };
      console.log(`\nWebhook (${type}, signature verified):\n    ${data.sentence}\n    ${data.next ?? ""}\n`);
      return response.writeHead(204).end();
    }, console.error);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/latchkey`,
    verifyBy: (secret) => {
      known = secret;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
