import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { expect, test } from "vitest";
import { connectionsMax, httpServer } from "./http";

const limits = (files: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             4096                 4096                 processes
Max open files            ${files.padEnd(21)}${files.padEnd(21)}files
`;

test.each([
  ["of a usual service", limits("524288"), 524_032],
  ["of a container that was given few", limits("1024"), 768],
  ["of one that was given hardly any", limits("100"), 50],
  ["that are not limited", limits("unlimited"), 16_384],
  ["that the system does not tell", "", 16_384],
])("connections follow the descriptors %s", (_, text, expected) => {
  expect(connectionsMax(text)).toBe(expected);
});

test("whoever does not read is hung up on, and what was to be written is forgotten", async () => {
  const server = httpServer((_request, response) => {
    const write = () => {
      while (response.write(Buffer.alloc(65_536)));
      response.once("drain", write);
    };
    response.once("close", () => server.emit("the end of the answer"));
    write();
  });
  expect(server.timeout, "longer than a long poll, and than proxies keep one idle").toBeGreaterThan(65_000);
  server.timeout = 300;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const ended = once(server, "the end of the answer");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1").pause();
  client.on("error", () => undefined).write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await ended;
  client.destroy();
  server.close();
});
