import { describe, expect, test } from "vitest";
import {
  GRANT,
  garbage,
  machine,
  otherProcess,
  PER_ADDRESS,
  PER_CLIENT,
  post,
  refused,
  rows,
  status,
  statuses,
  throttled,
  writtenBy,
  wrong,
} from "@/test/failing-clients";
import { forged } from "@/test/robot";
import { prisma, way } from "@/test/world";

describe("all processes count together", () => {
  test("what one counted the other knows at its next failure", async () => {
    await statuses(PER_CLIENT - 2, () => status(wrong(machine)));
    otherProcess();
    expect(await statuses(4, () => status(wrong(machine)))).toEqual([...refused(2), ...throttled(2)]);
    otherProcess();
    expect(await statuses(2, () => status(wrong(machine)))).toEqual(throttled(2));
    expect(await status(machine)).toBe(200);
  });

  test("a process that knows that the limit is reached writes nothing more", async () => {
    await statuses(PER_CLIENT, () => status(wrong(machine)));
    const asking = () => statuses(20, () => status(wrong(machine)));
    expect(await writtenBy(asking)).toBe(0);
    otherProcess();
    // One write to learn it.
    expect(await writtenBy(asking)).toBe(2);
  });

  test("the database holds nothing of what was sent, whatever its length", async () => {
    const clientId = "x".repeat(50_000);
    const clientSecret = forged(machine);
    const body = `${GRANT}&client_id=${clientId}&client_secret=${clientSecret}`;
    expect((await post(body, {})).status).toBe(401);
    for (const { bucket } of await rows()) expect(bucket).toMatch(/^(?:client|address):[\w-]{43}$/);
  });
});

describe("what is refused without the database", () => {
  test("is counted without it, to the same limits", async () => {
    await way.close();
    try {
      expect(await statuses(PER_CLIENT, () => status(garbage(machine)))).toEqual(refused(PER_CLIENT));
      expect(await statuses(3, () => status(garbage(machine)))).toEqual(throttled(3));
      const unreadable = () =>
        post(GRANT, { authorization: "Basic !" }, "203.0.113.210").then((r) => r.status);
      expect(await statuses(PER_ADDRESS + 1, unreadable)).toEqual([...refused(PER_ADDRESS), 429]);
    } finally {
      await way.open();
    }
    // The pool learns of its cut connections only when the sockets say so.
    await expect.poll(() => status(machine)).toBe(200);
  });

  test("writes nothing", async () => {
    expect(await writtenBy(() => statuses(PER_CLIENT * 2, () => status(garbage(machine))))).toBe(0);
  });

  test("counts together with the rest", async () => {
    await statuses(PER_CLIENT - 1, () => status(garbage(machine)));
    expect(await statuses(2, () => status(wrong(machine)))).toEqual([401, 429]);
  });
});

describe("a failure that cannot be counted", () => {
  test("because the database is away is answered as it would have been", async () => {
    await way.close();
    try {
      expect(await status(wrong(machine))).toBe(503);
    } finally {
      await way.open();
    }
    await expect.poll(() => status(wrong(machine))).toBe(401);
  });

  test("because the write fails is answered 401, and counted in this process", async () => {
    await prisma().$executeRaw`ALTER TABLE client_failures RENAME TO elsewhere`;
    try {
      expect(await statuses(PER_CLIENT + 1, () => status(wrong(machine)))).toEqual([
        ...refused(PER_CLIENT),
        429,
      ]);
      expect(await status(machine)).toBe(200);
    } finally {
      await prisma().$executeRaw`ALTER TABLE elsewhere RENAME TO client_failures`;
    }
  });
});
