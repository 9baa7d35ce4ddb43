import { expect, test } from "vitest";
import { sql } from "./world";

const NOW = new Date("2026-02-28T23:59:59.123Z");

test.each([
  ["text", ["", "plain", 'a "quoted" one', "back\\slash", "{a,b}", "NULL", null, " ", "ü\n"]],
  ["boolean", [true, false, null]],
  ["int", [0, -7]],
  ["text", []],
])("an array of %s arrives as it was sent: %j", async (type, values) => {
  const [row] = await sql().query<{ value: unknown }>(
    { name: `array_of_${type}_${values.length}`, text: `SELECT to_jsonb($1::${type}[]) AS value` },
    [values],
  );
  expect(row?.value).toEqual(values);
});

test("instants and bytes arrive as they were sent, alone and in an array", async () => {
  const bytes = Buffer.from([0, 34, 92, 255]);
  const [row] = await sql().query<object>(
    {
      name: "instants_and_bytes",
      text: `SELECT $1::timestamptz AS instant, ($2::timestamptz[])[1] AS of_array, ($2::timestamptz[])[2] AS none,
                    ($3::bytea[])[1] AS bytes, ($3::bytea[])[2] AS view`,
    },
    [NOW, [NOW, null], [bytes, new Uint8Array(bytes)]],
  );
  expect(row).toEqual({ instant: NOW, of_array: NOW, none: null, bytes, view: bytes });
});
