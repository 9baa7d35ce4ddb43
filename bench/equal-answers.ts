import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { crc32 } from "node:zlib";
import { makeCredentialId, makeSecret } from "@/lib/credentials/material";
import { median } from "./figures";
import { startInstallation } from "./installation";

/**
 * Whether a stranger can tell by the time of the refusal what was wrong: the client, the secret's id or the secret, also
 * where the right one was lately used. Requests of the four kinds are interleaved at random over one connection; for each pair of kinds the chance that a request of one
 * took longer than one of the other is estimated (the area under the ROC curve, by ranks). 0.5 is a coin.
 */
const REQUESTS_A_KIND = 2_000;
const WARM_UP = 500;
/** Under equality the estimate lies within this of 0.5 in 999 of 1,000 runs: 3.3 standard errors. */
const THRESHOLD = 3.3 * Math.sqrt((2 * REQUESTS_A_KIND + 1) / (12 * REQUESTS_A_KIND * REQUESTS_A_KIND));

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A secret of the right shape under an id, with another random part, as somebody who knows the grammar can make it. */
function forgedUnder(secretId: string): string {
  const body = makeSecret()
    .value.slice(0, -6)
    .replace(/^lks_\w{16}/, `lks_${secretId}`);
  let checksum = "";
  for (let rest = crc32(body); checksum.length < 6; rest = Math.floor(rest / 62)) {
    checksum = DIGITS.charAt(rest % 62) + checksum;
  }
  return body + checksum;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** @returns how long the answer took, in milliseconds */
function answered(status: number, url: string, clientId: string, clientSecret: string): Promise<number> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  }).toString();
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": Buffer.byteLength(body),
    };
    const sentAt = performance.now();
    request(url, { method: "POST", agent, headers }, (response) => {
      const took = performance.now() - sentAt;
      response.resume().once("end", () => {
        if (response.statusCode === status) resolve(took);
        else reject(new Error(`answered ${response.statusCode}`));
      });
    })
      .once("error", reject)
      .end(body);
  });
}

/** The chance that one of `a` is larger than one of `b`, by the sum of ranks (Mann and Whitney). */
function chanceLarger(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, of: 1 })), ...b.map((value) => ({ value, of: 0 }))];
  all.sort((one, other) => one.value - other.value);
  const rankSum = all.reduce((sum, { of }, index) => sum + of * (index + 1), 0);
  return (rankSum - (a.length * (a.length + 1)) / 2) / (a.length * b.length);
}

const refused = (url: string, clientId: string, clientSecret: string) =>
  answered(401, url, clientId, clientSecret);

const bench = await startInstallation({ machines: 50 });
try {
  const tokenEndpoint = `${bench.server.url}/api/identity/connect/token`;
  const half = bench.machines.length / 2;
  const machine = (from = 0) => bench.machines[from + Math.floor(Math.random() * half)] ?? bench.machines[0];
  // What the server knows of who was let in must not show.
  for (const { clientId, clientSecret } of bench.machines.slice(half))
    await answered(200, tokenEndpoint, clientId, clientSecret);
  const kinds = {
    "unknown client": () => refused(tokenEndpoint, randomUUID(), forgedUnder(makeCredentialId())),
    "unknown secret id": () =>
      refused(tokenEndpoint, machine()?.clientId ?? "", forgedUnder(makeCredentialId())),
    "wrong secret": () => {
      const known = machine();
      return refused(tokenEndpoint, known?.clientId ?? "", forgedUnder(known?.secretId ?? ""));
    },
    "wrong secret of who was let in": () => {
      const known = machine(half);
      return refused(tokenEndpoint, known?.clientId ?? "", forgedUnder(known?.secretId ?? ""));
    },
  };
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const order = names.flatMap((name) => Array.from({ length: REQUESTS_A_KIND + WARM_UP }, () => name));
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other] ?? "wrong secret", order[last] ?? "wrong secret"];
  }
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (const name of order) times.get(name)?.push(await kinds[name]());
  const kept = (name: keyof typeof kinds) => (times.get(name) ?? []).slice(WARM_UP);
  console.log(
    `\n${REQUESTS_A_KIND} requests of each kind, interleaved; a difference counts beyond ${THRESHOLD.toFixed(3)}\n`,
  );
  console.log("| kind | median ms |\n|---|---:|");
  for (const name of names) console.log(`| ${name} | ${median(kept(name)).toFixed(3)} |`);
  console.log("\n| slower? | chance | told apart |\n|---|---:|---|");
  const pairs = [
    ["unknown client", "unknown secret id"],
    ["wrong secret", "unknown secret id"],
    ["wrong secret", "unknown client"],
    ["wrong secret of who was let in", "unknown secret id"],
    ["wrong secret of who was let in", "wrong secret"],
  ] as const;
  for (const [one, other] of pairs) {
    const chance = chanceLarger(kept(one), kept(other));
    const isTold = Math.abs(chance - 0.5) > THRESHOLD;
    console.log(`| ${one} slower than ${other} | ${chance.toFixed(3)} | ${isTold ? "yes" : "no"} |`);
    if (isTold) process.exitCode = 1;
  }
} finally {
  agent.destroy();
  await bench.stop();
}
