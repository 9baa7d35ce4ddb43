import { beforeEach, describe, expect, test } from "vitest";
import { addAsset, deleteAsset, removeMachineValue, setAsset } from "@/lib/assets/commands";
import { listAssets } from "@/lib/assets/queries";
import { type AssetType, addAssetSchema } from "@/lib/assets/schema";
import type { UserActor } from "@/lib/ctx";
import { dumpDatabase } from "@/test/dump";
import { buyToken, send } from "@/test/robot";
import { act, logLines, newTenantAdmin, type Provisioned, prisma, provisioned, unique } from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let token: string;

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  token = await buyToken(machine);
});

const PASSWORD = "open sesame 4711";
const list = () => listAssets({ db: prisma(), actor: admin, now: new Date() });
const read = (name: string, bearer = token) => send("GET", `assets/${name}`, bearer);

async function added(type: AssetType, value: string, username = "") {
  const name = unique("asset");
  const input = addAssetSchema.parse({ name, type, value, username });
  return { name, ...(await act(admin, addAsset, input)) };
}

describe("a robot fetches a named value", () => {
  test.each([
    ["Text", "as it is ", "as it is "],
    ["Number", "2.5", 2.5],
    ["Boolean", "true", true],
    ["Json", '{"a": [1]}', { a: [1] }],
  ] as const)("%s", async (type, typed, value) => {
    const { name } = await added(type, typed);
    expect(await (await read(name.toUpperCase())).json()).toEqual({ name, type, value });
  });

  test("JSON with its names in the order they were given", async () => {
    const text = '{"z":1,"a":{"y":[{"d":1,"c":2}],"b":null},"m":"x"}';
    const { name } = await added("Json", text);
    expect(await (await read(name)).text()).toContain(`"value":${text}`);
  });

  test("a credential as a pair", async () => {
    const { name } = await added("Credential", PASSWORD, "ada");
    expect(await (await read(name)).json()).toMatchObject({ value: { username: "ada", password: PASSWORD } });
  });

  test("its own machine's value, where there is one, and the common one after it is removed", async () => {
    const { name, assetId } = await added("Text", "common");
    const own = { assetId, machineId: machine.machineId };
    await act(admin, setAsset, { ...own, username: "", value: "own" });
    const other = await buyToken(await provisioned(admin));
    expect(await (await read(name)).json()).toMatchObject({ value: "own" });
    expect(await (await read(name, other)).json()).toMatchObject({ value: "common" });
    await act(admin, removeMachineValue, own);
    expect(await (await read(name)).json()).toMatchObject({ value: "common" });
  });

  test("only with the scope for it, and only of its tenant", async () => {
    const { name } = await added("Text", "mine");
    const narrow = await buyToken(machine, { scope: "OR.Jobs" });
    expect((await read(name, narrow)).status).toBe(403);
    const stranger = await buyToken(await provisioned(await newTenantAdmin()));
    expect((await read(name, stranger)).status).toBe(404);
    expect((await read("no-such-asset")).status).toBe(404);
  });
});

test("a credential's password is shown to no person, and stands readable nowhere", async () => {
  await added("Credential", PASSWORD, "ada");
  expect(await list()).toMatchObject([{ type: "Credential", value: null, machineValues: [] }]);
  expect(JSON.stringify(await dumpDatabase())).not.toContain(PASSWORD);
  expect(logLines.join("\n")).not.toContain(PASSWORD);
});

test.each([
  ["Number", "two", "", "value"],
  ["Boolean", "yes", "", "value"],
  ["Json", "{a: 1}", "", "value"],
  ["Credential", PASSWORD, "", "username"],
  ["Credential", "", "ada", "value"],
] as const)("a %s of %j is refused at its field", async (type, value, username, field) => {
  await expect(added(type, value, username)).rejects.toMatchObject({ code: "invalid", field });
  expect(await list()).toEqual([]);
});

test("two assets cannot have one name, whatever the case", async () => {
  const { name } = await added("Text", "one");
  const again = addAssetSchema.parse({ name: name.toUpperCase(), type: "Text", value: "two" });
  await expect(act(admin, addAsset, again)).rejects.toMatchObject({ code: "conflict", field: "name" });
});

test("a value moved to another asset's row opens nowhere", async () => {
  const first = await added("Text", "first");
  const second = await added("Text", "second");
  const { encryptedValue } = await prisma().asset.findUniqueOrThrow({ where: { id: first.assetId } });
  await prisma().asset.update({ where: { id: second.assetId }, data: { encryptedValue } });
  expect((await read(second.name)).status).toBe(500);
});

test("a value of one machine opens for no other, nor for all, and none is shown as another type", async () => {
  const { name, assetId } = await added("Text", "common");
  const other = await provisioned(admin);
  const own = { assetId, machineId: machine.machineId };
  await act(admin, setAsset, { ...own, username: "", value: "own" });
  await prisma()
    .$executeRaw`UPDATE asset_values SET machine_id = ${other.machineId}::uuid WHERE asset_id = ${assetId}::uuid`;
  expect(await (await read(name)).json()).toMatchObject({ value: "common" });
  expect((await read(name, await buyToken(other))).status).toBe(500);
  await prisma().$executeRaw`
    UPDATE assets a SET sealed_value = v.sealed_value FROM asset_values v WHERE v.asset_id = a.id AND a.id = ${assetId}::uuid`;
  expect((await read(name)).status).toBe(500);
  await prisma().asset.delete({ where: { id: assetId } });
  const pair = await added("Credential", PASSWORD, "ada");
  await prisma().asset.update({ where: { id: pair.assetId }, data: { type: "Json" } });
  await expect(list()).rejects.toThrow();
});

test("a deleted asset is gone for robots, with its machines' values", async () => {
  const { name, assetId } = await added("Text", "common");
  await act(admin, setAsset, { assetId, machineId: machine.machineId, username: "", value: "own" });
  await act(admin, deleteAsset, { assetId });
  expect((await read(name)).status).toBe(404);
  await expect(act(admin, deleteAsset, { assetId })).rejects.toMatchObject({ code: "not_found" });
});
