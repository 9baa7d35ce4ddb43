import { nowMilliseconds, openStream, type StreamEnd } from "./event-streams";
import { Connection } from "./load";
import { eventsRequest } from "./requests";

/** Many hosts that each hold an open stream of events. Runs in a process of its own, so that its work is not counted as another's. */
export type HostsOrder = {
  /** One address a server process; hosts are dealt out in turn. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly sessionIds: readonly string[];
};

export type HostsReport =
  | { readonly kind: "streaming" }
  | { readonly kind: "ended"; readonly ends: readonly (StreamEnd & { readonly url: string })[] };

const AT_ONCE = 16;
const report = (said: HostsReport) => process.send?.(said);

async function obey({ urls, token, sessionIds }: HostsOrder): Promise<void> {
  const ends: Promise<StreamEnd & { url: string }>[] = [];
  const waiting = sessionIds.entries();
  const opener = async () => {
    for (const [index, sessionId] of waiting) {
      const url = urls[index % urls.length] ?? "";
      const connection = new Connection(Number(new URL(url).port));
      const { ended } = await openStream(connection, eventsRequest(url, sessionId, token));
      ends.push(ended.then((end) => ({ ...end, url })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opener));
  report({ kind: "streaming" });
  report({ kind: "ended", ends: await Promise.all(ends) });
}

process.once("message", (order) => {
  obey(order as HostsOrder).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.send?.(nowMilliseconds());
