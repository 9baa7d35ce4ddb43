import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { PassThrough, Transform, type Writable } from "node:stream";

/**
 * A way to a server that can be closed and opened, as a network does it: connections are cut, new ones refused. Frozen, it takes
 * connections and passes nothing on, as where packets are dropped. Deaf, it swallows what connections of a database notify, as a pooler does.
 */
export type Proxy = {
  readonly url: string;
  close(): Promise<void>;
  open(): Promise<void>;
  freeze(): void;
  thaw(): void;
  isDeaf: boolean;
};

/** NotificationResponse, of PostgreSQL's protocol: a letter, then the length of what follows with its own four bytes. */
const NOTIFICATION = "A".charCodeAt(0);

/** Passes on what a server says but, while it is deaf, notifications. */
function withoutNotifications(isDeaf: () => boolean): Transform {
  let rest: Buffer = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
        const end = rest.readUInt32BE(1) + 1;
        if (!isDeaf() || rest[0] !== NOTIFICATION) this.push(rest.subarray(0, end));
        rest = rest.subarray(end);
      }
      done();
    },
  });
}

export async function proxyTo(targetUrl: string): Promise<Proxy> {
  const target = new URL(targetUrl);
  const isDatabase = target.protocol.startsWith("postgres");
  const pairs = new Map<Socket, Writable>();
  let isFrozen = false;
  // Without it every answer of PostgreSQL's waits for an acknowledgement that the other side delays by 40 ms.
  const noDelay = true;
  const server = createServer({ noDelay }, (near) => {
    const far = connect({ port: Number(target.port), host: target.hostname, noDelay });
    const heard = isDatabase ? withoutNotifications(() => proxy.isDeaf) : new PassThrough();
    heard.pipe(near);
    for (const [one, other, into] of [
      [near, far, far],
      [far, near, heard],
    ] as const) {
      pairs.set(one, into);
      one
        .on("error", () => other.destroy())
        .on("close", () => {
          pairs.delete(one);
          other.destroy();
        });
      if (!isFrozen) one.pipe(into);
    }
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const url = new URL(targetUrl);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  const proxy: Proxy = {
    isDeaf: false,
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
      for (const [one, into] of pairs) one.unpipe(into).pause();
    },
    thaw() {
      isFrozen = false;
      for (const [one, into] of pairs) one.pipe(into);
    },
  };
  return proxy;
}
