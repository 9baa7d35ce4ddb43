import { env } from "@/lib/env";
import { problemOf, sendMail } from "@/lib/mail";
import { mailTextOf } from "@/lib/mail-letter";
import type { Attempt, Receiver } from "@/lib/notifications/receiver";
import { tell } from "@/lib/notifications/rules";
import { pathsOf } from "@/lib/paths";
import { findMailReceiver } from "./queries/mail";

const notSent = (failure: "not_wanted" | "not_set"): Attempt => ({
  isTaken: false,
  // A mail server may be set again.
  isForGood: failure === "not_wanted",
  status: null,
  failure,
  answer: null,
});

/** People, as the outbox sees them: each gets what they chose, as long as they are a member. */
export const MAIL: Receiver = {
  async send(ctx, { tenantId, tenantSlug, adminId, notification }, signal) {
    const receiver = adminId && (await findMailReceiver(ctx, { tenantId, adminId, notification }));
    if (!receiver) return notSent("not_wanted");
    const { mail, origin } = env();
    if (!mail) return notSent("not_set");
    const { sentence, next, path } = tell(notification.notice, tenantSlug);
    const letter = mailTextOf({
      subject: `[${receiver.tenantName}] ${sentence}`,
      says: [sentence, `${next}.`],
      link: { label: "Open it in Latchkey", href: `${origin}${path}` },
      footer: `You get this as ${receiver.role} of “${receiver.tenantName}”. Choose what you get, or nothing: ${origin}${pathsOf(tenantSlug).account}`,
    });
    const id = `${notification.id}.${adminId}`;
    const outcome = await sendMail(mail, { to: receiver.email, id, signal, ...letter });
    if (signal.aborted && !outcome.ok) return null;
    if (outcome.ok) return { isTaken: true, status: null, failure: null, answer: outcome.answer };
    const { failure, status, isForGood } = outcome;
    return { isTaken: false, isForGood, status, failure, answer: problemOf(outcome) };
  },

  giveUp: async () => undefined,
};
