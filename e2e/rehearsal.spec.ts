import { database } from "@/lib/db";
import { expectAccessible } from "./accessible";
import { expect, test } from "./fixtures";
import { dialogOf, openMachine } from "./key-dialog";
import { startRobot } from "./robot";

test("a deletion is rehearsed, a robot goes on and is named with its job, and then it is deleted", async ({
  page,
  world,
}) => {
  const machine = await openMachine(page, world);
  const robot = await startRobot(machine);
  const sessionId = await robot.connect("host-rehearsed");
  const row = page
    .getByRole("table", { name: "Client secrets" })
    .getByRole("row", { name: machine.secretId });
  const rehearsal = page.getByRole("region", { name: "Rehearsed deletions" });

  await row.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Rehearse deletion…" }).click();
  await expect(dialogOf(page)).toContainText("works as before");
  await dialogOf(page).getByLabel("Ends").selectOption("at");
  await dialogOf(page).getByLabel("Date and time").fill("2020-01-01T10:00");
  await dialogOf(page).getByRole("button", { name: "Rehearse" }).click();
  await expect(dialogOf(page)).toContainText("Choose a time in the future.");
  await expectAccessible(page);
  await dialogOf(page).getByLabel("Ends").selectOption("14");
  await dialogOf(page).getByRole("button", { name: "Rehearse" }).click();
  await expect(row).toContainText("Rehearsed until");
  await expect(rehearsal).toContainText("Nobody used it since");

  expect((await robot.call("POST", `sessions/${sessionId}/heartbeat`)).status).toBe(200);
  await world.startedJob("Close the month");
  await robot.claim(sessionId);
  await startRobot(machine);
  const asked = () => database().prisma.tokenRequest.count({ where: { tenantId: world.tenantId } });
  await expect.poll(asked).toBe(2);
  await page.reload();
  await expect(rehearsal).toContainText("A deletion would have cut 1 host");
  const host = rehearsal.getByRole("row", { name: "host-rehearsed" });
  await expect(host).toContainText("127.0.0.1");
  await expect(host.getByRole("link", { name: "Close the month" })).toBeVisible();
  await expect(rehearsal).toContainText("Tokens were bought from 127.0.0.1");
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    await expectAccessible(page, `a rehearsal at ${width}`);
  }
  await page.getByText("Latest token requests").click();
  const requests = page.getByRole("table", { name: "Token requests" }).getByRole("row");
  await expect(requests.nth(1)).toContainText("Rehearsed");
  await expect(requests.nth(2)).not.toContainText("Rehearsed");

  await rehearsal.getByRole("button", { name: "Delete now" }).click();
  await expect(dialogOf(page)).toContainText("1 host will be disconnected and 1 running job stopped");
  await dialogOf(page).getByRole("checkbox").check();
  await dialogOf(page).getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText(`Secret ${machine.secretId} deleted.`)).toBeVisible();
  await expect(rehearsal).toBeHidden();
  expect((await robot.call("GET", "me")).status).toBe(401);
});
