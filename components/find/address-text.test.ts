import { expect, test } from "vitest";
import { auditAddress, readFilters } from "@/components/audit/audit-address";
import { listAddress } from "@/components/machines/list-address";
import { machineListSchema } from "@/lib/machines/schema";

const SECRET = `lks_0123456789abcdef_${"x".repeat(43)}000000`;

test("a client secret that somebody typed, whole or not, goes into the address of no list, and out of none", () => {
  for (const typed of [SECRET, SECRET.slice(0, 40), `export SECRET="${SECRET}"`]) {
    const filters = readFilters({ machine: typed, credential: typed, kind: typed, person: typed });
    const search = machineListSchema.parse({ search: typed });
    const addresses = [auditAddress("/audit", filters), listAddress("/machines", search, { pageSize: 50 })];
    expect(addresses.join(" ")).not.toMatch(/lks_|xxxx/);
  }
  expect(readFilters({ machine: "press", credential: SECRET })).toMatchObject({
    machine: "press",
    credential: "0123456789abcdef",
  });
});
