"use client";

import { IssuedValue } from "@/components/credentials/issued-value";
import { Alert, Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Instant } from "@/components/ui/time";
import type { SentLink } from "@/lib/users/schema";

export type Issued = SentLink & { readonly kind: "invite" | "reset" };

const WORDS = {
  invite: {
    title: "Invite",
    label: "Invite link",
    stands: "The invite stands",
    says: "Whoever opens it joins this tenant as the person above. Another invite replaces it.",
  },
  reset: {
    title: "Reset link",
    label: "Reset link",
    stands: "The link stands",
    says: "Whoever opens it sets this person’s password. Another one replaces it.",
  },
} as const;

/** The one time a link is seen. It lives in the caller's state and nowhere else. */
export function IssuedLinkDialog({ issued, onClose }: { issued: Issued; onClose: () => void }) {
  const { title, label, stands, says } = WORDS[issued.kind];
  return (
    <Dialog
      open
      isWide
      onOpenChange={(isOpen) => isOpen || onClose()}
      title={title}
      description={
        <>
          For <strong className="font-medium text-ink">{issued.email}</strong>
        </>
      }
      buttons={
        <Button look="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      {issued.mail === null ? null : issued.mail.problem === null ? (
        <Banner look="note" role="status">
          <strong className="font-semibold">Sent to {issued.email}.</strong> You need the link below only if
          the mail does not come.
        </Banner>
      ) : (
        <Alert>
          <strong className="font-semibold">{stands}, but the mail was not taken.</strong> Copy the link and
          give it to them. {issued.mail.problem}
        </Alert>
      )}
      <Banner look="brass">
        <strong className="font-semibold">The link is shown only now</strong>, and works once, until{" "}
        <Instant at={issued.expiresAt} />. {says} Send it over a channel that only they read.
      </Banner>
      <IssuedValue label={label} value={issued.link} isSecret />
    </Dialog>
  );
}
