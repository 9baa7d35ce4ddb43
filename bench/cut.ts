import { database } from "@/lib/db";
import { deleteSecret } from "@/lib/workflows/delete-secret";
import type { StreamEnd } from "./host-streams";
import { buyToken, connectHosts } from "./hosts";
import { startInstallation, startServer } from "./installation";

/**
 * How long it takes from the commit of a deletion until 1,000 hosts on two server processes are told and cut, and whether
 * any request in between is served.
 */
const HOSTS = 1_000;
const ROUNDS = 5;

const nowMilliseconds = () => Number(process.hrtime.bigint()) / 1e6;

const bench = await startInstallation({ machines: ROUNDS + 1, port: 3299 });
const second = await startServer(3298, bench.env);
const urls = [bench.server.url, second.url];

/** @returns the status of the first request after the deletion, in each process */
const asked = (token: string) =>
  Promise.all(
    urls.map(async (url) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${url}/api/orchestrator/me`, { headers })).status;
    }),
  );

type Row = {
  readonly round: number;
  readonly server: string;
  readonly told: readonly number[];
  readonly closed: readonly number[];
};
const rows: Row[] = [];
let refused = 0;

try {
  for (const [round, machine] of bench.machines.entries()) {
    const token = await buyToken(urls[0] ?? "", machine);
    const hosts = await connectHosts({ urls, token, hosts: HOSTS });
    await hosts.openStreams();
    if (String(await asked(token)) !== "200,200") throw new Error("the token was not good before");
    const startedAt = nowMilliseconds();
    const now = new Date();
    const { machineId, secretId } = machine;
    await database().prisma.$transaction((db) =>
      deleteSecret({ db, actor: bench.admin, now }, { machineId, secretId, confirmedLast: true }),
    );
    const acknowledgedAt = nowMilliseconds();
    const statuses = await asked(token);
    const ends = await hosts.ended;
    hosts.stop();
    const cut = (end: StreamEnd) => end.reason.startsWith("client secret deleted by");
    if (!ends.every(cut))
      throw new Error(`a stream ended otherwise: ${ends.find((end) => !cut(end))?.reason}`);
    if (String(statuses) !== "401,401") throw new Error(`after the deletion: ${statuses}`);
    console.log(`round ${round}: the deletion took ${(acknowledgedAt - startedAt).toFixed(0)} ms`);
    // Round 0 warms up.
    if (round === 0) continue;
    refused += statuses.length;
    for (const [index, url] of urls.entries()) {
      const own = ends.filter((end) => end.url === url);
      rows.push({
        round,
        server: "AB"[index] ?? "",
        told: own.map(({ toldAtMilliseconds }) => toldAtMilliseconds - acknowledgedAt),
        closed: own.map(({ closedAtMilliseconds }) => closedAtMilliseconds - acknowledgedAt),
      });
    }
  }
  const at = (values: readonly number[], share: number) =>
    ([...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN).toFixed(0);
  const line = (name: string, told: readonly number[], closed: readonly number[]) =>
    `| ${name} | ${closed.length} | ${at(told, 0.5)} | ${at(told, 0.99)} | ${at(closed, 0.5)} | ${at(closed, 0.99)} | ${at(closed, 1)} |`;
  console.log(`\n${HOSTS} hosts on two processes, ${ROUNDS} rounds, milliseconds after the commit\n`);
  console.log(
    "| round, process | streams | told p50 | told p99 | closed p50 | closed p99 | closed max |\n|---|---:|---:|---:|---:|---:|---:|",
  );
  for (const { round, server, told, closed } of rows) console.log(line(`${round} ${server}`, told, closed));
  for (const server of ["A", "B"]) {
    const own = rows.filter((row) => row.server === server);
    console.log(
      line(
        `all ${server}`,
        own.flatMap(({ told }) => told),
        own.flatMap(({ closed }) => closed),
      ),
    );
  }
  console.log(`\nrequests right after the deletion: ${refused} of ${ROUNDS * urls.length} answered 401`);
} finally {
  await second.stop();
  await bench.stop();
}
