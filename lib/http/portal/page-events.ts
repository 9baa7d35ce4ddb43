import { database } from "@/lib/db";
import { Events, eventStreamHead, type Sender } from "@/lib/http/server-sent-events";
import { responseOf } from "@/lib/http/web-request";
import { subscribe } from "@/lib/live/notifications";
import { lookTogether, type Watcher } from "@/lib/live/watchers";
import type { TenantView } from "@/lib/tenants/schema";
import { findSignedInAdmins } from "@/lib/users/queries/sign-ins";
import { requireTenant } from "./actions";
import { isOutdated } from "./page-version";
import { mustSetUpSecondFactor } from "./signed-in";

const look = lookTogether<PageEvents>("streams of people", async (streams) => {
  const signIns = streams.map(({ signInId }) => signInId);
  const admins = await findSignedInAdmins(database().prisma, signIns, new Date());
  for (const stream of streams) {
    const admin = admins.get(stream.signInId);
    const tenant = admin?.tenants.find(({ id }) => id === stream.tenant.id);
    const isSame = tenant?.role === stream.tenant.role;
    if (!admin || !tenant || !isSame || mustSetUpSecondFactor(admin, tenant)) stream.events.end();
  }
});

/**
 * What one open page is told. The stream hangs on the sign-in, the membership and its role: it looks for them when somebody may
 * less than before, when signals may have been missed, and at every keep-alive.
 */
class PageEvents implements Watcher, Sender {
  readonly listener = "page";
  readonly events = new Events(this);
  readonly #stopHearing: () => void;

  constructor(
    readonly signInId: string,
    readonly tenant: TenantView,
  ) {
    this.#stopHearing = subscribe([`page ${tenant.id}`, "people"], (signal) => {
      if (signal?.kind !== "people") this.events.send("changed", "");
      if (signal?.kind !== "page") look(this);
    });
    // The sign-in may have ended between the door and here.
    look(this);
  }

  get isOpen(): boolean {
    return this.events.isOpen;
  }

  passed(): void {
    look(this);
  }

  ended(): void {
    this.#stopHearing();
  }
}

type Context = { readonly params: Promise<{ tenant: string }> };

/**
 * Tells an open page of a tenant that something it shows has changed (server-sent event `changed`, without data: the page
 * asks again, with all that asking checks). A page that says its `version` is told at once when that is outdated.
 */
export async function pageChanges(request: Request, context: Context): Promise<Response> {
  const { tenant, own } = await requireTenant((await context.params).tenant);
  const { events } = new PageEvents(own.actor.signInId, tenant);
  const version = new URL(request.url).searchParams.get("version");
  if (version !== null && isOutdated(version, tenant.id, own.now)) events.send("changed", "");
  return responseOf(events.answer());
}

/** What {@link pageChanges} would answer, without opening anything. */
export async function pageChangesHead(_request: Request, context: Context): Promise<Response> {
  await requireTenant((await context.params).tenant);
  return responseOf(eventStreamHead());
}
