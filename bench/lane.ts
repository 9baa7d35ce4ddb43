import type { ChildProcess } from "node:child_process";
import { startChild } from "./child";
import { median, printTable, setting } from "./figures";
import type { Floor } from "./floor";
import { type Installation, makeDatabase, startInstallation } from "./installation";
import { BARE, inTurn, latchkeyRows, type Row } from "./lane-rows";
import { type LoadResult, load, requestBytes } from "./load";
import type { Peer } from "./peers";
import { processorSeconds } from "./processes";
import { tokenRequest } from "./requests";

/**
 * What robots ask all the time, beside the least that this machine can do and beside oidc-provider, all in one run.
 * With BASE=<another checkout> its server is measured too, on a PostgreSQL of its own.
 */
const ROUNDS = setting("ROUNDS", 5);
const SECONDS = setting("SECONDS", 2);
const CONNECTIONS = (process.env.CONNECTIONS ?? "1,16,64").split(",").map(Number);
/** Words of the rows that are wanted; limits are measured always. */
const ONLY = process.env.ONLY?.split(",");
const { BASE } = process.env;
const BASE_MARK = " (base)";
const MACHINES = 50;
const MICROSECONDS = 1e6;

type Measured = LoadResult & { readonly serverMicroseconds: number; readonly postgresMicroseconds: number };

const started: ChildProcess[] = [];
const installations: Installation[] = [];

async function start<Said extends { readonly port: number }>(
  file: string,
  databaseUrl: string,
  ...args: string[]
) {
  const { child, said } = await startChild<Said>(file, { args, env: { DATABASE_URL: databaseUrl } });
  started.push(child);
  return { ...said, pid: child.pid ?? 0, expectedStatus: 200 };
}

async function bareRows(installation: Installation): Promise<Row[]> {
  const { shown, ...floor } = await start<Floor>("floor.ts", await makeDatabase(installation, "floor"));
  const at = (path: string) => `http://localhost:${floor.port}${path}`;
  const client = installation.machines[0] ?? { clientId: "", clientSecret: "" };
  const row = (name: string, next: () => Buffer, postgresPid: number | null): Row => ({
    ...floor,
    name,
    limit: name.replace(" + one SELECT", ""),
    next,
    postgresPid,
  });
  const buying = (path: string) => {
    const bytes = tokenRequest(at(path), client);
    return () => bytes;
  };
  const showing = (path: string) =>
    inTurn(shown.map((authorization) => requestBytes("GET", at(path), { authorization })));
  const { postgresPid } = installation;
  return [
    row(BARE.token, buying("/token"), null),
    row(BARE.tokenSelect, buying("/token-select"), postgresPid),
    row(BARE.remembered, showing("/remembered"), null),
    row(BARE.rememberedSelect, showing("/remembered-select"), postgresPid),
  ];
}

async function peerRow(installation: Installation, kind: "memory" | "postgres", name: string): Promise<Row> {
  const databaseUrl = await makeDatabase(installation, `peer_${kind}`);
  const { clients, ...peer } = await start<Peer>("peers.ts", databaseUrl, kind);
  const url = `http://localhost:${peer.port}/token`;
  const buying = clients.map((client) => tokenRequest(url, client));
  const postgresPid = kind === "postgres" ? installation.postgresPid : null;
  return { ...peer, name, limit: BARE.token, next: inTurn(buying), postgresPid };
}

async function measure(row: Row, connections: number, seconds: number): Promise<Measured> {
  const busy = () => [row.pid, row.postgresPid].map((pid) => (pid === null ? 0 : processorSeconds(pid)));
  const before = busy();
  const result = await load(row, { connections, seconds });
  const [server = 0, postgres = 0] = busy().map(
    (after, index) => ((after - (before[index] ?? 0)) / result.requests) * MICROSECONDS,
  );
  return { ...result, serverMicroseconds: server, postgresMicroseconds: postgres };
}

/** @returns the measurements of each row, a round each; rounds are interleaved so that what else the machine does strikes all */
async function measureAll(rows: readonly Row[], connections: number): Promise<Map<string, Measured[]>> {
  const measured = new Map<string, Measured[]>(rows.map(({ name }) => [name, []]));
  const expected = new Map<string, number>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    // Round 0 warms up. Who comes first changes.
    for (const row of round % 2 === 0 ? rows : rows.toReversed()) {
      await row.prepare?.((expected.get(row.name) ?? 2_000) * SECONDS);
      const result = await measure(row, connections, round === 0 ? Math.min(1, SECONDS) : SECONDS);
      expected.set(row.name, Math.ceil(result.perSecond * 1.3));
      if (round > 0) measured.get(row.name)?.push(result);
    }
  }
  return measured;
}

type Figure = (result: Measured) => number;

/** @returns the median of the ratios within a round */
function ratio(results: readonly Measured[] = [], to: readonly Measured[] = [], figure: Figure): number {
  return median(results.map((result, round) => figure(result) / figure(to[round] ?? result)));
}

function report(rows: readonly Row[], connections: number, measured: ReadonlyMap<string, Measured[]>): void {
  console.log(`\n${connections} connections, medians of ${ROUNDS} rounds of ${SECONDS} s`);
  const perSecond: Figure = (result) => result.perSecond;
  const cost: Figure = (result) => result.serverMicroseconds;
  const p50: Figure = (result) => result.p50Milliseconds;
  const cells = ({ name, limit }: Row) => {
    const results = measured.get(name) ?? [];
    const middle = (figure: Figure) => median(results.map(figure));
    const select = measured.get(`${limit} + one SELECT`);
    return [
      name,
      middle(perSecond).toFixed(0),
      `${ratio(results, measured.get(limit), perSecond).toFixed(2)} of ${limit}`,
      ratio(measured.get(limit) ?? [], results, cost).toFixed(2),
      middle(cost).toFixed(0),
      middle((result) => result.postgresMicroseconds).toFixed(0),
      middle(p50).toFixed(2),
      middle((result) => result.p99Milliseconds).toFixed(2),
      select ? ratio(results, select, p50).toFixed(2) : "",
    ];
  };
  printTable(
    [
      "what",
      "per second",
      "ratio",
      "by CPU",
      "server CPU µs",
      "PostgreSQL CPU µs",
      "p50 ms",
      "p99 ms",
      "p50 of + one SELECT",
    ],
    rows.map(cells),
  );
  const pairs = rows.filter(({ name }) => measured.has(name + BASE_MARK));
  if (pairs.length === 0) return;
  console.log(`\nNow compared with ${BASE}: medians of the ratios within a round`);
  printTable(
    ["what", "per second", "server CPU", "PostgreSQL CPU", "p50", "p99"],
    pairs.map(({ name }) => [
      name,
      ...(
        [
          "perSecond",
          "serverMicroseconds",
          "postgresMicroseconds",
          "p50Milliseconds",
          "p99Milliseconds",
        ] as const
      ).map((key) =>
        ratio(measured.get(name), measured.get(name + BASE_MARK), (result) => result[key]).toFixed(2),
      ),
    ]),
  );
}

/** @returns now's rows each beside its base's, so that a round compares what was measured at one time */
async function allRows(): Promise<Row[]> {
  const install = async (root?: string) => {
    const installation = await startInstallation({
      machines: MACHINES,
      durability: "durable",
      ...(root && { root }),
    });
    installations.push(installation);
    return installation;
  };
  const now = await install();
  const ours = await latchkeyRows(now);
  const base = BASE ? await latchkeyRows(await install(BASE), BASE_MARK) : [];
  return [
    ...(await bareRows(now)),
    await peerRow(now, "memory", "oidc-provider, in memory, opaque"),
    await peerRow(now, "postgres", "oidc-provider, PostgreSQL, JWT"),
    ...ours.flatMap((row, index) => [row, ...base.slice(index, index + 1)]),
  ];
}

try {
  const rows = await allRows();
  const limits = new Set(rows.map(({ limit }) => limit));
  const isWanted = ({ name }: Row) =>
    !ONLY || limits.has(name) || name.startsWith("bare") || ONLY.some((word) => name.includes(word));
  const wanted = rows.filter(isWanted);
  for (const connections of CONNECTIONS) report(wanted, connections, await measureAll(wanted, connections));
} finally {
  for (const child of started) child.kill();
  for (const installation of installations) await installation.stop();
}
