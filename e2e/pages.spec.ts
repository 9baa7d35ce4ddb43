import { database } from "@/lib/db";
import { expectAccessible } from "./accessible";
import { expect, signIn, test, type World } from "./fixtures";

const MANY = 600;

async function manyHosts({ tenantId, provisioned }: World): Promise<void> {
  const { machineId, secretId: credentialId } = await provisioned("loom");
  const now = new Date();
  const both = { tenantId, machineId, credentialId, address: "192.0.2.1", startedAt: now, heartbeatAt: now };
  await database().prisma.session.createMany({
    data: Array.from({ length: MANY }, (_, index) => {
      const hostName = `HOST-${String(index).padStart(3, "0")}`;
      return { ...both, hostName, hostKey: hostName.toLowerCase() };
    }),
  });
}

async function manyProcesses({ tenantId }: World): Promise<void> {
  await database().prisma.process.createMany({
    data: Array.from({ length: 101 }, (_, index) => {
      const name = `process ${String(index).padStart(3, "0")}`;
      return {
        tenantId,
        name,
        nameKey: name,
        description: "",
        defaultInput: {},
        runtimeType: "Unattended" as const,
        createdAt: new Date(),
      };
    }),
  });
}

test("what the overview counts is what the list of robots has, page by page; other lists have pages, too", async ({
  page,
  world,
}) => {
  await manyHosts(world);
  await manyProcesses(world);
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}`);
  await page.getByRole("link", { name: /^600 ?Available/ }).click();
  await expect(page.getByText("600 hosts available")).toBeVisible();
  const robots = page.getByRole("table", { name: "Robots" });
  const pages = page.getByRole("navigation", { name: "Pages" });
  await expect(page.getByText("1–100 of 600")).toBeVisible();
  await expectAccessible(page);
  await pages.getByRole("link", { name: "Last page" }).click();
  await expect(page.getByText("501–600 of 600")).toBeVisible();
  await expect(page).toHaveURL(/state=Available&page=6$/);
  await expect(robots.getByRole("row", { name: "HOST-599" })).toBeVisible();
  await page.getByLabel("State").selectOption("");
  await expect(page.getByText("600 hosts connected")).toBeVisible();
  await expect(page.getByText("1–100 of 600")).toBeVisible();

  await page.goto(`/tenants/${world.slug}/processes`);
  await expect(page.getByText("1–100 of 101")).toBeVisible();
  await pages.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByRole("table", { name: "Processes" })).toContainText("process 100");
  await expect(page.getByText("101–101 of 101")).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
});
