import { database } from "@/lib/db";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { nowMilliseconds, type StreamEnd } from "./event-streams";
import { printTable, quantile, setting } from "./figures";
import { openStreams } from "./hosts";
import { startInstallation, startServer } from "./installation";
import { Connection } from "./load";
import { meRequest } from "./requests";
import { buyTokens, makeSessions } from "./sessions";

/**
 * How long it takes from the commit of a deletion until all streams of the secret's hosts, on several server processes, are told and cut, and
 * whether any request in between is served.
 */
const STREAMS = setting("STREAMS", 1_000);
const PROCESSES = setting("PROCESSES", 2);
const ROUNDS = setting("ROUNDS", 5);

const bench = await startInstallation({ machines: ROUNDS + 1, durability: "durable" });
const others = await Promise.all(Array.from({ length: PROCESSES - 1 }, () => startServer(bench.env)));
const servers = [bench.server, ...others];
const urls = servers.map(({ url }) => url);

/** @returns what each process answers to whoever shows the token now */
const asked = (token: string) =>
  Promise.all(
    servers.map(async ({ url, port }) => {
      const connection = new Connection(port);
      const { status } = await connection.ask(meRequest(url, token));
      connection.end();
      return status;
    }),
  );

function requireAll(statuses: readonly number[], status: number, when: string): void {
  if (statuses.some((one) => one !== status)) throw new Error(`${when} the deletion: ${statuses}`);
}

const COLUMNS = ["streams of", "streams", "told p50", "told p99", "closed p50", "closed p99", "last closed"];
type Told = StreamEnd & { readonly url: string; readonly since: number };

function row(name: string, ends: readonly Told[]): string[] {
  const told = ends.map(({ toldAtMilliseconds, since }) => (toldAtMilliseconds ?? Number.NaN) - since);
  const closed = ends.map(({ closedAtMilliseconds, since }) => closedAtMilliseconds - since);
  const at = (values: readonly number[], ...shares: number[]) =>
    shares.map((share) => quantile(values, share).toFixed(0));
  return [name, String(ends.length), ...at(told, 0.5, 0.99), ...at(closed, 0.5, 0.99, 1)];
}

const all: Told[] = [];
let refused = 0;
try {
  const tokens = await buyTokens(bench, bench.machines);
  for (const [round, machine] of bench.machines.entries()) {
    const token = tokens[round] ?? "";
    const sessionIds = (await makeSessions(bench, [machine], STREAMS)).map(({ id }) => id);
    const openedFrom = nowMilliseconds();
    const hosts = await openStreams({ urls, token, sessionIds });
    const openingSeconds = (nowMilliseconds() - openedFrom) / 1000;
    requireAll(await asked(token), 200, "before");
    const startedAt = nowMilliseconds();
    const now = new Date();
    const { machineId, secretId } = machine;
    await database().prisma.$transaction((db) =>
      deleteCredential(
        { db, actor: bench.admin, now },
        { machineId, credentialId: secretId, confirmedLast: true },
      ),
    );
    const since = nowMilliseconds();
    const statuses = await asked(token);
    const ends = (await hosts.ended).map((end) => ({ ...end, since }));
    hosts.stop();
    requireAll(statuses, 401, "after");
    const other = ends.find(({ reason }) => !reason.startsWith("client secret deleted by"));
    if (other) throw new Error(`a stream ended otherwise: ${other.reason}`);
    const took = ((since - startedAt) / 1000).toFixed(2);
    const closed = quantile(
      ends.map((end) => end.closedAtMilliseconds - since),
      1,
    ).toFixed(0);
    console.log(
      `round ${round}: opened in ${openingSeconds.toFixed(0)} s, the deletion took ${took} s, the last closed after ${closed} ms`,
    );
    // Round 0 warms up.
    if (round === 0 && ROUNDS > 0) continue;
    refused += statuses.length;
    for (const end of ends) all.push(end);
  }
  console.log(`\n${STREAMS} streams on ${PROCESSES} processes, milliseconds after the commit`);
  const ofEach = urls.map((url, index) =>
    row(
      `process ${index + 1}`,
      all.filter((end) => end.url === url),
    ),
  );
  printTable(COLUMNS, [...ofEach, row("all", all)]);
  console.log(`\nrequests right after the deletion: ${refused} of ${refused} answered 401`);
} finally {
  for (const server of others) await server.stop();
  await bench.stop();
}
