import { requireTenant } from "./admin";
import { hear, hearStop } from "./signals";

const KEEP_ALIVE_MILLISECONDS = 15_000;

/**
 * Tells an open page of a tenant that something it shows has changed (server-sent event `changed`, without data: the page
 * asks again, with all that asking checks).
 */
export async function pageChanges(
  _request: Request,
  context: { params: Promise<{ tenant: string }> },
): Promise<Response> {
  const { tenant } = await requireTenant((await context.params).tenant);
  const encoder = new TextEncoder();
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      const timer = setInterval(() => write(":\n\n"), KEEP_ALIVE_MILLISECONDS).unref();
      const stops = [
        hear(`page ${tenant.id}`, () => write("event: changed\ndata: \n\n")),
        hearStop(() => {
          end();
          controller.close();
        }),
      ];
      end = () => {
        clearInterval(timer);
        for (const stop of stops) stop();
      };
      write(":\n\n");
    },
    cancel: () => end(),
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" },
  });
}
