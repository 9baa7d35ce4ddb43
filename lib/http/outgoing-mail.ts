import type { Ctx } from "@/lib/ctx";
import { env } from "@/lib/env";
import { Refusal } from "@/lib/errors";
import { formatInstant } from "@/lib/format";
import { perform } from "@/lib/http/deeds";
import { problemOf, sendMail } from "@/lib/mail";
import { type Letter, mailTextOf } from "@/lib/mail-letter";
import type { MailSettings } from "@/lib/mail-settings";
import { allow } from "@/lib/permissions";
import { askTestMail } from "@/lib/users/commands/ask-test-mail";
import type { IssuedLink, SentLink, TestMail } from "@/lib/users/schema";

export type LinkKind = "invite" | "reset";

/** Who made the link, and where. */
type Maker = { readonly by: string; readonly tenantName: string };

/** @returns whether mail is set, so that links go out by it */
export const sendsMail = (): boolean => env().mail !== undefined;

const letters: Readonly<Record<LinkKind, (link: IssuedLink, maker: Maker) => Letter>> = {
  invite: ({ link, expiresAt }, { by, tenantName }) => ({
    subject: `You are invited to “${tenantName}” on Latchkey`,
    says: [
      `${by} invites you to “${tenantName}” on the Latchkey at ${env().origin}.`,
      `The link works once, until ${formatInstant(expiresAt, "UTC")}.`,
    ],
    link: { label: "Accept the invite", href: link },
    footer: "If you did not expect this, do nothing: nobody joins until the link is opened.",
  }),
  reset: ({ link, email, expiresAt }, { by }) => ({
    subject: "Set a new password on Latchkey",
    says: [
      `${by} made a link by which you set a new password for ${email} on the Latchkey at ${env().origin}. You are then signed out everywhere.`,
      `The link works once, until ${formatInstant(expiresAt, "UTC")}. Whoever has it can become you: give it to nobody.`,
    ],
    link: { label: "Set a new password", href: link },
    footer: "If you did not ask for this, do not open the link, and ask whoever made it.",
  }),
};

/** Sends a link that stands already to whom it is for. @returns what became of it; null where no mail is set */
export async function mailLink(kind: LinkKind, link: IssuedLink, maker: Maker): Promise<SentLink["mail"]> {
  const { mail } = env();
  if (!mail) return null;
  return {
    problem: problemOf(await sendMail(mail, { to: link.email, ...mailTextOf(letters[kind](link, maker)) })),
  };
}

/** @returns the mail server that is set. @throws Refusal `conflict` where none is */
export function requireMail(): MailSettings {
  const { mail } = env();
  if (mail) return mail;
  throw new Refusal("conflict", "No mail server is set. Whoever runs Latchkey sets SMTP_URL and MAIL_FROM.");
}

/** Sends a test mail that somebody asked for. @param asked where, or as whom, they did */
export async function mailTest(to: string, asked: string): Promise<TestMail> {
  const letter = {
    subject: "A test mail of Latchkey",
    says: [`Mail of the Latchkey at ${env().origin} gets through to ${to}.`],
    link: null,
    footer: asked,
  };
  const outcome = await sendMail(requireMail(), { to, ...mailTextOf(letter) });
  return { problem: problemOf(outcome), answer: outcome.answer };
}

/**
 * Sends a mail to whoever asks, so that they see whether mail gets through. It may take long, so it goes out when it is committed that they asked.
 * @throws Refusal as `askTestMail` does; `conflict` where no mail is set
 */
export async function sendTestMail({ actor }: Ctx): Promise<TestMail> {
  if (!actor.managesInstallation) allow(actor, "tenant.settings");
  requireMail();
  await perform(actor, askTestMail, undefined);
  return mailTest(actor.name, "You asked for it on the page of your account.");
}
