import { join } from "node:path";
import pino from "pino";
import { afterAll } from "vitest";
import { ensureSigningKey } from "@/lib/identity/commands/keep-keys";
import { log } from "@/lib/log";
import { runStops } from "@/lib/stopping";
import { type RouteModule, routeTable } from "@/server/http/route-table";
import { testDatabase } from "@/test/database";
import { keepLog } from "@/test/kept-logs";
import { CALLER_ADDRESS, inTransaction, systemCtx } from "@/test/people";
import { proxyTo } from "@/test/proxy";
import { findRoutes } from "@/tools/routes.mjs";

export * from "@/test/people";

/**
 * An installation for one test file: a database of its own, the environment, a signing key, and the published addresses.
 * Nothing of it is a stand-in; what a test asks through `call` goes the way of a robot's request, less the socket.
 */
export const ORIGIN = "https://latchkey.test";

const { url, drop } = await testDatabase();
/** The way from the process to its database, which a test may close. */
export const way = await proxyTo(url);
Object.assign(process.env, {
  DATABASE_URL: way.url,
  ORIGIN,
  APP_SECRET: "0123456789 the key of the test world",
});
export const databaseUrl = url;

/** What the process has logged so far, line by line, as it would stand on standard output. */
export const logLines: string[] = [];
log.level = "debug";
const kept: string[] = [];
Reflect.set(log, pino.symbols.streamSym, {
  write: (line: string) => {
    logLines.push(line);
    kept.push(line);
  },
});

afterAll(async () => {
  keepLog("doors", kept.join(""));
  await runStops();
  await way.close();
  await drop();
});

await inTransaction((db) => ensureSigningKey(systemCtx(db)));

const root = join(import.meta.dirname, "..");
const routes = await Promise.all(
  findRoutes(root).map(async ({ path, file }) => ({ path, module: (await import(file)) as RouteModule })),
);
const find = routeTable(routes);

/**
 * Sends a request to a published address, as the server does: the handler is found by path and method.
 * @param init what `fetch` takes, and the network address the request comes from
 */
export async function call(
  method: string,
  target: string,
  { address = CALLER_ADDRESS, ...init }: RequestInit & { address?: string } = {},
): Promise<Response> {
  const request = new Request(new URL(target, ORIGIN), { ...init, method });
  request.headers.set("x-latchkey-address", address);
  const match = find(new URL(request.url).pathname);
  const handler = match?.module[method];
  if (typeof handler !== "function") throw new Error(`no handler for ${method} ${target}`);
  return handler(request, { params: Promise.resolve(match?.params ?? {}) });
}
