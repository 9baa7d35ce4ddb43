import { beforeAll, beforeEach, vi } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { basic, type Client, forged, TOKEN_ENDPOINT } from "@/test/robot";
import { call, logLines, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/world";

/** Clients that fail, for tests of how they are slowed: with low limits, and before each test a machine and an address of its own. */
export const [PER_CLIENT, PER_ADDRESS] = [5, 12];
vi.hoisted(() =>
  Object.assign(process.env, { TOKEN_FAILURES_PER_CLIENT: "5", TOKEN_FAILURES_PER_ADDRESS: "12" }),
);

export let admin: UserActor;
export let machine: Provisioned;
export let address: string;

beforeAll(async () => {
  // The clock stands still, so that no window ends in the middle of a test.
  vi.useFakeTimers({ toFake: ["Date"] });
  admin = await newTenantAdmin();
});

let hosts = 0;
beforeEach(async () => {
  machine = await provisioned(admin);
  hosts += 1;
  address = `198.51.100.${hosts}`;
  logLines.length = 0;
});

export const GRANT = "grant_type=client_credentials";

/** Asks for a token; from the address of the running test unless told otherwise. */
export const post = (body: string, headers: Record<string, string>, from = address) =>
  call("POST", TOKEN_ENDPOINT, {
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body,
    address: from,
  });
export const ask = (client: Client, from?: string) => post(GRANT, basic(client), from);
export const status = async (client: Client, from?: string) => (await ask(client, from)).status;
/** A wrong secret that only the database can tell from a right one. */
export const wrong = ({ clientId, clientSecret }: Client): Client => ({
  clientId,
  clientSecret: forged({ clientId, clientSecret }),
});
/** A secret that no server can have issued. */
export const garbage = ({ clientId }: Client): Client => ({ clientId, clientSecret: "guess" });

export async function statuses(times: number, asking: () => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let time = 0; time < times; time += 1) all.push(await asking());
  return all;
}

export const refused = (times: number) => Array.from({ length: times }, () => 401);
export const throttled = (times: number) => Array.from({ length: times }, () => 429);

/** What this process remembers is gone: it is as if another process of the installation went on. */
export const otherProcess = () => Reflect.deleteProperty(globalThis, Symbol.for("latchkey.client-failures"));

export const rows = () => prisma().clientFailure.findMany();
const written = async () => (await rows()).reduce((sum, { failures }) => sum + failures, 0);

/** How often a failure was counted in the database, each bucket by itself, while something was done. */
export async function writtenBy(doing: () => Promise<unknown>): Promise<number> {
  const before = await written();
  await doing();
  return (await written()) - before;
}

/** What the log said about somebody being slowed. */
export const throttleLines = () =>
  logLines
    .map((line) => JSON.parse(line) as { event?: string; by?: string; clientId?: string })
    .filter(({ event }) => event === "token.throttled");
