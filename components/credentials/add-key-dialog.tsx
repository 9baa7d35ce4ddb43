"use client";

import { Tabs } from "@base-ui/react/tabs";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { ExpiryFields, expiresAtOf, NEVER } from "@/components/credentials/expiry-field";
import { type KeyPair, makeKeyPair, type PairAlgorithm } from "@/components/credentials/key-pair";
import { MakePair } from "@/components/credentials/make-pair";
import { PasteKey, pastedKeySchema } from "@/components/credentials/paste-key";
import type { Action } from "@/components/ui/attempt";
import { Field, TextInput } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { tabClass, tabsClass } from "@/components/ui/tab";
import { useForm } from "@/components/ui/use-form";
import { type AddedKey, addKeySchema, type KeyView } from "@/lib/credentials/schema";
import type { ActionResult } from "@/lib/errors";

/** A key that was added, with its private half when this browser made it. */
export type NewKey = { readonly added: AddedKey; readonly pair: KeyPair | null };

type AddKeyDialogProps = {
  machine: { readonly id: string; readonly name: string; readonly clientId: string };
  keys: readonly KeyView[];
  /** For how many days it may be good at the most; null is for ever. */
  lifetimeDaysMax: number | null;
  add: Action<AddedKey>;
  onAdded: (added: NewKey) => void;
  onClose: () => void;
};

/** The pair is made once the rest is right. */
const madeKeySchema = addKeySchema.omit({ publicKey: true });

const LOST =
  "The server did not answer, so the key may or may not be added. Everything is still here: try again.";
const NOT_MADE = "This browser could not make the key pair. Choose another algorithm, or paste a public key.";

export function AddKeyDialog({ machine, keys, lifetimeDaysMax, add, onAdded, onClose }: AddKeyDialogProps) {
  const router = useRouter();
  const [way, setWay] = useState("paste");
  const [name, setName] = useState("");
  const [expiry, setExpiry] = useState(NEVER);
  const [pasted, setPasted] = useState("");
  const [algorithm, setAlgorithm] = useState<PairAlgorithm>("ES256");
  // A refusal or a lost answer does not lose the pair: the next try sends the same one.
  const made = useRef<KeyPair | null>(null);
  const isMade = way === "make";
  const [sentWay, setSentWay] = useState(way);
  const typed = { machineId: machine.id, name, expiresAt: expiresAtOf(expiry) };
  const addMade = async (): Promise<ActionResult<AddedKey>> => {
    try {
      if (made.current?.algorithm !== algorithm) made.current = await makeKeyPair(algorithm);
    } catch {
      return { ok: false, code: "unavailable", message: NOT_MADE };
    }
    return add({ ...typed, publicKey: made.current.publicKey });
  };
  const { form, errors, failure, isPending, submit } = useForm({
    schema: isMade ? madeKeySchema : pastedKeySchema,
    action: isMade ? addMade : add,
    lost: LOST,
    onDone: (added) => onAdded({ added, pair: isMade ? made.current : null }),
  });

  // The answer that said so was lost: the server has the key, and the page knows by which id.
  const refused = isMade && sentWay === "make" ? errors.publicKey : undefined;
  useEffect(() => {
    if (refused) router.refresh();
  }, [refused, router]);
  const pair = made.current;
  const arrived = refused && keys.find((key) => !key.revokedAt && key.thumbprint === pair?.thumbprint);
  const arrivedId = arrived ? arrived.id : null;
  useEffect(() => {
    if (!arrivedId) return;
    const added = { keyId: arrivedId, machineName: machine.name, clientId: machine.clientId };
    onAdded({ added, pair: made.current });
  }, [arrivedId, machine, onAdded]);

  const send = () => {
    if (isPending) return;
    setSentWay(way);
    void submit(isMade ? typed : { ...typed, publicKey: pasted });
  };

  return (
    <FormDialog
      title="Add key"
      description="The robot signs with the private key; the server keeps the public one to check it with (private_key_jwt)."
      verb={isMade ? "Make key pair" : "Add key"}
      form={form}
      failure={failure ?? refused ?? null}
      isPending={isPending}
      onSubmit={send}
      onClose={onClose}
    >
      <Tabs.Root value={way} onValueChange={setWay} className="flex flex-col gap-4">
        <Tabs.List className={tabsClass}>
          <Tabs.Tab value="paste" className={tabClass}>
            Paste a public key
          </Tabs.Tab>
          <Tabs.Tab value="make" className={tabClass}>
            Make a key pair here
          </Tabs.Tab>
        </Tabs.List>
        <Field label="Name" error={errors.name} hint="Whose key it is, such as the robot or its host.">
          <TextInput name="name" autoComplete="off" spellCheck={false} value={name} onValueChange={setName} />
        </Field>
        <Tabs.Panel value="paste">
          <PasteKey
            text={pasted}
            error={sentWay === "paste" ? errors.publicKey : undefined}
            onChange={setPasted}
          />
        </Tabs.Panel>
        <Tabs.Panel value="make">
          <MakePair algorithm={algorithm} onChange={setAlgorithm} />
        </Tabs.Panel>
        <ExpiryFields
          lifetimeDaysMax={lifetimeDaysMax}
          draft={expiry}
          error={errors.expiresAt}
          onChange={setExpiry}
        />
      </Tabs.Root>
    </FormDialog>
  );
}
