import type { Page } from "@playwright/test";
import { database } from "@/lib/db";
import { contentOf, expect, signIn, test } from "./fixtures";
import { startRobot } from "./robot";

/** Leaves a mark in the page that a reload would wipe out. */
const mark = (page: Page) => page.evaluate(() => document.documentElement.setAttribute("data-marked", ""));
const expectNoReload = (page: Page) => expect(page.locator("html")).toHaveAttribute("data-marked", "");

const state = (page: Page, name: string) =>
  expect(page.getByRole("main").getByText(name, { exact: true }).first()).toBeVisible();

test("a job is started, runs on a host, and is halted by deleting the secret of that host", async ({
  page,
  world,
  context,
}) => {
  const doomed = await world.provisioned("mill");
  await signIn(page, world.admin);

  await page.getByRole("navigation", { name: "Tenant" }).getByRole("link", { name: "Processes" }).click();
  await page.getByRole("button", { name: "Add process" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Name").fill("Nightly invoices");
  await dialog.getByLabel("Default input").fill("{limit: 250}");
  await dialog.getByRole("button", { name: "Add process" }).click();
  await expect(dialog.getByText("This is not JSON.")).toBeVisible();
  await dialog.getByLabel("Default input").fill('{"limit": 250}');
  await dialog.getByRole("button", { name: "Add process" }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole("row", { name: "Nightly invoices" }).getByRole("link", { name: "Start job" }).click();
  await expect(page.getByLabel("Input")).toHaveValue(/"limit": 250/);
  await page.getByRole("button", { name: "Start job" }).click();
  await state(page, "Pending");
  await expect(page.getByText("No host is connected that this job may run on.")).toBeVisible();

  await mark(page);
  const robot = await startRobot(doomed);
  const jobId = await robot.claim(await robot.connect("host-a"));
  await expect(page).toHaveURL(new RegExp(`/jobs/${jobId}$`));
  await state(page, "Running");
  await robot.report(jobId, { progress: 40, message: "Booked 100 of 250" });
  await expect(page.getByText("Booked 100 of 250")).toBeVisible();
  await expect(page.getByRole("progressbar")).toHaveAttribute("value", "40");

  const other = await context.newPage();
  await other.goto(`/tenants/${world.slug}/machines/${doomed.machineId}/edit`);
  await other.getByRole("button", { name: "Delete client secret" }).click();
  const question = other.getByRole("alertdialog");
  await expect(question).toContainText("1 host will be disconnected and 1 running job stopped");
  await expect(question).toContainText("host-a runs Nightly invoices");
  await question.getByRole("checkbox").check();
  await question.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(other.getByText("1 host disconnected: host-a. 1 job stopped.").first()).toBeVisible();

  await page.bringToFront();
  await state(page, "Stopped");
  const outcome = page.getByText(/^Stopped: .*client secret deleted/);
  await expect(outcome).toContainText(world.admin.email);
  await expect(page.getByRole("button", { name: /^(?:Stop|Kill)$/ })).toBeHidden();
  await expectNoReload(page);
});

test("the lists follow what robots do, and one host is disconnected with what runs there", async ({
  page,
  world,
}) => {
  const { jobId } = await world.startedJob("Bank statements");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/robots`);
  await expect(page.getByText("No robots yet")).toBeVisible();
  await mark(page);
  const robot = await startRobot(await world.provisioned("press"));
  const sessionId = await robot.connect("host-b");
  const row = page.getByRole("row", { name: /host-b/ });
  await expect(row).toContainText("Available");
  await robot.claim(sessionId);
  await expect(row).toContainText("Busy");
  await expect(row.getByRole("link", { name: "Bank statements" })).toHaveAttribute(
    "href",
    new RegExp(`/jobs/${jobId}$`),
  );
  await row.getByRole("button", { name: "Disconnect" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("Bank statements");
  await dialog.getByRole("button", { name: "Disconnect" }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toContainText("Disconnected");
  await expect(page.getByText("1 host disconnected: host-b. 1 job stopped.").first()).toBeVisible();
  // Its token went with its session.
  expect((await robot.call("POST", `sessions/${sessionId}/heartbeat`)).status).toBe(401);

  await page.getByRole("button", { name: "Remove dead" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("No robots yet")).toBeVisible();
  await expectNoReload(page);

  await page.goto(`/tenants/${world.slug}/jobs?state=Running`);
  await expect(page.getByText("No job matches")).toBeVisible();
  await page.getByLabel("State").selectOption("Stopped");
  await expect(page).toHaveURL(/state=Stopped/);
  await expect(page.getByRole("row", { name: /Bank statements/ })).toContainText("host-b");
});

test("a running job is asked to stop, then killed, and a pending one never starts", async ({
  page,
  world,
}) => {
  const { jobId } = await world.startedJob("Export");
  const robot = await startRobot(await world.provisioned("dryer"));
  await robot.claim(await robot.connect("host-c"));
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/jobs/${jobId}`);
  await page.getByRole("button", { name: "Stop" }).click();
  await state(page, "Stopping");
  await page.getByRole("button", { name: "Kill" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Kill" }).click();
  await state(page, "Terminating");
  await robot.report(jobId, { state: "Stopped", output: { exported: 3 } });
  await state(page, "Stopped");
  await expect(page.getByRole("region", { name: "Output" }).first()).toContainText('"exported": 3');

  const pending = await world.startedJob("Import");
  await page.goto(`/tenants/${world.slug}/jobs/${pending.jobId}`);
  await page.getByRole("button", { name: "Stop" }).click();
  await state(page, "Stopped");
  await expect(page.getByText("stopped before it started")).toBeVisible();
});

test("a robot fetches what the assets page holds; a credential is shown to no person again", async ({
  page,
  world,
}) => {
  const robot = await startRobot(await world.provisioned("vat"));
  await robot.connect("host-d");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/assets`);
  const dialog = page.getByRole("alertdialog");
  await page.getByRole("button", { name: "Add asset" }).click();
  await dialog.getByLabel("Name").fill("limit");
  await dialog.getByLabel("Type").selectOption("Number");
  await dialog.getByLabel("Value").fill("many");
  await dialog.getByRole("button", { name: "Add asset" }).click();
  await expect(dialog.getByText("Enter a number, such as 3, -2.5 or 1e6.")).toBeVisible();
  await dialog.getByLabel("Value").fill("250");
  await dialog.getByRole("button", { name: "Add asset" }).click();
  await expect(dialog).toBeHidden();
  const fetched = async (name: string) => (await robot.call("GET", `assets/${name}`)).json();
  expect(await fetched("limit")).toMatchObject({ type: "Number", value: 250 });

  const row = page.getByRole("row", { name: /limit/ });
  await row.getByRole("button", { name: "Set value", exact: true }).click();
  await dialog.getByLabel("For").selectOption({ label: "vat" });
  await dialog.getByLabel("Value").fill("7");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(row.getByRole("listitem")).toContainText("vat");
  expect(await fetched("limit")).toMatchObject({ value: 7 });
  await row.getByRole("button", { name: "Remove the value for vat" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(dialog).toBeHidden();
  await expect(row.getByRole("listitem")).toBeHidden();
  expect(await fetched("limit")).toMatchObject({ value: 250 });

  await page.getByRole("button", { name: "Add asset" }).click();
  await dialog.getByLabel("Name").fill("login");
  await dialog.getByLabel("Type").selectOption("Credential");
  await dialog.getByLabel("User name").fill("robot-7");
  await dialog.getByLabel("Password", { exact: true }).fill("sesame-unseen");
  await dialog.getByRole("button", { name: "Add asset" }).click();
  await expect(dialog).toBeHidden();
  expect(await fetched("login")).toMatchObject({ value: { username: "robot-7", password: "sesame-unseen" } });
  await page.reload();
  await expect(page.getByRole("row", { name: /login/ })).toContainText("Hidden");
  expect(await contentOf(page)).not.toContain("sesame-unseen");
  await page.getByRole("row", { name: /login/ }).getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: /login/ })).toBeHidden();
  expect((await robot.call("GET", "assets/login")).status).toBe(404);
});

test("more jobs than are counted are read from both ends", async ({ page, world }) => {
  const { jobId } = await world.startedJob("newest");
  const { prisma } = database();
  const { createdAt, process } = await prisma.job.findUniqueOrThrow({
    where: { id: jobId },
    select: { createdAt: true, process: true },
  });
  const oldest = await prisma.process.create({
    data: { ...process, id: crypto.randomUUID(), name: "oldest", nameKey: "oldest", defaultInput: {} },
  });
  await prisma.job.createMany({
    data: Array.from({ length: 10_010 }, (_, index) => ({
      tenantId: world.tenantId,
      processId: index === 10_009 ? oldest.id : process.id,
      runtimeType: "Unattended" as const,
      state: "Successful" as const,
      input: {},
      createdAt: new Date(createdAt.getTime() - (index + 1) * 60_000),
    })),
  });
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/jobs`);
  const pages = page.getByRole("navigation", { name: "Pages", exact: true });
  await expect(page.getByText("more than 10,000 jobs, page 1")).toBeVisible();
  await pages.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByText("more than 10,000 jobs, page 2")).toBeVisible();
  await pages.getByRole("link", { name: "Previous page" }).click();
  await expect(page.getByRole("row").nth(1)).toContainText("Pending");
  await pages.getByRole("link", { name: "Last page" }).click();
  await expect(page.getByText("more than 10,000 jobs, last page")).toBeVisible();
  await expect(page.getByRole("row").last()).toContainText("oldest");
  await pages.getByRole("link", { name: "Previous page" }).click();
  await expect(page.getByText("more than 10,000 jobs, page 2 from the end")).toBeVisible();
});
