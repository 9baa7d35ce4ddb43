import type { Page } from "@playwright/test";
import { database } from "@/lib/db";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";
import { expectAccessibleEverywhere } from "./accessible";
import { expect, signIn, test, type World } from "./fixtures";
import { startRobot } from "./robot";
import { ORIGIN } from "./surroundings";

const overviewOf = ({ slug }: World) => `/tenants/${slug}`;
const requests = (page: Page) => page.getByRole("table", { name: "Token requests" }).getByRole("row");
const figure = (page: Page, name: RegExp) => page.getByRole("link", { name });

/** Asks for a token with a secret that is none. */
const refused = (clientId: string) =>
  fetch(`${ORIGIN}/api/identity/connect/token`, {
    method: "POST",
    headers: { "user-agent": "stale-robot/0.9" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: "guess",
    }),
  });

/** Waits until the process has written the tenant's token requests, which it does soon after it answered them. */
const written = ({ tenantId }: World, count: number) =>
  expect.poll(() => database().prisma.tokenRequest.count({ where: { tenantId } })).toBe(count);

/** What happened in hours before the test, as the process would have written it then. */
async function earlier({ tenantId }: World, machineId: string): Promise<void> {
  const { prisma } = database();
  const now = new Date();
  const hour = HOUR_SECONDS * 1000;
  for (let hours = 1; hours < 29 * 24; hours += 1) {
    const at = new Date(Math.floor(addSeconds(now, -hours * HOUR_SECONDS).getTime() / hour) * hour);
    const counts = { granted: (hours * 7) % 40, refused: hours % 11 === 0 ? 9 : 0 };
    for (const subjectId of [tenantId, machineId]) {
      await prisma.tokenRequestHour.create({ data: { tenantId, subjectId, hour: at, ...counts } });
    }
  }
  for (let count = 0; count < 60; count += 1) {
    const at = addSeconds(now, -HOUR_SECONDS - count * 60);
    await prisma.tokenRequest.create({
      data: {
        tenantId,
        machineId,
        outcome: "Refused",
        code: count % 2 === 0 ? "invalid_client" : "slow_down",
        reason: "credential_expired",
        address: count % 20 === 0 ? null : `2001:db8:${count}::7`,
        userAgent: "robot/2.4 (windows)",
        at,
        lastAt: at,
        isFolded: count % 20 === 0,
        count: count % 20 === 0 ? 480 : 1,
      },
    });
  }
}

test("a new tenant's overview says what to do; then it shows tokens, hosts, jobs and secrets, each leading to its list", async ({
  page,
  world,
}) => {
  await signIn(page, world.admin);
  const places = page.getByRole("navigation", { name: "Tenant" }).getByRole("link");
  await expect(places.first()).toHaveText("Overview");
  await places.first().click();
  await expect(page.getByRole("heading", { name: "Nothing to see yet" })).toBeVisible();
  await expect(places.first()).toHaveAttribute("aria-current", "page");
  await page.getByRole("link", { name: "Add a machine template" }).click();
  await expect(page.getByRole("button", { name: "Provision" })).toBeVisible();

  const press = await world.provisioned("press");
  await world.provisioned("lathe");
  const robot = await startRobot(press);
  await robot.connect("host-a");
  await refused(press.clientId);
  await written(world, 2);
  await page.goto(overviewOf(world));
  await expect(figure(page, /^1 refused$/)).toBeVisible();
  await expect(figure(page, /^1 granted$/)).toBeVisible();
  await page.getByText("As a table").click();
  await expect(
    page.getByRole("region", { name: "Token requests over time, as a table" }).getByRole("row").nth(1),
  ).toContainText("11");

  await figure(page, /^1 ?Available/).click();
  await expect(page.getByRole("table", { name: "Robots" })).toContainText("host-a");
  await page.getByLabel("State").selectOption("Busy");
  await expect(page.getByText("No host is in this state")).toBeVisible();
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(page.getByRole("table", { name: "Robots" })).toContainText("host-a");

  await page.goto(overviewOf(world));
  await figure(page, /Machines with one live secret only/).click();
  await expect(page.getByText("1–2 of 2")).toBeVisible();
  await page.getByLabel("Secrets").selectOption("neverUsed");
  await expect(page.getByRole("row", { name: /lathe/ })).toBeVisible();

  await page.goto(overviewOf(world));
  await figure(page, /^1 refused$/).click();
  await expect(requests(page)).toHaveCount(2);
  await expect(requests(page).nth(1)).toContainText("What was sent is no client secret");
  await expect(requests(page).nth(1)).toContainText("stale-robot/0.9");
  await page.getByLabel("Outcome").selectOption("Granted");
  await expect(requests(page).nth(1)).toContainText(press.secretId);
  await requests(page).nth(1).getByRole("link", { name: "press" }).click();
  await expect(page.getByRole("heading", { name: "press" })).toBeVisible();
});

test("a machine's page shows its token requests page by page, a flood as one row, and how each secret is used", async ({
  page,
  world,
  otherWorld,
}) => {
  const press = await world.provisioned("press");
  await earlier(world, press.machineId);
  const robot = await startRobot(press);
  await robot.connect("host-a");
  await signIn(page, world.admin);
  const path = `/tenants/${world.slug}/machines/${press.machineId}/edit`;
  const uses = page.getByRole("table", { name: "Use of each secret and key" });
  await written(world, 61);
  await page.goto(path);
  await page.getByText("Use of each secret and key").click();
  await page.getByText("Latest token requests").click();
  await expect(uses.getByRole("row", { name: press.secretId })).toContainText("host-a");
  await expect(requests(page).nth(1)).toContainText("Granted");
  await expect(requests(page)).toHaveCount(11);
  await expect(requests(page).nth(2)).toContainText("480 times");
  await expect(page.getByText("one row stands for those of a minute")).toBeVisible();
  const pages = page.getByRole("navigation", { name: "Pages of token requests" });
  await pages.getByRole("link", { name: "Older" }).click();
  await expect(pages.getByRole("link", { name: "Newer" })).toBeVisible();
  await expect(requests(page)).toHaveCount(11);
  await expect(requests(page).filter({ hasText: "Granted" })).toHaveCount(0);
  await pages.getByRole("link", { name: "Newest" }).click();
  await expect(requests(page).nth(1)).toContainText("Granted");
  await page.getByRole("link", { name: "30 days" }).click();
  await expect(page.getByRole("img", { name: /in the last 30 days/ })).toBeVisible();

  expect((await page.goto(`/tenants/${otherWorld.slug}/activity`))?.status()).toBe(404);
  expect((await page.goto(overviewOf(otherWorld)))?.status()).toBe(404);
});

test("overview and activity are read on a phone and with assistive technology", async ({ page, world }) => {
  const press = await world.provisioned("a-machine-with-a-long-name-".repeat(5));
  await earlier(world, press.machineId);
  await startRobot(press);
  await signIn(page, await world.person("Viewer"));
  for (const path of [
    `/tenants/${world.slug}`,
    `/tenants/${world.slug}?period=30d`,
    `/tenants/${world.slug}/activity`,
    `/tenants/${world.slug}/machines/${press.machineId}/edit`,
  ]) {
    await page.goto(path);
    for (const more of await page.locator("main details summary").all()) await more.click();
    await expectAccessibleEverywhere(page, path);
  }
  await page.goto(`/tenants/${world.slug}/activity`);
  await page.getByLabel("Outcome").focus();
  await page.keyboard.press("R");
  await expect(page).toHaveURL(/outcome=Refused/);
});
