import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, describe, expect, test } from "vitest";
import { isPublicAddress, type Networks, NO_NETWORKS, parseNetworks } from "@/lib/network";
import { literalAddress, type Outcome, post, type Resolve } from "./outgoing-request";
import { secretText, webhookHeaders } from "./signature";

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function listening(server: Server, address = "127.0.0.1", port = 0): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return (server.address() as AddressInfo).port;
}

type Got = { readonly headers: IncomingMessage["headers"]; readonly body: string };

/** A receiver at an address, and what it got. */
async function receiver(answer: RequestListener, address?: string, port?: number) {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      got.push({ headers: request.headers, body });
      answer(request, response);
    });
  });
  return { got, port: await listening(server, address, port) };
}

function networks(text: string): Networks {
  const parsed = parseNetworks(text, "");
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.networks;
}

const ask = (url: string, allowed: Networks = networks("127.0.0.1"), resolve?: Resolve): Promise<Outcome> =>
  post(
    { url: new URL(url), headers: { "content-type": "application/json" }, body: '{"type":"x"}' },
    { allowed, ...(resolve && { resolve }) },
  );
const failed = (failure: string) => ({ status: null, failure });

describe("what is not public is never asked", () => {
  test.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.170",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001::1",
    "2001:db8::1",
    "fe80::1",
    "fe80::1%lo",
    "febf::1",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "no address",
  ])("%s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    "1.1.1.1",
    "11.0.0.1",
    "172.32.0.1",
    "169.253.0.1",
    "223.255.255.255",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
    "2606:4700:4700::1111",
  ])("and %s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://①②⑦.0.0.1/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[::1]/",
    "https://[fe80::1]/",
  ])("%s names an address, which needs no look-up", async (url) => {
    expect(literalAddress(new URL(url))).not.toBeNull();
    const resolve = () => Promise.reject(new Error("nobody is to be asked for it"));
    expect(await ask(url, NO_NETWORKS, resolve)).toEqual(failed("address_not_allowed"));
  });

  test("what is allowed is asked, without TLS too; what is public only with it", async () => {
    const { got, port } = await receiver((_, response) => response.end("ok"));
    expect(await ask(`http://127.0.0.1:${port}/in`)).toEqual({ status: 200, text: "ok" });
    expect(await ask(`http://localhost:${port}/in`, networks("loopback"))).toMatchObject({ status: 200 });
    expect(got[1]?.headers.host).toBe(`localhost:${port}`);
    expect(await ask("http://1.1.1.1/")).toEqual(failed("not_https"));
    expect(await ask("http://name.example/", NO_NETWORKS, async () => ["1.1.1.1"])).toEqual(
      failed("not_https"),
    );
  });
});

describe("a name leads to what was checked and nowhere else", () => {
  test("it is asked for once: a name that leads elsewhere at the second look is not looked at again", async () => {
    const good = await receiver((_, response) => response.end("good"));
    const other = await receiver((_, response) => response.end("other"), "127.0.0.2", good.port);
    const asked: string[] = [];
    const resolve: Resolve = async (name) => [asked.push(name) === 1 ? "127.0.0.1" : "127.0.0.2"];
    const url = `http://rebinding.example:${good.port}/`;
    expect(await ask(url, networks("127.0.0.1"), resolve)).toEqual({ status: 200, text: "good" });
    expect(asked).toEqual(["rebinding.example"]);
    expect(good.got[0]?.headers.host).toBe(`rebinding.example:${good.port}`);
    expect(await ask(url, networks("127.0.0.1"), resolve)).toEqual(failed("address_not_allowed"));
    expect([good.got.length, other.got.length]).toEqual([1, 0]);
  });

  test("one address that is not allowed spoils the others", async () => {
    const { got, port } = await receiver((_, response) => response.end());
    const resolve: Resolve = async () => ["127.0.0.1", "169.254.169.254"];
    expect(await ask(`http://two.example:${port}/`, networks("127.0.0.1"), resolve)).toEqual(
      failed("address_not_allowed"),
    );
    expect(got).toEqual([]);
  });

  test("a name that nobody knows is said to be one", async () => {
    expect(await ask("https://nowhere.invalid/")).toEqual(failed("unresolved"));
    expect(await ask("https://empty.example/", NO_NETWORKS, async () => [])).toEqual(failed("unresolved"));
  });

  test("a redirect is an answer, and is not followed", async () => {
    const secret = await receiver((_, response) => response.end("metadata"));
    const { port } = await receiver((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${secret.port}/` }).end("go on"),
    );
    expect(await ask(`http://127.0.0.1:${port}/`)).toEqual({ status: 307, text: "go on" });
    expect(secret.got).toEqual([]);
  });
});

describe("a receiver cannot hold or flood us", () => {
  test("of an answer without an end 4 KB are read", async () => {
    const { port } = await receiver((request, response) => {
      const more = () => response.write("x".repeat(1024)) && setImmediate(more);
      response.on("drain", more);
      request.socket.on("error", () => undefined);
      more();
    });
    const answer = await ask(`http://127.0.0.1:${port}/`);
    expect(answer).toEqual({ status: 200, text: "x".repeat(4096) });
  });

  test("the process that stops does not wait for it", async () => {
    const stop = new AbortController();
    const { port } = await receiver(() => stop.abort());
    const outgoing = { url: new URL(`http://127.0.0.1:${port}/`), headers: {}, body: "" };
    const answer = await post(outgoing, { allowed: networks("loopback"), signal: stop.signal });
    expect(answer).toEqual(failed("stopped"));
  });

  test("how far it came says what was wrong", async () => {
    const closed = createTcpServer();
    const port = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(await ask(`http://127.0.0.1:${port}/`)).toEqual(failed("not_reached"));
    const mute = await listening(createTcpServer((socket) => socket.destroy()));
    expect(await ask(`http://127.0.0.1:${mute}/`)).toEqual(failed("no_answer"));
    const place = join(import.meta.dirname, "../../test/certificates");
    const [cert, key] = ["pem", "key"].map((kind) => readFileSync(join(place, `localhost.${kind}`)));
    const strange = await listening(createTlsServer({ cert, key }, (_, response) => response.end("read")));
    expect(await ask(`https://127.0.0.1:${strange}/`)).toEqual(failed("not_encrypted"));
  });
});

test("what is sent is signed as Standard Webhooks say, by two secrets while one follows the other", async () => {
  const secrets = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const [now, before] = secrets.map((secret) => new Webhook(secretText(secret)));
  const message = { id: "one", body: JSON.stringify({ type: "ünï", data: {} }) };
  const headers = webhookHeaders(message, new Date(), secrets);
  expect(now?.verify(message.body, headers)).toEqual({ type: "ünï", data: {} });
  expect(before?.verify(message.body, headers)).toEqual({ type: "ünï", data: {} });
  expect(() => new Webhook(secretText(Buffer.alloc(32, 3))).verify(message.body, headers)).toThrow();
  expect(() => now?.verify(`${message.body} `, headers)).toThrow();
  expect(() => now?.verify(message.body, { ...headers, "webhook-id": "two" })).toThrow();
});
