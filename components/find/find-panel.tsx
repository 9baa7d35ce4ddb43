"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Search, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { findGroups } from "@/components/find/find-groups";
import { FoundList } from "@/components/find/found-list";
import { useFind } from "@/components/find/use-find";
import type { Action } from "@/components/ui/attempt";
import { buttonClass } from "@/components/ui/button";
import type { ActionResult } from "@/lib/errors";
import { FIND_MAX_LENGTH, type Found } from "@/lib/fleet/schema";
import { formatQuantity } from "@/lib/format";

const LIST_ID = "found";
const HINT =
  "Machines by name or client ID, secrets and keys by name, note, ID or thumbprint, and hosts. Paste a client secret to see whose it is: it is compared on the server and kept nowhere.";

const SECRET_SENTENCES: Readonly<Record<NonNullable<Found["secret"]>, string>> = {
  right: "This client secret is one of this tenant’s.",
  wrong: "Its id is known, its value is not right.",
  "not comparable":
    "Its id is known. Its value cannot be compared: it was stored under an APP_SECRET that is not accepted any more.",
  unknown: "Not one of this tenant’s.",
};

function sentenceOf(answer: ActionResult<Found> | null, count: number): string {
  if (answer === null) return HINT;
  if (!answer.ok) return answer.fieldErrors?.text ?? answer.message;
  const { secret } = answer.data;
  if (secret) return SECRET_SENTENCES[secret];
  return count === 0 ? "Nothing was found." : `${formatQuantity(count, "result")}`;
}

type FindPanelProps = {
  /** What is looked for at first. */
  text: string;
  tenantSlug: string;
  find: Action<Found>;
  onLeave: () => void;
};

/** A combobox (ARIA Authoring Practices): the arrows choose, Enter opens, and the focus stays in the field. */
export function FindPanel({ text: given, tenantSlug, find, onLeave }: FindPanelProps) {
  const [text, setText] = useState(given);
  const [pointed, setPointed] = useState<string>();
  const answer = useFind(find, text.trim());
  const groups = answer?.ok ? findGroups(answer.data, tenantSlug) : [];
  const ids = groups.flatMap(({ options }) => options.map(({ id }) => id));
  const activeId = ids.find((id) => id === pointed) ?? ids[0];

  const choose = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (activeId === undefined) return;
    if (step === undefined) return document.getElementById(activeId)?.click();
    const next = ids.at((ids.indexOf(activeId) + step) % ids.length);
    setPointed(next);
    if (next) document.getElementById(next)?.scrollIntoView({ block: "nearest" });
  };

  return (
    <>
      <div className="flex items-center gap-2.5 border-b border-line pr-2 pl-4">
        <Search aria-hidden size={16} className="shrink-0 text-muted" />
        {/* Nothing that remembers or spells texts may read a secret here. */}
        <input
          role="combobox"
          aria-label="Find"
          aria-expanded={ids.length > 0}
          aria-controls={ids.length > 0 ? LIST_ID : undefined}
          aria-activedescendant={activeId}
          aria-autocomplete="list"
          aria-describedby="find-says"
          placeholder="Machine, client ID, secret, key, note or host"
          maxLength={FIND_MAX_LENGTH}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={choose}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-muted"
        />
        <Dialog.Close aria-label="Close" className={buttonClass({ look: "quiet", size: "icon" }, "size-9")}>
          <X aria-hidden size={17} />
        </Dialog.Close>
      </div>
      {ids.length > 0 ? (
        <FoundList id={LIST_ID} groups={groups} activeId={activeId} onPoint={setPointed} onLeave={onLeave} />
      ) : null}
      <Says>{sentenceOf(answer, ids.length)}</Says>
    </>
  );
}

const Says = ({ children }: { children: ReactNode }) => (
  <p id="find-says" role="status" className="border-line px-4 py-3 text-small text-muted not-first:border-t">
    {children}
  </p>
);
