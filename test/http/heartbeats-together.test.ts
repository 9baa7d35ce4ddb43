import { Client } from "pg";
import { beforeEach, expect, test } from "vitest";
import { buyToken, connect, type Session, send } from "@/test/robot";
import {
  databaseUrl,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  unique,
  way,
} from "@/test/world";

type Host = { readonly token: string; readonly session: Session };

let machine: Provisioned;
let hosts: readonly Host[];
beforeEach(async () => {
  machine = await provisioned(await newTenantAdmin());
  hosts = await Promise.all(Array.from({ length: 8 }, () => newHost()));
});

async function newHost(): Promise<Host> {
  const token = await buyToken(machine);
  return { token, session: await connect(token, unique("HOST")) };
}

const beat = ({ token, session }: Host, body: object = {}) =>
  send("POST", `sessions/${session.id}/heartbeat`, token, body);
const host = (index: number) => hosts[index] as Host;
const statuses = async (asked: readonly Promise<Response>[]) =>
  (await Promise.all(asked)).map(({ status }) => status);

test("each host that beats at the same moment is answered for itself", async () => {
  const answers = await Promise.all(hosts.map((one) => beat(one, { state: "Busy" })));
  const sessions = await Promise.all(answers.map((answer) => answer.json()));
  expect(sessions).toEqual(
    hosts.map(({ session }) =>
      expect.objectContaining({ id: session.id, hostName: session.hostName, state: "Busy" }),
    ),
  );
});

test("of several beats of one session none is lost, and what one of them says stays said", async () => {
  const answers = await statuses([
    beat(host(0), { state: "Busy" }),
    beat(host(0)),
    beat(host(0)),
    beat(host(1)),
  ]);
  expect(answers).toEqual([200, 200, 200, 200]);
  const rows = await prisma().session.findMany({ where: { machineId: machine.machineId, isBusy: true } });
  expect(rows.map(({ id }) => id)).toEqual([host(0).session.id]);
});

test("a session that somebody holds makes its own host wait, and nobody else", async () => {
  const holder = new Client({ connectionString: databaseUrl });
  await holder.connect();
  await holder.query("BEGIN");
  await holder.query("SELECT FROM sessions WHERE id = $1 FOR UPDATE", [host(0).session.id]);
  let isAnswered = false;
  const held = beat(host(0)).then((answer) => {
    isAnswered = true;
    return answer;
  });
  expect(await statuses(hosts.slice(1).map((one) => beat(one)))).toEqual(Array(7).fill(200));
  expect(isAnswered).toBe(false);
  await holder.query("COMMIT");
  expect((await held).status).toBe(200);
  await holder.end();
});

test("beside others each that is refused hears why", async () => {
  const other = await provisioned(await newTenantAdmin());
  const stranger = await buyToken(other);
  await send("DELETE", `sessions/${host(2).session.id}`, host(2).token);
  const asked = [
    beat(host(0)),
    beat({ token: stranger, session: host(1).session }),
    beat(host(2)),
    beat({ ...host(3), token: "garbage" }),
    beat(host(4)),
  ];
  expect(await statuses(asked)).toEqual([200, 404, 410, 401, 200]);
});

test("while the database says nothing all wait, and are served as soon as it speaks again", async () => {
  way.freeze();
  const asked = hosts.map((one) => beat(one));
  way.thaw();
  expect(await statuses(asked)).toEqual(Array(8).fill(200));
});

test("a database that goes away answers each with 503, and serves again when it is back", async () => {
  await way.close();
  expect(await statuses(hosts.map((one) => beat(one)))).toEqual(Array(8).fill(503));
  await way.open();
  await expect.poll(async () => (await beat(host(0))).status).toBe(200);
  expect(await statuses(hosts.map((one) => beat(one)))).toEqual(Array(8).fill(200));
});

test("a heartbeat that changes nothing it must keep is not waited for on the disk; a new token's note is", async () => {
  const [first] = await prisma().$queryRaw<{ note: string | null }[]>`
    SELECT token_id::text AS note FROM sessions WHERE id = ${host(0).session.id}::uuid`;
  const token = await buyToken(machine);
  expect((await beat({ ...host(0), token })).status).toBe(200);
  const [second] = await prisma().$queryRaw<{ note: string | null }[]>`
    SELECT token_id::text AS note FROM sessions WHERE id = ${host(0).session.id}::uuid`;
  expect(second?.note).not.toBe(first?.note);
});
