import type { Page } from "@playwright/test";
import { expect, signIn, test } from "./fixtures";

/** @returns what the page has asked the server for since, but for files; in order, without its query */
function asked(page: Page): string[] {
  const requests: string[] = [];
  page.on("request", (request) => {
    const kind = request.resourceType();
    if (["document", "fetch", "eventsource"].includes(kind))
      requests.push(`${kind} ${new URL(request.url()).pathname}`);
  });
  return requests;
}

/** Waits until whoever watches for links that come into view has been told of those in view. */
const linksAreSeen = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const links = [...document.querySelectorAll("a")];
        const observer = new IntersectionObserver(() => requestAnimationFrame(() => resolve()));
        for (const link of links) observer.observe(link);
      }),
  );

test("a page costs the server one request, and a live one a stream, until something changes", async ({
  page,
  world,
}) => {
  const { machineId } = await world.provisioned("loom");
  await signIn(page, world.admin);
  const home = `/tenants/${world.slug}`;
  const requests = asked(page);
  for (const path of [`${home}/machines`, `${home}/settings`]) {
    requests.length = 0;
    await page.goto(path);
    await linksAreSeen(page);
    expect(requests).toEqual([`document ${path}`]);
  }
  for (const [index, path] of [home, `${home}/jobs`, `${home}/machines/${machineId}/edit`].entries()) {
    requests.length = 0;
    const listening = page.waitForResponse((response) => response.url().includes(`${home}/changes`));
    await page.goto(path);
    await linksAreSeen(page);
    await listening;
    const isLoadedAgain = page.waitForResponse((response) => response.request().resourceType() === "fetch");
    await world.startedJob(`weave ${index}`);
    await isLoadedAgain;
    expect(requests).toEqual([`document ${path}`, `eventsource ${home}/changes`, `fetch ${path}`]);
  }
});

test("who points at a link, or comes to it by keyboard, has that page fetched and no other", async ({
  page,
  world,
}) => {
  await world.provisioned("loom");
  await signIn(page, world.admin);
  const home = `/tenants/${world.slug}`;
  await page.goto(`${home}/settings`);
  const requests = asked(page);
  const link = (name: string) => page.getByRole("link", { name, exact: true });
  const begun = (path: string) =>
    page.waitForRequest((request) => request.url().includes(`${home}/${path}?`));

  let isBegun = begun("users");
  await link("Users").hover();
  await isBegun;
  await link("Users").click();
  await expect(page.getByRole("heading", { name: "Users", level: 1 })).toBeVisible();
  expect(new Set(requests)).toEqual(new Set([`fetch ${home}/users`]));

  requests.length = 0;
  isBegun = begun("processes");
  await link("Processes").focus();
  await isBegun;
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Processes", level: 1 })).toBeVisible();
  expect(new Set(requests)).toEqual(new Set([`fetch ${home}/processes`]));
});
