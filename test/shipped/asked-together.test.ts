import { afterAll, beforeAll, expect, test } from "vitest";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { UserActor } from "@/lib/ctx";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { times } from "@/test/drill";
import { act, newTenantAdmin, type Provisioned, provisioned, unique } from "@/test/people";
import { connectHost, type Host } from "./host";
import { type Installation, startInstallation } from "./installation";

const DELETIONS = times("DELETIONS", 200);
const AT_ONCE = 8;
const BYSTANDERS = 6;

let installation: Installation;
let urls: readonly string[];
let admin: UserActor;
beforeAll(async () => {
  installation = await startInstallation({ processes: 2 });
  urls = [installation.latchkey, ...installation.others].map(({ url }) => url);
  admin = await newTenantAdmin();
});
afterAll(() => installation?.stop());

const buy = (url: string, { clientId, clientSecret }: IssuedSecret) =>
  fetch(`${url}/api/identity/connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
    }),
  });

/** One of each kind of request that is asked together with others. */
const requests = (url: string, host: Host, secret: IssuedSecret) => {
  const here = host.at(url);
  return [
    buy(url, secret),
    here.send("GET", "me"),
    here.send("POST", `sessions/${host.sessionId}/heartbeat`, {}),
    here.poll(0),
  ];
};
const statuses = async (asked: readonly Promise<Response>[]) =>
  (await Promise.all(asked)).map(({ status }) => status);

/** A robot that goes on asking, so that statements are under way at every moment. @returns what it was answered */
async function bystander(url: string, isOver: () => boolean): Promise<Set<number>> {
  const machine = await provisioned(admin);
  const host = await connectHost({ url, ...machine, hostName: unique("HOST") });
  const seen = new Set<number>();
  while (!isOver()) {
    const asked = requests(url, host, machine);
    // And one that hangs up at once: nobody who is asked together with it may suffer.
    const hangingUp = new AbortController();
    const given = fetch(`${url}/api/identity/connect/token`, { method: "POST", signal: hangingUp.signal });
    hangingUp.abort();
    await given.catch(() => undefined);
    for (const status of await statuses(asked)) seen.add(status);
  }
  return seen;
}

async function deletion(machine: Provisioned): Promise<void> {
  const secret = await act(admin, addSecret, machine);
  const host = await connectHost({ url: urls[0] ?? "", ...secret, hostName: unique("HOST") });
  const asked = () => urls.flatMap((url) => requests(url, host, secret));
  expect(await statuses(asked())).toEqual(urls.flatMap(() => [200, 200, 200, 204]));
  await act(admin, deleteCredential, {
    machineId: machine.machineId,
    credentialId: secret.secretId,
    confirmedLast: true,
  });
  expect(await statuses(asked())).toEqual(urls.flatMap(() => [401, 401, 401, 401]));
}

test("no request that is sent after a deletion was acknowledged succeeds, however many are asked for together", async () => {
  let isOver = false;
  const bystanders = Array.from({ length: BYSTANDERS }, (_, index) =>
    bystander(urls[index % urls.length] ?? "", () => isOver),
  );
  const machines = await Promise.all(Array.from({ length: AT_ONCE }, () => provisioned(admin)));
  let left = DELETIONS;
  const deleting = machines.map(async (machine) => {
    while (left > 0) {
      left -= 1;
      await deletion(machine);
    }
  });
  await Promise.all(deleting);
  isOver = true;
  for (const seen of await Promise.all(bystanders)) expect([...seen].sort()).toEqual([200, 204]);
});
