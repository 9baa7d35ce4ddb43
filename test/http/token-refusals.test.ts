import { beforeAll, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { askToken, askTokenByPost, basic, type Client, forged, postForm, seen } from "@/test/robot";
import { act, logLines, newTenantAdmin, type Provisioned, provisioned } from "@/test/world";

const GRANT = "grant_type=client_credentials";

let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

const otherSecret = async () => (await provisioned(admin)).clientSecret;

const WRONG_CLIENTS: readonly (readonly [string, () => Promise<Client>])[] = [
  ["an unknown client", async () => ({ ...machine, clientId: "00000000-0000-4000-8000-000000000000" })],
  ["a client id that is no id", async () => ({ ...machine, clientId: "ünïcode\u{1f511}" })],
  ["a malformed secret", async () => ({ ...machine, clientSecret: "guess" })],
  ["a secret with a NUL", async () => ({ ...machine, clientSecret: `${machine.clientSecret}\0` })],
  [
    "a secret with a wrong checksum",
    async () => ({ ...machine, clientSecret: `${machine.clientSecret.slice(0, -1)}_` }),
  ],
  ["a wrong secret under a known secret id", async () => ({ ...machine, clientSecret: forged(machine) })],
  ["the secret of another client", async () => ({ ...machine, clientSecret: await otherSecret() })],
  [
    "a deleted secret",
    async () => {
      const { clientSecret, secretId } = await act(admin, addSecret, { machineId: machine.machineId });
      const { machineId } = machine;
      await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: false });
      return { ...machine, clientSecret };
    },
  ],
  [
    "a disabled machine",
    async () => {
      const disabled = await provisioned(admin);
      await act(admin, disableMachine, disabled);
      return disabled;
    },
  ],
  [
    "a deleted machine",
    async () => {
      const deleted = await provisioned(admin);
      await act(admin, deleteMachines, { machineIds: [deleted.machineId] });
      return deleted;
    },
  ],
];

test("why a client is refused cannot be seen from outside, in either way of authentication", async () => {
  const answers = new Map<string, string[]>();
  for (const [name, client] of WRONG_CLIENTS) {
    for (const ask of [askToken, askTokenByPost]) {
      const answer = await seen(await ask(await client()));
      // A NUL can only be sent in a broken form, which is said whoever sends it.
      if (ask === askTokenByPost && name === "a secret with a NUL") expect(answer.status).toBe(400);
      else answers.set(JSON.stringify(answer), [...(answers.get(JSON.stringify(answer)) ?? []), name]);
    }
  }
  expect([...answers.values()]).toHaveLength(1);
  expect(JSON.parse([...answers.keys()].join())).toEqual({
    status: 401,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      pragma: "no-cache",
      "www-authenticate": 'Basic realm="Latchkey", charset="UTF-8"',
    },
    body: '{"error":"invalid_client","error_description":"Client authentication failed."}',
  });
});

test("why a client is refused stands in the log, without the secret that was sent", async () => {
  logLines.length = 0;
  const clientSecret = await otherSecret();
  await askToken({ clientId: machine.clientId, clientSecret });
  expect(logLines.join("")).toContain("the secret is of another client");
  await askToken({ clientId: machine.clientId, clientSecret: forged(machine) });
  expect(logLines.join("")).toContain(`wrong secret for secret id ${machine.secretId}`);
  for (const sent of [clientSecret, forged(machine)]) expect(logLines.join("")).not.toContain(sent);
});

test("without any credentials the client is told to authenticate", async () => {
  const response = await postForm(GRANT);
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: "invalid_client" });
});

describe("a malformed request is told what is wrong with it", () => {
  const credentials = () => `client_id=${machine.clientId}&client_secret=${machine.clientSecret}`;
  test.each([
    ["grant_type is missing", () => credentials(), "invalid_request"],
    ["grant_type is empty", () => `${credentials()}&grant_type=`, "invalid_request"],
    [
      "another grant",
      () => `${credentials()}&grant_type=authorization_code&code=1`,
      "unsupported_grant_type",
    ],
    [
      "grant_type in another case",
      () => `${credentials()}&grant_type=Client_Credentials`,
      "unsupported_grant_type",
    ],
    ["grant_type twice", () => `${credentials()}&${GRANT}&${GRANT}`, "invalid_request"],
    ["an unknown parameter twice", () => `${credentials()}&${GRANT}&x=1&x=1`, "invalid_request"],
    [
      "a parameter twice, once empty",
      () => `${credentials()}&${GRANT}&scope=&scope=OR.Jobs`,
      "invalid_request",
    ],
    ["a name in two spellings", () => `${credentials()}&${GRANT}&%67rant_type=x`, "invalid_request"],
    ["broken percent-encoding", () => `${credentials()}&${GRANT}&x=%`, "invalid_request"],
    ["bytes that are not UTF-8", () => `${credentials()}&${GRANT}&x=%ff`, "invalid_request"],
    ["a NUL", () => `${credentials()}&${GRANT}&x=%00`, "invalid_request"],
    ["an empty body", () => "", "invalid_request"],
  ])("%s", async (_, body, error) => {
    const response = await postForm(body());
    expect(response.status).toBe(400);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect(await response.json()).toEqual({
      error,
      // RFC 6749 §5.2: the characters a description may hold.
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
    });
  });

  test("two ways of authentication at once", async () => {
    const response = await postForm(`${GRANT}&${credentials()}`, basic(machine));
    expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_request" }]);
  });

  test("a client id in the form that is not the one in the header", async () => {
    const response = await askToken(machine, { client_id: "somebody-else" });
    expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_request" }]);
  });

  test.each(["client_secret", "client_id", "client_assertion"])("%s in the address", async (name) => {
    const target = `/api/identity/connect/token?${name}=x`;
    const response = await postForm(GRANT, basic(machine), target);
    expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_request" }]);
  });
});
