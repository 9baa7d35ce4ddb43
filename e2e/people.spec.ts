import { database } from "@/lib/db";
import { expect, signIn, test } from "./fixtures";
import { startRobot } from "./robot";

test("a wrong email and a wrong password look the same, and the email stays typed", async ({
  page,
  world,
}) => {
  await page.goto("/sign-in");
  for (const email of [world.admin.email, "nobody@example.com"]) {
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("Email or password is wrong.")).toBeVisible();
    await expect(page.getByLabel("Email")).toHaveValue(email);
  }
});

test("after five failures the page says how long to wait, and the browser that the admin knows is let in", async ({
  page,
  world,
  browser,
}) => {
  await signIn(page, world.admin);
  await page.getByRole("button", { name: world.admin.email }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  const context = await browser.newContext();
  const stranger = await context.newPage();
  await stranger.goto("/sign-in");
  await stranger.getByLabel("Email").fill(world.admin.email);
  const answer = stranger.locator("form").getByRole("alert");
  const fail = async () => {
    await stranger.getByLabel("Password", { exact: true }).fill("not the password");
    await stranger.getByRole("button", { name: "Sign in" }).click();
    await expect(answer).toHaveText(/./);
    await expect(stranger.locator("[aria-busy=true]")).toHaveCount(0);
    return answer.textContent();
  };
  for (let failed = 0; failed < 5; failed += 1) expect(await fail()).toBe("Email or password is wrong.");
  // The first pauses are shorter than a busy machine takes for an attempt; each is twice the one before.
  await expect.poll(fail, { timeout: 0 }).toMatch(/^Too many attempts\. Try again in \d+ seconds?\.$/);
  await context.close();
  await signIn(page, world.admin);
});

test("somebody who is not signed in is sent to the sign-in page, and back where they wanted to go", async ({
  page,
  world,
}) => {
  await page.goto(`/tenants/${world.slug}/machines?sort=created&direction=desc`);
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("Email").fill(world.admin.email);
  await page.getByLabel("Password", { exact: true }).fill(world.admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`/tenants/${world.slug}/machines?sort=created&direction=desc`);
});

test("signing in never leads to another site", async ({ page, world }) => {
  await page.goto("/sign-in?callbackUrl=https%3A%2F%2Fevil.example%2F");
  await page.getByLabel("Email").fill(world.admin.email);
  await page.getByLabel("Password", { exact: true }).fill(world.admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(new RegExp(`/tenants/${world.slug}/machines$`));
});

test("the session cookie cannot be read by scripts and ends after eight hours", async ({ page, world }) => {
  await signIn(page, world.admin);
  const cookies = await page.context().cookies();
  const session = cookies.find(({ name }) => name.endsWith("next-auth.session-token"));
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  const hours = ((session?.expires ?? 0) * 1000 - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(7.9);
  expect(hours).toBeLessThan(8.1);
});

test("a disabled admin is out at the next click", async ({ page, world }) => {
  await signIn(page, world.admin);
  await database().prisma.admin.update({ where: { id: world.admin.id }, data: { disabledAt: new Date() } });
  await page.getByRole("button", { name: "Add machine" }).click();
  await page.getByRole("menuitem", { name: "Machine template" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("an admin signs out and is out", async ({ page, world }) => {
  await signIn(page, world.admin);
  await page.getByRole("button", { name: world.admin.email }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto(`/tenants/${world.slug}/machines`);
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a viewer sees the machines and nothing that changes them", async ({ page, world }) => {
  const { machineId } = await world.provisioned("kiln");
  await signIn(page, await world.person("Viewer"));
  await expect(page.getByRole("row", { name: "kiln" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Add machine" })).toBeHidden();
  await page.goto(`/tenants/${world.slug}/machines/${machineId}/edit`);
  await expect(page.getByRole("heading", { name: "Client secrets" })).toBeVisible();
  for (const name of ["Add new", "Delete client secret", "Save"]) {
    await expect(page.getByRole("button", { name })).toBeHidden();
  }
});

test("a viewer sees robots, jobs, processes and assets, and nothing that changes them", async ({
  page,
  world,
}) => {
  const { jobId } = await world.startedJob("stack");
  const robot = await startRobot(await world.provisioned("shelf"));
  await robot.claim(await robot.connect("host-v"));
  await signIn(page, await world.person("Viewer"));
  for (const [path, seen] of [
    ["robots", "host-v"],
    ["jobs", "stack"],
    [`jobs/${jobId}`, "Running"],
    ["processes", "stack"],
    ["assets", "No assets yet"],
  ] as const) {
    await page.goto(`/tenants/${world.slug}/${path}`);
    await expect(
      page.getByRole("main").getByText(seen, { exact: true }).filter({ visible: true }),
    ).not.toHaveCount(0);
    for (const name of [
      /^(?:Stop|Kill|Disconnect|Delete)$/,
      /^(?:Start job|Add |Remove |Set )/,
      "More Actions",
    ]) {
      await expect(page.getByRole("main").getByRole("button", { name })).toBeHidden();
      await expect(page.getByRole("main").getByRole("link", { name })).toBeHidden();
    }
  }
  await page.goto(`/tenants/${world.slug}/jobs/new`);
  await expect(page.getByText("Your role in this tenant lets you look, not change.")).toBeVisible();
});

test("an operator may do what is about machines", async ({ page, world }) => {
  await world.startedJob("stack");
  await signIn(page, await world.person("Operator"));
  await expect(page.getByRole("button", { name: /^Account: operator-.* Operator$/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Add machine" })).toBeVisible();
  for (const [path, deed] of [
    ["jobs", "Start job"],
    ["processes", "Add process"],
    ["assets", "Add asset"],
  ] as const) {
    await page.goto(`/tenants/${world.slug}/${path}`);
    await expect(page.getByRole("main").locator(":is(a, button)", { hasText: deed }).first()).toBeVisible();
  }
});

test("each address of a tenant answers 404 to an admin of another", async ({ page, world, otherWorld }) => {
  const foreign = await otherWorld.provisioned("safe");
  const foreignJob = await otherWorld.startedJob("weigh");
  await signIn(page, world.admin);
  for (const path of [
    `/tenants/${otherWorld.slug}`,
    `/tenants/${otherWorld.slug}/machines`,
    `/tenants/${otherWorld.slug}/machines/new?type=template`,
    `/tenants/${otherWorld.slug}/machines/${foreign.machineId}/edit`,
    `/tenants/${world.slug}/machines/${foreign.machineId}/edit`,
    `/tenants/${world.slug}/machines/no-id/edit`,
    `/tenants/${otherWorld.slug}/robots`,
    `/tenants/${otherWorld.slug}/jobs`,
    `/tenants/${otherWorld.slug}/jobs/new`,
    `/tenants/${otherWorld.slug}/jobs/${foreignJob.jobId}`,
    `/tenants/${world.slug}/jobs/${foreignJob.jobId}`,
    `/tenants/${world.slug}/jobs/no-id`,
    `/tenants/${otherWorld.slug}/processes`,
    `/tenants/${otherWorld.slug}/assets`,
    `/tenants/${otherWorld.slug}/settings`,
    "/tenants/no-such-tenant/machines",
    "/no-such-page",
  ]) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  }
});
