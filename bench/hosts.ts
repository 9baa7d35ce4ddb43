import { fork } from "node:child_process";
import type { IssuedSecret } from "@/lib/credentials/schema";
import { bundle } from "@/tools/bundle.mjs";
import type { HostsOrder, HostsReport, StreamEnd } from "./host-streams";

/** Hosts in a process of their own, step by step. */
export type Hosts = {
  /** Opens their streams; resolves when every one has said that it is ready. */
  openStreams(): Promise<void>;
  /** Resolves when the server has ended every stream. */
  readonly ended: Promise<readonly StreamEnd[]>;
  stop(): void;
};

/** Buys an access token with a secret. */
export async function buyToken(url: string, { clientId, clientSecret }: IssuedSecret) {
  const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  const answer = await fetch(`${url}/api/identity/connect/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Connects hosts, each with a session of its own, and resolves when all are connected. */
export async function connectHosts(order: HostsOrder): Promise<Hosts> {
  await bundle(process.cwd(), "bench/host-streams.ts", "dist/bench/host-streams.mjs");
  const child = fork("dist/bench/host-streams.mjs");
  const hears = <K extends HostsReport["kind"]>(kind: K) =>
    new Promise<Extract<HostsReport, { kind: K }>>((resolve, reject) => {
      child.on("message", (said: HostsReport) => {
        if (said.kind === kind) resolve(said as Extract<HostsReport, { kind: K }>);
      });
      child.once("exit", () => reject(new Error("the hosts' process ended")));
    });
  const connected = hears("connected");
  const streaming = hears("streaming");
  const ended = hears("ended").then(({ ends }) => ends);
  // Whoever stops the hosts early does not wait for these.
  for (const left of [streaming, ended]) left.catch(() => undefined);
  child.send(order);
  await connected;
  return {
    async openStreams() {
      child.send({});
      await streaming;
    },
    ended,
    stop: () => void child.kill(),
  };
}
