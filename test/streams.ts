import pg from "pg";
import { expect } from "vitest";
import type { Topics } from "@/lib/live/topics";
import { oncePerProcess } from "@/lib/shared";
import { ORCHESTRATOR } from "@/test/robot";
import { call, databaseUrl } from "@/test/world";

/** What tests know of streams of events, and of those who hear signals. */
const alreadyThere = (): never => {
  throw new Error("nobody listens yet");
};

/** @returns how many in this process hear of a topic */
export const hearersOf = (topic: string): number =>
  oncePerProcess<{ topics: Topics<unknown> }>("signals", alreadyThere).topics.count(topic);

/** The time of one keep-alive passes for every open stream of this process. */
export function passKeepAlive(now = new Date()): void {
  for (const stream of oncePerProcess<Set<{ keepAlive(now: Date): void }>>("event-streams", alreadyThere)) {
    stream.keepAlive(now);
  }
}

export const askEvents = (sessionId: string, bearer: string, method = "GET"): Promise<Response> =>
  call(method, `${ORCHESTRATOR}/sessions/${sessionId}/events`, {
    headers: { authorization: `Bearer ${bearer}` },
  });

/** Reads a stream's events one by one, as a robot does. */
export async function listenTo(sessionId: string, bearer: string) {
  const response = await askEvents(sessionId, bearer);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  /** @returns the next event's name and data, or null when the stream has ended */
  const next = async (): Promise<{ event: string; data: unknown } | null> => {
    for (;;) {
      const match = /^id: \d+\nevent: (.+)\ndata: (.+)\n\n/m.exec(text);
      if (match) {
        text = text.slice(match.index + match[0].length);
        return { event: match[1] ?? "", data: JSON.parse(match[2] ?? "") };
      }
      const chunk = await reader?.read();
      if (!chunk || chunk.done) return null;
      text += chunk.value;
    }
  };
  expect(await next()).toEqual({ event: "ready", data: {} });
  return { next, hangUp: () => reader?.cancel() };
}

/** Ends every listening connection, as a failing network or an impatient operator does. */
export async function cutListeners(): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'latchkey signals' AND datname = current_database()`,
  );
  await client.end();
  return rowCount ?? 0;
}

/** Waits until there is a listening connection that hears: the last it was asked is to listen to its own echo. */
export async function untilListening(): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const listening = `SELECT FROM pg_stat_activity WHERE application_name = 'latchkey signals'
                        AND datname = current_database() AND query LIKE 'LISTEN latchkey\\_echo%'`;
  await expect.poll(async () => (await client.query(listening)).rowCount).toBe(1);
  await client.end();
}
