import { beforeAll, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { listJobs } from "@/lib/jobs/queries";
import { addProcessSchema, JOBS_A_PAGE, type JobPage, jobCursorText, jobListSchema } from "@/lib/jobs/schema";
import { COUNTED_MAX } from "@/lib/pages";
import { addSeconds } from "@/lib/time";
import { act, ask, newTenantAdmin, prisma } from "@/test/world";

const JOBS = 4 * JOBS_A_PAGE + 3;
/** Of so few jobs there are already "more than". */
const FEW = 10;

let admin: UserActor;
const list = (asked: Readonly<Record<string, unknown>>, countedMax = COUNTED_MAX) =>
  ask(admin, (ctx) => listJobs(ctx, jobListSchema.parse(asked), countedMax), undefined);

beforeAll(async () => {
  admin = await newTenantAdmin();
  const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name: "many" }));
  const begin = new Date("2026-01-01T00:00:00.123Z");
  await prisma().job.createMany({
    data: Array.from({ length: JOBS }, (_, index) => ({
      tenantId: admin.tenantId,
      processId,
      runtimeType: "Unattended" as const,
      input: {},
      state: index % 2 === 0 ? ("Successful" as const) : ("Faulted" as const),
      // A third of a page at one instant, so that pages end among them.
      createdAt: addSeconds(begin, Math.floor(index / 8)),
    })),
  });
});

const ids = ({ rows }: JobPage) => rows.map(({ id }) => id);
const cursor = (row: JobPage["rows"][number] | undefined) => row && jobCursorText(row);
const next = (page: JobPage) => ({ page: (page.page ?? 0) + 1, after: cursor(page.rows.at(-1)) });

test.each([
  [COUNTED_MAX, {}],
  [FEW, {}],
  [COUNTED_MAX, { state: "Faulted" }],
  [FEW, { state: "Faulted" }],
] as const)(
  "counted up to %i, of %j, each job stands on one page, the newest first",
  async (countedMax, filter) => {
    const where = { tenantId: admin.tenantId, ...filter };
    const orderBy = [{ createdAt: "desc" as const }, { id: "desc" as const }];
    const whole = (await prisma().job.findMany({ where, orderBy, select: { id: true } })).map(({ id }) => id);
    const pages: JobPage[] = [await list(filter, countedMax)];
    while (pages.length * JOBS_A_PAGE < whole.length) {
      pages.push(await list({ ...filter, ...next(pages.at(-1) as JobPage) }, countedMax));
    }
    expect(pages.flatMap(ids)).toEqual(whole);
    const isCounted = countedMax === COUNTED_MAX;
    expect(pages.at(-1)).toMatchObject({
      matching: isCounted ? whole.length : FEW + 1,
      pageCount: isCounted ? pages.length : null,
      page: pages.length,
      fromEnd: null,
    });
    const back = { ...filter, page: pages.length - 1, before: cursor(pages.at(-1)?.rows[0]) };
    expect(ids(await list(back, countedMax))).toEqual(ids(pages.at(-2) as JobPage));
    const last = await list({ ...filter, fromEnd: 1 }, countedMax);
    expect(ids(last)).toEqual(isCounted ? ids(pages.at(-1) as JobPage) : whole.slice(-JOBS_A_PAGE));
  },
);

test("a page behind the last one is the last, and a cursor that is none is left aside", async () => {
  expect(await list({ page: 99 })).toMatchObject({ page: 5, pageCount: 5 });
  expect(await list({ page: 99 }, FEW)).toMatchObject({ page: null, fromEnd: 1, pageCount: null });
  const second = ids(await list({ page: 2 }));
  for (const after of ["", "x~y", "2026-01-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z~x", ["a", "b"]]) {
    expect(ids(await list({ page: 2, after }))).toEqual(second);
  }
});
