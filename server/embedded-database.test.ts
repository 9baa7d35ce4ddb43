import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { rowsIn, test } from "@/test/keepers";
import { isAlive } from "@/test/robot/alive";
import { postmasterOf } from "./postgres-orphans";

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
  const orphan = postmasterOf(place.databaseFolder());
  const watchdog = Number(execFileSync("ps", ["-o", "ppid=", "-p", String(orphan)], { encoding: "utf8" }));
  const family = execFileSync("ps", ["-o", "pid=", "--ppid", String(watchdog)], { encoding: "utf8" })
    .split("\n")
    .map(Number);
  for (const pid of [watchdog, ...family.filter((pid) => pid > 0 && pid !== orphan)])
    process.kill(pid, "SIGKILL");
  killed.child.kill("SIGKILL");
  await killed.stop();
  expect(postmasterOf(place.databaseFolder())).toBe(orphan);

  const next = place.keep();
  expect(await rowsIn(await next.url())).toEqual(expect.arrayContaining(killed.acknowledged()));
  // Stopped by the next start, unless it ended by itself before that looked.
  expect(isAlive(orphan ?? 0)).toBe(false);
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
  expect(sentence).toContain(`already runs on ${place.dataDir} (process ${first.child.pid})`);
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
