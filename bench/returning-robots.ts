import { setTimeout as pause } from "node:timers/promises";
import { backOffSeconds } from "@/robot/back-off";
import { nowMilliseconds, openStream, Refused } from "./event-streams";
import { type Answer, Connection } from "./load";
import { connectRequest, eventsRequest, tokenRequest, tokenUrlOf } from "./requests";

/** Robots that start at one moment: token, session, stream of events. They back off as ours do. Runs in a process of its own. */
export type ReturnOrder = {
  readonly url: string;
  readonly robots: readonly {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly hostName: string;
  }[];
};

/** When each robot had it, by the monotonic clock. */
export type Returned = {
  readonly tokens: readonly number[];
  readonly sessions: readonly number[];
  readonly streams: readonly number[];
  /** How often something was not answered as it should. */
  readonly failures: Readonly<Record<string, number>>;
};

const returned = { tokens: [] as number[], sessions: [] as number[], streams: [] as number[] };
const failures: Record<string, number> = {};

/** @throws Refused for another status than that one */
function requireStatus({ status, head, body }: Answer, wanted: number): Record<string, string> {
  if (status === wanted) return JSON.parse(body.toString());
  throw new Refused(status, Number(/\r\nretry-after: *(\d+)/i.exec(head)?.[1] ?? 0));
}

/** Does a step until it succeeds, on a new connection after a failure. */
async function persist<T>(
  what: string,
  port: number,
  line: { now: Connection },
  step: () => Promise<T>,
): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await step();
    } catch (error) {
      const name = `${what}: ${error instanceof Error ? error.message : error}`;
      failures[name] = (failures[name] ?? 0) + 1;
      line.now.end();
      await pause(
        backOffSeconds(failed, Math.random, error instanceof Refused ? error.retryAfterSeconds : 0) * 1000,
      );
      line.now = new Connection(port);
    }
  }
}

async function comeBack(url: string, { hostName, ...client }: ReturnOrder["robots"][number]): Promise<void> {
  const port = Number(new URL(url).port);
  const line = { now: new Connection(port) };
  const buying = tokenRequest(tokenUrlOf(url), client);
  const { access_token: token = "" } = await persist("token", port, line, async () =>
    requireStatus(await line.now.ask(buying), 200),
  );
  returned.tokens.push(nowMilliseconds());
  const connecting = connectRequest(url, token, { hostName, instanceId: hostName });
  const { id = "" } = await persist("session", port, line, async () =>
    requireStatus(await line.now.ask(connecting), 201),
  );
  returned.sessions.push(nowMilliseconds());
  await persist("stream", port, line, () => openStream(line.now, eventsRequest(url, id, token)));
  returned.streams.push(nowMilliseconds());
}

process.once("message", async ({ url, robots }: ReturnOrder) => {
  await Promise.all(robots.map((robot) => comeBack(url, robot)));
  process.send?.({ ...returned, failures } satisfies Returned);
});
process.send?.(nowMilliseconds());
