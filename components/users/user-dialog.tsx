"use client";

import { type ReactNode, useState } from "react";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useToasts } from "@/components/ui/toast";
import type { PersonRow, SentLink } from "@/lib/users/schema";
import { ChangeRoleDialog } from "./change-role-dialog";
import { ClientsField } from "./clients-field";
import type { UserActions } from "./user-actions";
import type { UserDeed } from "./user-menu";

export type UserQuestion = { readonly deed: UserDeed; readonly person: PersonRow };

type UserDialogProps = {
  asking: UserQuestion;
  actions: UserActions;
  /** The link goes to the person by mail, too. */
  sendsMail: boolean;
  onIssued: (link: SentLink) => void;
  onClose: () => void;
};

type Words = { title: string; verb: string; done: string; says: (name: ReactNode) => ReactNode };

const WORDS: Readonly<Record<"disable" | "enable" | "remove", Words>> = {
  disable: {
    title: "Disable this person?",
    verb: "Disable",
    done: "is disabled.",
    says: (name) => (
      <>
        {name} is signed out everywhere at once and cannot come into this tenant until somebody enables them
        again. Invites and reset links they made are worth nothing from now on.
      </>
    ),
  },
  enable: {
    title: "Enable this person?",
    verb: "Enable",
    done: "is enabled.",
    says: (name) => <>{name} can come into this tenant again, in the role they had.</>,
  },
  remove: {
    title: "Remove this person from the tenant?",
    verb: "Remove",
    done: "is removed.",
    says: (name) => (
      <>
        {name} is signed out everywhere at once and no longer belongs to this tenant. Their account stays, and
        so does what the audit record says of them. A new invite brings them back.
      </>
    ),
  },
};

/** Asks before a deed on a person. Mounted only while it asks. */
export function UserDialog({ asking, actions, sendsMail, onIssued, onClose }: UserDialogProps) {
  const toasts = useToasts();
  const { deed, person } = asking;
  const [apiClients, setApiClients] = useState("");
  const [clientsAsked, setClientsAsked] = useState<string | null>(null);
  const name = <strong className="font-medium text-ink">{person.email}</strong>;
  const whom = { adminId: person.id };
  const said = { apiClients: apiClients || undefined };
  const asked = async (answering: ReturnType<UserActions["remove"]>) => {
    const answer = await answering;
    if (!answer.ok && answer.fieldErrors?.apiClients) setClientsAsked(answer.fieldErrors.apiClients);
    return answer;
  };
  const clientsField = (when: "leaving" | "installation") =>
    clientsAsked === null ? null : (
      <ClientsField
        when={when}
        error={apiClients ? undefined : clientsAsked}
        value={apiClients}
        onChange={setApiClients}
      />
    );
  if (deed === "changeRole") {
    return <ChangeRoleDialog person={person} changeRole={actions.changeRole} onClose={onClose} />;
  }
  if (deed === "makeResetLink") {
    return (
      <ConfirmDialog
        title="Make a reset link?"
        description={
          <>
            Whoever opens the link within an hour sets a new password for {name}, who is then signed out
            everywhere.{sendsMail ? " It goes to them by mail, and you can copy it." : null} Give it to nobody
            else. An earlier reset link is worth nothing any more.
          </>
        }
        verb="Make the link"
        look="primary"
        run={() => actions.makeResetLink(whom)}
        onDone={onIssued}
        onClose={onClose}
      />
    );
  }
  if (deed === "shareInstallation") {
    const manages = !person.managesInstallation;
    return (
      <ConfirmDialog
        title={
          manages ? "Let this person manage the installation?" : "Take the installation from this person?"
        }
        description={
          manages ? (
            <>
              {name} may then change what concerns every tenant, such as signing keys, and decide who else
              may.
            </>
          ) : (
            <>{name} may then change only what belongs to their tenants.</>
          )
        }
        verb={manages ? "Let them manage it" : "Take it"}
        look={manages ? "primary" : "danger"}
        run={() => asked(actions.shareInstallation({ ...whom, manages, ...said }))}
        onDone={() =>
          toasts.add({
            title: `${person.email} ${manages ? "manages" : "no longer manages"} the installation.`,
          })
        }
        onClose={onClose}
      >
        {clientsField("installation")}
      </ConfirmDialog>
    );
  }
  const { title, verb, done, says } = WORDS[deed];
  return (
    <ConfirmDialog
      title={title}
      description={says(name)}
      verb={verb}
      look={deed === "enable" ? "primary" : "danger"}
      run={async () => {
        if (deed === "enable") return actions.enable(whom);
        return asked(actions[deed]({ ...whom, ...said }));
      }}
      onDone={() => toasts.add({ title: `${person.email} ${done}` })}
      onClose={onClose}
    >
      {clientsField("leaving")}
    </ConfirmDialog>
  );
}
