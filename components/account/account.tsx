import type { ReactNode } from "react";
import type { AccountActions } from "@/components/account/account-actions";
import { ChangePassword } from "@/components/account/change-password";
import { MailSection, type MailSectionProps } from "@/components/account/mail-section";
import { SecondFactor } from "@/components/account/second-factor";
import { SignInList } from "@/components/account/sign-in-list";
import { type Crumb, PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import type { SecondFactorView, SignInView } from "@/lib/users/schema";

type AccountProps = {
  crumbs: readonly Crumb[];
  email: string;
  hasPassword: boolean;
  secondFactor: SecondFactorView | null;
  signIns: readonly SignInView[];
  now: Date;
  /** Null: no mail is sent from here. */
  mail: Omit<MailSectionProps, "email"> | null;
  actions: AccountActions;
};

export function Account({
  crumbs,
  email,
  hasPassword,
  secondFactor,
  signIns,
  now,
  mail,
  actions,
}: AccountProps) {
  return (
    <div className="max-w-5xl">
      <PageHeader crumbs={crumbs} title="Your account" />
      <p className="-mt-3 mb-6 text-muted wrap-anywhere">{email}</p>
      <div className="flex flex-col gap-9">
        <Section title="Password">
          <Panel className="p-5">
            {hasPassword ? (
              <ChangePassword email={email} changePassword={actions.changePassword} />
            ) : (
              <p className="text-muted">
                You have none here: you sign in with your organisation’s account, and change its password
                there.
              </p>
            )}
          </Panel>
        </Section>
        <Section title="Second factor">
          <Panel className="p-5">
            <SecondFactor email={email} factor={secondFactor} actions={actions} />
          </Panel>
        </Section>
        <Section title="E-mail">
          <Panel className="p-5">
            {mail ? (
              <MailSection email={email} {...mail} />
            ) : (
              <p className="text-muted">
                No mail is sent from here. Whoever runs Latchkey sets <code>SMTP_URL</code> and{" "}
                <code>MAIL_FROM</code> to change that.
              </p>
            )}
          </Panel>
        </Section>
        <Section title="Sign-ins">
          <SignInList signIns={signIns} now={now} end={actions.endSignIn} />
        </Section>
      </div>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = title.toLowerCase().replaceAll(" ", "-");
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="mb-2 text-base font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}
