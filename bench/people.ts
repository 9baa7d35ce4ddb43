import { Connection, requestBytes } from "./load";

/** People who look at pages without a pause. They run in a process of their own, since reading pages is work, too. */
export type PeopleOrder = {
  readonly url: string;
  readonly cookie: string;
  readonly paths: readonly string[];
  readonly connections: number;
  readonly seconds: number;
};

export type PeopleReport = {
  /** How long each page took, in milliseconds. */
  readonly pages: readonly number[];
  /** How many times the server had too much to do. */
  readonly refused: number;
};

process.on("message", async ({ url, cookie, paths, connections, seconds }: PeopleOrder) => {
  const requests = paths.map((path) => requestBytes("GET", url + path, { cookie }));
  const pages: number[] = [];
  const endsAt = performance.now() + seconds * 1000;
  let [turn, refused] = [0, 0];
  const person = async () => {
    let connection = new Connection(Number(new URL(url).port));
    for (let askedAt = performance.now(); askedAt < endsAt; askedAt = performance.now()) {
      if (connection.isClosed) connection = new Connection(Number(new URL(url).port));
      turn += 1;
      const { status } = await connection.ask(requests[turn % requests.length] as Buffer);
      if (status === 200) pages.push(performance.now() - askedAt);
      else if (status === 503) refused += 1;
      else throw new Error(`a page answered ${status}`);
    }
    connection.end();
  };
  await Promise.all(Array.from({ length: connections }, person));
  const report: PeopleReport = { pages, refused };
  process.send?.(report);
});
process.send?.("ready");
