import { expectAccessible } from "./accessible";
import { expect, signIn, test } from "./fixtures";

test("a machine is found from anywhere with the keyboard, and a pasted secret by what it is", async ({
  page,
  world,
}) => {
  const machine = await world.provisioned("invoices-pool");
  await world.provisioned("invoices-archive");
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  page.on("framenavigated", (frame) => addresses.push(frame.url()));
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/audit`);

  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "Find" });
  await expect(field).toBeFocused();
  await page.keyboard.type("invoices");
  const options = page.getByRole("option");
  await expect(options).toHaveText([/^invoices-archive/, /^invoices-pool/]);
  await expectAccessible(page, "the search");
  await page.keyboard.press("ArrowDown");
  await expect(field).toHaveAttribute("aria-activedescendant", `found-${machine.machineId}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "invoices-pool", level: 1 })).toBeVisible();
  await expect(field).toBeHidden();

  // In a field it is a character.
  const name = page.getByLabel("Name", { exact: true });
  await name.focus();
  await page.keyboard.press("/");
  await expect(field).toBeHidden();

  // The list's own search stands in the address; a secret opens the other one.
  await page.goto(`/tenants/${world.slug}/machines`);
  await page.getByRole("searchbox", { name: "Search machines" }).fill(machine.clientSecret);
  await expect(field).toHaveValue(machine.clientSecret);
  await expect(page.getByRole("status").filter({ hasText: "This client secret is one of" })).toBeVisible();
  await expect(options).toHaveText([/client secret of invoices-pool.*Live/]);
  await expectAccessible(page, "the search with a secret");
  await page.keyboard.press("Escape");
  await expect(field).toBeHidden();
  // So does what is typed for a machine in the record's filters.
  await page.goto(`/tenants/${world.slug}/audit`);
  await page.getByRole("form", { name: "Filters" }).getByLabel("Machine").fill(machine.clientSecret);
  await expect(page.getByRole("status").filter({ hasText: "This client secret is one of" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("form", { name: "Filters" }).getByLabel("Machine")).toHaveValue("");
  await page.goto(`/tenants/${world.slug}/machines`);
  await page.getByRole("button", { name: "Find" }).click();
  await expect(field).toHaveValue("");
  await field.fill(machine.clientSecret.slice(0, -1));
  await expect(page.getByText("Its id is known, its value is not right.")).toBeVisible();
  await expect(options).toHaveCount(1);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`${machine.machineId}/edit#credential-${machine.secretId}$`));

  await page.goBack();
  expect(await page.evaluate(() => location.href)).toMatch(/\/machines$/);
  const random = machine.clientSecret.split("_")[2] ?? "";
  expect(addresses.length).toBeGreaterThan(10);
  expect(addresses.filter((address) => address.includes(random.slice(0, 20)))).toEqual([]);
});
