import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What axe judges by colour. The rest is the same in the dark, and is looked at in the light. */
const BY_COLOUR = ["color-contrast", "link-in-text-block"];

/** Expects of a page as it stands that axe finds nothing to say of it, and that it is no wider than its window. */
export async function expectAccessible(page: Page, where = page.url()): Promise<void> {
  const isDark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const axe = new AxeBuilder({ page });
  const { violations } = await (isDark ? axe.withRules(BY_COLOUR) : axe).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
  expect(found, where).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${where} scrolls sideways`).toBeLessThanOrEqual(0);
}

const DESKTOP = { width: 1280, height: 844 };
const PHONE = { width: 390, height: 844 };
/** As somebody may have it: a window is made smaller, a system turns dark in the evening. */
const APPEARANCES = [
  ["light", DESKTOP],
  ["light", PHONE],
  ["dark", PHONE],
  ["dark", DESKTOP],
] as const;

/** Colours on their way to others are neither of both; what never ends, such as a pulse, has no end to go to. */
const settle = (page: Page) =>
  page.evaluate(() => {
    for (const animation of document.getAnimations())
      if (Number.isFinite(animation.effect?.getComputedTiming().endTime)) animation.finish();
  });

/** The same in light and dark, on a desktop and on a phone, of a page that stays as it is meanwhile. */
export async function expectAccessibleEverywhere(page: Page, where = page.url()): Promise<void> {
  const viewport = page.viewportSize() ?? DESKTOP;
  for (const [colorScheme, size] of APPEARANCES) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await settle(page);
    await expectAccessible(page, `${where} (${colorScheme}, ${size.width} wide)`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(viewport);
}
