import { spawn } from "node:child_process";
import { once } from "node:events";
import { bundle } from "@/tools/bundle.mjs";
import { startBench } from "./fleet";
import { type LoadRequest, type LoadResult, load } from "./load";
import { proofStock } from "./proofs";

const CONNECTIONS = 16;
const SECONDS = 4;
const ROUNDS = 3;
/** More than a round here has used. */
const PROOFS = 12_000;

const form = (clientId: string, clientSecret: string): Pick<LoadRequest, "headers" | "body"> => ({
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  }).toString(),
});

const root = process.cwd();
await bundle(root, "bench/floor.ts", "dist/bench/floor.mjs");
const floor = spawn(process.execPath, ["dist/bench/floor.mjs"], { stdio: ["ignore", "pipe", "inherit"] });
const [line] = (await once(floor.stdout, "data")) as [Buffer];
const floorPort = Number(line.toString());
const bench = await startBench(20, 3299);
try {
  const [machine] = bench.machines;
  if (!machine) throw new Error("no machine was provisioned");
  const tokenEndpoint = `${bench.origin}/api/identity/connect/token`;
  const right = form(machine.clientId, machine.clientSecret);
  const bought = await fetch(tokenEndpoint, { method: "POST", ...right });
  const { access_token: token } = (await bought.json()) as { access_token: string };
  const bearer = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const opened = await fetch(`${bench.origin}/api/orchestrator/sessions`, {
    method: "POST",
    headers: bearer,
    body: JSON.stringify({ hostName: "bench" }),
  });
  const { id } = (await opened.json()) as { id: string };
  const bind = async (dpop: string) =>
    fetch(tokenEndpoint, { method: "POST", ...right, headers: { ...right.headers, dpop } });
  const asked = await bind(proofStock({ htu: tokenEndpoint, nonce: "" }).take());
  const nonce = asked.headers.get("dpop-nonce") ?? "";
  const buying = proofStock({ htu: tokenEndpoint, nonce });
  const sold = (await (await bind(buying.take())).json()) as { access_token: string };
  const heartbeat = `${bench.origin}/api/orchestrator/sessions/${id}/heartbeat`;
  const beating = proofStock({ htu: heartbeat, nonce, token: sold.access_token });
  const bound = { authorization: `DPoP ${sold.access_token}`, "content-type": "application/json" };
  const measured: Record<string, LoadRequest> = {
    "floor: node:http, HMAC, ES256, no database": {
      url: `http://127.0.0.1:${floorPort}/`,
      ...right,
      expectedStatus: 200,
    },
    "token endpoint": { url: tokenEndpoint, ...right, expectedStatus: 200 },
    "token endpoint, garbage refused": {
      url: tokenEndpoint,
      ...form(machine.clientId, "lks_garbage"),
      expectedStatus: 401,
    },
    "token endpoint, with a DPoP proof": {
      url: tokenEndpoint,
      ...right,
      fresh: () => ({ dpop: buying.take() }),
      expectedStatus: 200,
    },
    heartbeat: { url: heartbeat, headers: bearer, body: "{}", expectedStatus: 200 },
    "heartbeat, with a DPoP proof": {
      url: heartbeat,
      headers: bound,
      fresh: () => ({ dpop: beating.take() }),
      body: "{}",
      expectedStatus: 200,
    },
  };
  const best = new Map<string, LoadResult>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, request] of Object.entries(measured)) {
      if (request.fresh) for (const stock of [buying, beating]) stock.fill(PROOFS);
      const result = await load(request, { connections: CONNECTIONS, seconds: round === 0 ? 1 : SECONDS });
      // Round 0 warms up. The best round is the one the machine disturbed least.
      if (round > 0 && result.perSecond > (best.get(name)?.perSecond ?? 0)) best.set(name, result);
    }
  }
  const base = best.get("floor: node:http, HMAC, ES256, no database")?.perSecond ?? Number.NaN;
  console.log(
    `\n${CONNECTIONS} connections, best of ${ROUNDS} rounds of ${SECONDS} s, client on the same machine\n`,
  );
  console.log("| what | per second | of the floor | median ms | p99 ms |\n|---|---:|---:|---:|---:|");
  for (const [name, { perSecond, medianMilliseconds, p99Milliseconds }] of best) {
    console.log(
      `| ${name} | ${perSecond.toFixed(0)} | ${(perSecond / base).toFixed(2)} | ${medianMilliseconds.toFixed(2)} | ${p99Milliseconds.toFixed(2)} |`,
    );
  }
} finally {
  floor.kill();
  await bench.stop();
}
