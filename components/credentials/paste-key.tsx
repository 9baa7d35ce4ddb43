"use client";

import { CodeBlock } from "@/components/ui/code-block";
import { Field, TextArea } from "@/components/ui/field";
import { looksPrivate } from "@/lib/credentials/rules";
import { addKeySchema } from "@/lib/credentials/schema";

const PRIVATE =
  "This is a private key. It was not sent: it must never leave the robot's host. Paste the public half only.";

/** The request's schema, which here also keeps a private key from leaving the browser. */
export const pastedKeySchema = addKeySchema.extend({
  publicKey: addKeySchema.shape.publicKey.refine((text) => !looksPrivate(text), PRIVATE),
});

const COMMANDS = `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \\
  -out latchkey-key.pem
openssl pkey -in latchkey-key.pem -pubout`;

type PasteKeyProps = { text: string; error: string | undefined; onChange: (text: string) => void };

export function PasteKey({ text, error, onChange }: PasteKeyProps) {
  return (
    <div className="flex flex-col gap-3">
      <Field
        label="Public key"
        error={looksPrivate(text) ? PRIVATE : error}
        hint="A JWK, or a PEM block that begins with -----BEGIN PUBLIC KEY-----. P-256, Ed25519, or RSA of 2048 bits or more."
      >
        <TextArea name="publicKey" rows={6} isCode value={text} onValueChange={onChange} />
      </Field>
      <details className="text-small">
        <summary className="w-fit cursor-pointer rounded-link text-muted hover:text-ink">
          How to make a pair on the robot’s host
        </summary>
        <div className="mt-2">
          <CodeBlock label="Commands" text={COMMANDS} />
        </div>
      </details>
    </div>
  );
}
