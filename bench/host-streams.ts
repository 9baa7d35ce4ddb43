import { Agent, request } from "node:http";

/**
 * Many hosts that each hold an open stream of events. Runs in a process of its own, so that its work is not counted as the
 * server's nor the bench's; instants are of the monotonic clock, which all processes of a machine share.
 */
export type HostsOrder = {
  /** One address a server process; hosts are dealt out in turn. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly hosts: number;
};

/** What became of one host's stream. */
export type StreamEnd = {
  readonly url: string;
  readonly reason: string;
  readonly toldAtMilliseconds: number;
  readonly closedAtMilliseconds: number;
};

export type HostsReport =
  | { readonly kind: "connected" }
  | { readonly kind: "streaming" }
  | { readonly kind: "ended"; readonly ends: readonly StreamEnd[] };

const AT_ONCE = 16;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
const nowMilliseconds = () => Number(process.hrtime.bigint()) / 1e6;
const report = (said: HostsReport) => process.send?.(said);

/** Connects a host. @returns the session's id */
function connect(url: string, token: string, hostName: string): Promise<string> {
  const body = JSON.stringify({ hostName });
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-length": body.length,
    };
    const outgoing = request(
      `${url}/api/orchestrator/sessions`,
      { method: "POST", agent, headers },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.once("end", () =>
          answer.statusCode === 201
            ? resolve((JSON.parse(text) as { id: string }).id)
            : reject(new Error(`connecting answered ${answer.statusCode}: ${text}`)),
        );
      },
    );
    outgoing.once("error", reject).end(body);
  });
}

/** Opens a stream. @returns when it is ready, the promise of its end */
function stream(url: string, token: string, sessionId: string): Promise<{ ended: Promise<StreamEnd> }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}/api/orchestrator/sessions/${sessionId}/events`,
      { agent: false, headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        let text = "";
        let toldAtMilliseconds = Number.NaN;
        const ended = new Promise<StreamEnd>((end) => {
          answer.once("close", () =>
            end({
              url,
              reason: /"reason":"(.*)"/.exec(text)?.[1] ?? "closed without a word",
              toldAtMilliseconds,
              closedAtMilliseconds: nowMilliseconds(),
            }),
          );
        });
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
          if (text.includes("event: ready\n")) resolve({ ended });
          if (text.includes("event: disconnected\n")) toldAtMilliseconds = nowMilliseconds();
        });
        if (answer.statusCode !== 200) reject(new Error(`a stream answered ${answer.statusCode}`));
      },
    );
    outgoing.once("error", reject).end();
  });
}

/** Does something for each item, a few at once. */
async function forEach<T, R>(
  items: readonly T[],
  doing: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...items.entries()].reverse();
  const worker = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [index, item] = next;
      results[index] = await doing(item, index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function obey({ urls, token, hosts }: HostsOrder): Promise<void> {
  const places = Array.from({ length: hosts }, (_, index) => urls[index % urls.length] ?? "");
  const sessions = await forEach(places, async (url, index) => ({
    url,
    id: await connect(url, token, `HOST-${index}`),
  }));
  report({ kind: "connected" });
  process.once("message", async () => {
    const streams = await forEach(sessions, ({ url, id }) => stream(url, token, id));
    report({ kind: "streaming" });
    report({ kind: "ended", ends: await Promise.all(streams.map(({ ended }) => ended)) });
  });
}

process.once("message", (order) => {
  obey(order as HostsOrder).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
