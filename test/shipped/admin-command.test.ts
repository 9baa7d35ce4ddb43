import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Browser } from "./browser";
import { newDataDir, startLatchkey } from "./process";

const EMAIL = "ada@example.com";
const OLD = "correct horse battery";
const NEW = "another horse battery";

type Said = { readonly code: number; readonly out: string; readonly err: string };

/** Runs `npm run admin -- …` on a data folder. */
const admin = (dataDir: string, ...words: string[]): Promise<Said> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, PORT: "4711" };
    const options = {
      cwd: join(import.meta.dirname, "../.."),
      env: { NODE_ENV: "production" as const, ...env },
    };
    const child = execFile(
      process.execPath,
      ["tools/run.mjs", "admin", ...words],
      options,
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

test("somebody who is locked out gets back in by the command on the server, running or stopped", async () => {
  const latchkey = await startLatchkey({ env: { ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: OLD } });
  try {
    await latchkey.ready();
    const browser = new Browser(latchkey.url);
    expect(await browser.signIn({ email: EMAIL, password: OLD })).toBe(true);
    expect((await browser.ask("/tenants/default/machines")).status).toBe(200);

    const running = await admin(latchkey.dataDir, "reset-password", EMAIL);
    expect(running).toMatchObject({ code: 0, out: expect.stringContaining(EMAIL) });
    const token = /http:\/\/localhost:4711\/reset#([\w-]{43})\n/.exec(running.out)?.[1];
    const answer = await browser.act("/reset", "resetPasswordAction", { token, password: NEW });
    expect(answer).toContain('"ok":true');
    expect((await browser.ask("/tenants/default/machines")).status).toBe(307);
    expect(await browser.signIn({ email: EMAIL, password: OLD })).toBe(false);
    expect(await browser.signIn({ email: EMAIL, password: NEW })).toBe(true);
    expect(latchkey.said()).not.toContain(token);

    expect(await admin(latchkey.dataDir, "reset-password", "eve@example.com")).toMatchObject({
      code: 1,
      err: "There is no account with the email eve@example.com.\n",
    });

    latchkey.child.kill("SIGTERM");
    await latchkey.ended;
    const stopped = await admin(latchkey.dataDir, "list");
    expect(stopped).toMatchObject({ code: 0, out: expect.stringContaining(`${EMAIL}, last sign-in `) });
    expect(stopped.out).toContain("    Administrator of Default (default)\n");
  } finally {
    await latchkey.remove();
  }
});

test("the command says what it cannot do", async () => {
  expect(await admin(newDataDir(), "lists")).toMatchObject({
    code: 2,
    err: expect.stringContaining("Usage"),
  });
  expect(await admin("/nonexistent", "list")).toMatchObject({
    code: 1,
    err: expect.stringContaining("There is no Latchkey in /nonexistent."),
  });
});
