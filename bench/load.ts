import { Agent, request } from "node:http";

export type LoadRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that each request has of its own. */
  readonly fresh?: () => Readonly<Record<string, string>>;
  readonly body: string;
  /** Any other status ends the measurement. */
  readonly expectedStatus: number;
};

export type LoadResult = {
  readonly perSecond: number;
  readonly medianMilliseconds: number;
  readonly p99Milliseconds: number;
};

/** One POST over a kept connection. */
function send(agent: Agent, { url, headers, fresh, body, expectedStatus }: LoadRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: "POST",
        agent,
        headers: { ...headers, ...fresh?.(), "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        response.resume();
        response.once("end", () =>
          response.statusCode === expectedStatus
            ? resolve()
            : reject(new Error(`${url} answered ${response.statusCode}`)),
        );
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

/**
 * A closed loop: `connections` clients, each sending its next request when the last was answered.
 * @returns answers a second and latencies in milliseconds
 */
export async function load(
  loaded: LoadRequest,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const client = async () => {
    while (performance.now() < endsAt) {
      const sentAt = performance.now();
      await send(agent, loaded);
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return {
    perSecond: latencies.length / elapsedSeconds,
    medianMilliseconds: at(0.5),
    p99Milliseconds: at(0.99),
  };
}
