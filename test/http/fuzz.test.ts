import { beforeAll, expect, test } from "vitest";
import { forAny } from "@/test/random";
import { basic, buyToken, postForm, send } from "@/test/robot";
import { call, logLines, newTenantAdmin, type Provisioned, provisioned } from "@/test/world";

let machine: Provisioned;
let token: string;
beforeAll(async () => {
  machine = await provisioned(await newTenantAdmin());
  token = await buyToken(machine);
});

const GRANT = "grant_type=client_credentials";
/** A header's value as it can come over the wire: bytes without NUL and line breaks. */
const onWire = (text: string) =>
  Buffer.from(text.toWellFormed())
    .toString("latin1")
    .replace(/[\0\r\n]/g, "");

test("whatever stands in the Authorization header, the token endpoint refuses it in its own words", async () => {
  await forAny(async (values) => {
    const scheme = values.pick(["Basic ", "basic", "Bearer ", "", "Basic Basic "]);
    const text = values.text(60);
    const encoded = values.pick([
      text,
      Buffer.from(text).toString("base64"),
      Buffer.from(`${text}:x`).toString("base64"),
    ]);
    const response = await postForm(GRANT, { authorization: onWire(scheme + encoded) });
    expect([400, 401]).toContain(response.status);
    expect(((await response.json()) as { error: string }).error).toMatch(/^invalid_(?:client|request)$/);
  }, 300);
});

test("whatever stands in the body, the token endpoint refuses it in its own words", async () => {
  await forAny(async (values) => {
    const body = values.pick([
      values.text(200),
      `${GRANT}&${values.text(100)}`,
      `${GRANT}&scope=${values.text(30)}`,
    ]);
    const response = await postForm(body.toWellFormed(), values.below(2) ? basic(machine) : {});
    if (response.status === 200) expect(body).toMatch(/^grant_type=client_credentials/);
    else expect([400, 401]).toContain(response.status);
  }, 300);
});

test("credentials are good in every spelling that form encoding allows", async () => {
  await forAny(async (values) => {
    const spelled = (text: string) =>
      [...text]
        .map((character) => {
          const code = character.charCodeAt(0).toString(16).padStart(2, "0");
          return values.below(3) ? character : `%${values.pick([code, code.toUpperCase()])}`;
        })
        .join("");
    const pair = `${spelled(machine.clientId)}:${spelled(machine.clientSecret)}`;
    const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
    expect((await postForm(GRANT, { authorization })).status).toBe(200);
  }, 50);
});

test("whatever token is shown, the orchestrator refuses it with a challenge", async () => {
  await forAny(async (values) => {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const noise = Buffer.from(values.text(40)).toString("base64url");
    const shown = values.pick([
      values.text(60),
      `${noise}.${noise}.${noise}`,
      `${noise}.${payload}.${signature}`,
      `${header}.${noise}.${signature}`,
      `${header}.${payload}.${noise}`,
      `${header}.${payload}`,
    ]);
    const response = await call("GET", "/api/orchestrator/me", {
      headers: { authorization: onWire(`Bearer ${shown}`) },
    });
    expect([400, 401]).toContain(response.status);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer /);
  }, 300);
});

test("whatever JSON a robot sends, it is taken or refused as what it is", async () => {
  await forAny(async (values) => {
    const value = (): unknown =>
      values.pick<() => unknown>([
        () => values.text(300),
        () => values.below(100) - 50,
        () => null,
        () => [value()],
        () => ({ [values.text(5)]: values.text(5) }),
      ])();
    const body = { hostName: value(), robotVersion: value(), platform: value(), [values.text(8)]: value() };
    expect([201, 400]).toContain((await send("POST", "sessions", token, body)).status);
  }, 150);
});

test("none of all this was a surprise to the server", () => {
  expect(logLines.filter((line) => (JSON.parse(line) as { level: number }).level >= 40)).toEqual([]);
});
