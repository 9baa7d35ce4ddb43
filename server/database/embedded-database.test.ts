import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { CONTAINER } from "@/test/container";
import { rowsIn, test } from "@/test/keepers";
import { isAlive } from "@/test/robot/alive";
import { postmasterOf } from "./postgres-orphans";

const ps = (...args: string[]) => execFileSync("ps", args, { encoding: "utf8" }).trim();
const parentOf = (pid: number) => Number(ps("-o", "ppid=", "-p", String(pid)));
const childrenOf = (pid: number) => ps("-o", "pid=", "--ppid", String(pid)).split(/\s+/).map(Number);
const onlyChildOf = (pid: number) => {
  const [child] = childrenOf(pid);
  if (!child) throw new Error(`process ${pid} has no child`);
  return child;
};
/** Kills Latchkey with its watchdog. Stopped first, or it could see the one end before its own, and stop the PostgreSQL that is to be left alone. */
function killWithWatchdog(latchkey: number, watchdog: number, orphan: number): void {
  process.kill(latchkey, "SIGSTOP");
  for (const pid of [...childrenOf(watchdog).filter((pid) => pid !== orphan), watchdog, latchkey])
    process.kill(pid, "SIGKILL");
}
const nameOf = (pid: number) => ps("-o", "comm=", "-p", String(pid));

test("after kill -9 of the process the next start has every acknowledged row and no second PostgreSQL", async ({
  place,
}) => {
  const killed = place.keep("write");
  await killed.hears(/acknowledged 200$/m);
  killed.child.kill("SIGKILL");
  await killed.stop();
  const next = place.keep();
  expect(await rowsIn(await next.url())).toEqual(expect.arrayContaining(killed.acknowledged()));
});

test("the same when its watchdog is killed with it and PostgreSQL is left alone", async ({ place }) => {
  const killed = place.keep("write");
  await killed.hears(/acknowledged 50$/m);
  const orphan = postmasterOf(place.databaseFolder()) ?? 0;
  killWithWatchdog(killed.child.pid ?? 0, parentOf(orphan), orphan);
  await killed.stop();
  expect(isAlive(orphan)).toBe(true);

  const next = place.keep();
  expect(await rowsIn(await next.url())).toEqual(expect.arrayContaining(killed.acknowledged()));
  expect(isAlive(orphan)).toBe(false);
  expect(postmasterOf(place.databaseFolder())).not.toBe(orphan);
});

test("PostgreSQL ends with the process that started it, even when that is killed", async ({ place }) => {
  const killed = place.keep();
  await killed.url();
  const left = postmasterOf(place.databaseFolder());
  killed.child.kill("SIGKILL");
  await killed.stop();
  await expect.poll(() => postmasterOf(place.databaseFolder())).toBeUndefined();
  expect(left).toBeDefined();
});

test("a start that is killed while it makes the database does not spoil the next one", async ({ place }) => {
  const killed = place.keep();
  await expect
    .poll(() => statSync(join(place.dataDir, "settings.json"), { throwIfNoEntry: false }), {
      interval: 10,
    })
    .toBeDefined();
  killed.child.kill("SIGKILL");
  await killed.stop();
  expect(await place.keep("write").url()).toContain("postgresql://");
});

test("a second start on the same data folder is refused with a sentence", async ({ place }) => {
  const first = place.keep();
  await first.url();
  const second = place.keep();
  const [, sentence] = await second.hears(/^problem (.*)$/m);
  expect(sentence).toContain(`already runs on ${place.dataDir} (process ${first.child.pid} of `);
});

test("the same folder in two containers: the second is refused, and serves when the first has ended", async ({
  place,
}) => {
  const first = place.keep("write", { within: CONTAINER });
  await first.hears(/acknowledged 50$/m);
  const second = place.keep("", { within: CONTAINER });
  await second.hears(/^problem Latchkey already runs on/m);
  await second.stop();
  first.child.kill("SIGKILL");
  await first.stop();
  const next = place.keep("", { within: CONTAINER });
  expect(await rowsIn(await next.url())).toEqual(expect.arrayContaining(first.acknowledged()));
});

test("a PostgreSQL that outlived its Latchkey in another container is neither overlooked nor taken for dead", async ({
  place,
}) => {
  // A container whose first process goes on when Latchkey and its watchdog are gone.
  const init = ["/bin/sh", "-c", '"$@"; exec sleep 60', "init"];
  const first = place.keep("write", { within: [...CONTAINER, ...init] });
  await first.hears(/acknowledged 50$/m);
  const outermost = first.child.pid ?? 0;
  const latchkey = onlyChildOf(CONTAINER.length > 0 ? onlyChildOf(outermost) : outermost);
  const watchdog = onlyChildOf(latchkey);
  const orphan = childrenOf(watchdog).find((pid) => nameOf(pid) === "postgres") ?? 0;
  killWithWatchdog(latchkey, watchdog, orphan);
  expect(isAlive(orphan)).toBe(true);

  const next = place.keep("", { within: CONTAINER });
  await next.hears(/^(report (waiting for|stopped) a PostgreSQL|url)/m);
  if (CONTAINER.length > 0) {
    expect(next.said()).toContain("report waiting for a PostgreSQL of another container");
    expect(next.said()).not.toContain("url");
    process.kill(orphan, "SIGINT");
  } else expect(next.said()).toContain("report stopped a PostgreSQL left over");
  first.child.kill("SIGKILL");
  expect(await rowsIn(await next.url())).toEqual(expect.arrayContaining(first.acknowledged()));
});

test("the secrets of the data folder are its owner's alone", async ({ place }) => {
  await place.keep().url();
  expect(statSync(join(place.dataDir, "settings.json")).mode & 0o777).toBe(0o600);
  expect(statSync(place.databaseFolder()).mode & 0o777).toBe(0o700);
  expect(statSync(place.dataDir).mode & 0o066).toBe(0);
});

test("a database that has gone is not silently made anew", async ({ place }) => {
  const first = place.keep();
  await first.url();
  await first.stop();
  rmSync(place.databaseFolder(), { recursive: true });
  await expect(
    place.keep().hears(/^problem The database of this data folder should be in/m),
  ).resolves.toBeDefined();
});

test("a data folder that cannot be made is named", async ({ place }) => {
  place.dataDir = join(process.execPath, "data");
  await expect(place.keep().hears(/^problem .* is not a folder/m)).resolves.toBeDefined();
});
