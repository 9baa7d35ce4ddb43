import { load, requestBytes } from "./load";

/** People who look at pages without a pause. They run in a process of their own, since reading pages is work, too. */
export type PeopleOrder = {
  readonly url: string;
  readonly cookie: string;
  readonly paths: readonly string[];
  readonly connections: number;
  readonly seconds: number;
};

process.on("message", async ({ url, cookie, paths, connections, seconds }: PeopleOrder) => {
  const requests = paths.map((path) => requestBytes("GET", url + path, { cookie }));
  let turn = 0;
  const next = () => requests[turn++ % requests.length] as Buffer;
  const port = Number(new URL(url).port);
  process.send?.(await load({ port, next, expectedStatus: 200 }, { connections, seconds }));
});
process.send?.("ready");
