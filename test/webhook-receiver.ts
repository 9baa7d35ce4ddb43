import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export type Received = {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Whether the verifier of Standard Webhooks takes it. */
  readonly isRight: (secret: string) => boolean;
};

/** A receiver of webhooks on this computer, which answers what it is told to; null keeps the answer to itself. */
export class WebhookReceiver {
  readonly got: Received[] = [];
  status: number | null = 204;
  #arrived = () => undefined as unknown;

  private constructor(
    readonly url: string,
    readonly close: () => void,
  ) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => {
        receiver.#take(body, request.headers as Record<string, string>);
        if (receiver.status !== null) response.writeHead(receiver.status).end("seen");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const receiver = new WebhookReceiver(`http://127.0.0.1:${port}/in`, () => {
      server.close();
      server.closeAllConnections();
    });
    return receiver;
  }

  /** Resolves when the next message has come. */
  next(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#arrived = () => resolve(undefined);
    });
  }

  ids(): string[] {
    return this.got.map(({ id }) => id);
  }

  #take(body: string, headers: Record<string, string>): void {
    const isRight = (secret: string) => {
      try {
        new Webhook(secret).verify(body, headers);
        return true;
      } catch {
        return false;
      }
    };
    this.got.push({ id: headers["webhook-id"] ?? "", ...JSON.parse(body), isRight });
    this.#arrived();
  }
}
