import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { expect } from "vitest";
import type { Latchkey } from "./process";

/** The ids of the processes that serve the port of a Latchkey that was started with PROCESSES, by npm or without. */
export function servingOf({ child }: Pick<Latchkey, "child">): number[] {
  const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const all = listed.split("\n").map((line) => /^ *(\d+) +(\d+) (.*)/.exec(line)?.slice(1) ?? []);
  const parents = new Map(all.map(([pid, parent]) => [Number(pid), Number(parent)]));
  const isOfIt = (pid: number): boolean => pid === child.pid || (pid > 0 && isOfIt(parents.get(pid) ?? 0));
  return all.flatMap(([pid, , args]) =>
    args?.includes("server/lifecycle/worker.mjs") && isOfIt(Number(pid)) ? [Number(pid)] : [],
  );
}

/** Does something while only one of them can take a connection. */
export async function servedBy<T>(latchkey: Latchkey, pid: number, doing: () => Promise<T>): Promise<T> {
  const others = servingOf(latchkey).filter((other) => other !== pid);
  expect(others).not.toHaveLength(0);
  for (const other of others) process.kill(other, "SIGSTOP");
  try {
    return await doing();
  } finally {
    for (const other of others) process.kill(other, "SIGCONT");
  }
}

type Asked = {
  readonly token?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: object;
};

/** Asks over a connection of its own: one that was kept might lead to a process that cannot answer. Resolves when the answer begins. */
export async function ask(
  url: string,
  method: string,
  path: string,
  asked: Asked = {},
): Promise<IncomingMessage> {
  const { token, form, json } = asked;
  const body = form ? String(new URLSearchParams(form)) : json ? JSON.stringify(json) : "";
  const asking = request(url + path, {
    method,
    agent: false,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { "content-type": form ? "application/x-www-form-urlencoded" : "application/json" }),
      "content-length": Buffer.byteLength(body),
    },
  });
  asking.end(body);
  const [answer]: IncomingMessage[] = await once(asking, "response");
  return answer as IncomingMessage;
}

/** All of an answer. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of answer.setEncoding("utf8")) text += part;
  return text;
}

/** Buys a token. */
export async function buyToken(
  url: string,
  { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string },
): Promise<string> {
  const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  const answer = await ask(url, "POST", "/api/identity/connect/token", { form });
  return (JSON.parse(await textOf(answer)) as { access_token: string }).access_token;
}
