import { expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { readInstallationFigures } from "@/lib/fleet/queries/installation-figures";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { act, newTenantAdmin, prisma, provisioned, systemCtx } from "@/test/world";
import { newScene } from "./every-deed";

const now = new Date();
const read = () => readInstallationFigures(systemCtx(prisma(), now));

async function endingIn(admin: UserActor, days: number): Promise<void> {
  const machine = await provisioned(admin);
  await act(admin, addSecret, { ...machine, expiresAt: addSeconds(now, days * DAY_SECONDS - 60) });
}

test("an installation without a tenant has a figure of everything; those of all tenants are added up", async () => {
  const nothing = await read();
  expect(nothing.hosts).toEqual({ Available: 0, Busy: 0, Unresponsive: 0 });
  expect(nothing.openJobs.map(({ state }) => state)).toEqual([
    "Pending",
    "Running",
    "Stopping",
    "Terminating",
  ]);
  expect(nothing.jobsOfDay).toHaveLength(7);

  for (const tenant of [await newTenantAdmin(), await newTenantAdmin()]) {
    await newScene(tenant);
    for (const days of [1, 7, 200]) await endingIn(tenant, days);
  }
  const figures = await read();
  // A job of ours is there, whatever the robot says.
  expect(figures.hosts).toEqual({ Available: 0, Busy: 2, Unresponsive: 0 });
  expect(figures.openJobs).toContainEqual({ state: "Running", count: 2 });
  expect(figures.jobsOfDay).toContainEqual({ state: "Running", count: 2 });
  expect(figures.credentials.toSorted((one, other) => one.days - other.days)).toEqual([
    { days: 1, count: 2 },
    { days: 7, count: 2 },
  ]);
  expect(figures.deliveries).toEqual([{ channel: "webhook", count: 2, oldest: expect.any(Date) }]);
});
