import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A way to a database that can be closed and opened, as a network does it: connections are cut, new ones refused. Frozen, it takes
 * connections and passes nothing on, as where packets are dropped.
 */
export type Proxy = {
  readonly url: string;
  close(): Promise<void>;
  open(): Promise<void>;
  freeze(): void;
  thaw(): void;
};

export async function proxyTo(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const pairs = new Map<Socket, Socket>();
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      pairs.set(one, other);
      one
        .on("error", () => other.destroy())
        .on("close", () => {
          pairs.delete(one);
          other.destroy();
        });
      if (!isFrozen) one.pipe(other);
    }
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return {
    url: url.href,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of pairs.keys()) socket.destroy();
      await closed;
    },
    async open() {
      await listen(port);
    },
    freeze() {
      isFrozen = true;
      for (const [one, other] of pairs) one.unpipe(other).pause();
    },
    thaw() {
      isFrozen = false;
      for (const [one, other] of pairs) one.pipe(other);
    },
  };
}
