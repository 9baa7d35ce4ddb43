import { recordExport } from "@/lib/audit/commands";
import { FORMATS } from "@/lib/audit/rules";
import { type AuditRow, type ExportFormat, exportQuerySchema } from "@/lib/audit/schema";
import { database, inTransaction, isDatabaseAway } from "@/lib/db";
import { REFUSAL_STATUS, Refusal } from "@/lib/errors";
import { exportRecord } from "@/lib/fleet/queries/read-record";
import { publishedOrigin } from "@/lib/http/published-origin";
import { streamed } from "@/lib/http/server-sent-events";
import { responseOf } from "@/lib/http/web-request";
import { log } from "@/lib/log";
import { isOwnSite } from "@/lib/own-site";
import { allow } from "@/lib/permissions";
import { isConfirmationOld } from "@/lib/users/rules";
import { requireTenant } from "./actions";

const answer = (status: number, text: string) =>
  new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });

function refused(error: unknown): Response {
  if (error instanceof Refusal) return answer(REFUSAL_STATUS[error.code], error.message);
  log.error({ err: error }, "an export failed");
  return isDatabaseAway(error)
    ? answer(503, "The server cannot reach its database. Try again in a moment.")
    : answer(500, "Something went wrong on the server.");
}

/** Reads the next rows only when the receiver has taken the last ones, so that memory holds a thousand or two, however many there are. */
function bodyOf(
  { head, line }: (typeof FORMATS)[ExportFormat],
  batches: AsyncGenerator<AuditRow[], void>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(head)),
    async pull(controller) {
      try {
        const { done, value } = await batches.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value.map(line).join("")));
      } catch (error) {
        // The connection breaks off, so that nobody takes a part for the whole.
        log.error({ err: error }, "an export broke off");
        controller.error(error);
      }
    },
    async cancel() {
      await batches.return(undefined);
    },
  });
}

/**
 * The tenant's record as a file: `?format=csv` or `jsonl`, with the filters of the page. It is a deed, so the record itself says who took
 * what; a request that another site's page sends is refused.
 */
export async function exportedRecord(
  request: Request,
  context: { params: Promise<{ tenant: string }> },
): Promise<Response> {
  const { ctx, tenant, confirmedAt } = await requireTenant((await context.params).tenant);
  const said = (name: string) => request.headers.get(name) ?? undefined;
  const sender = { site: said("sec-fetch-site"), origin: said("origin"), host: said("host") };
  if (!isOwnSite(sender, publishedOrigin())) {
    return answer(403, "This request came from a page of another site.");
  }
  if (isConfirmationOld(confirmedAt, ctx.now)) {
    return answer(403, "Confirm that it is you first: press the export's button on the Audit page.");
  }
  const query = exportQuerySchema.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!query.success) return answer(400, "Say format=csv or format=jsonl.");
  const { format, ...filters } = query.data;
  // HEAD asks for what stands above the file, and takes nothing (RFC 9110 §9.2.1).
  const isAskedFor = request.method === "GET";
  try {
    if (isAskedFor)
      await inTransaction(database(), (db) => recordExport({ ...ctx, db }, { format, filters }));
    else allow(ctx.actor, "audit.export");
  } catch (error) {
    return refused(error);
  }
  const day = ctx.now.toISOString().slice(0, 10);
  const body = isAskedFor ? bodyOf(FORMATS[format], exportRecord(ctx, filters)) : null;
  return responseOf(
    streamed(body, {
      "content-type": FORMATS[format].mediaType,
      "content-disposition": `attachment; filename="audit-${tenant.slug}-${day}.${format}"`,
    }),
  );
}
