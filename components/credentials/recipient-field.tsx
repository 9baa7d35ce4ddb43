import { Field, TextInput } from "@/components/ui/field";

type RecipientFieldProps = {
  value: string;
  error: string | undefined;
  onValueChange: (value: string) => void;
};

/** Who alone may read the secrets, where they are to come as an encrypted file. */
export function RecipientField({ value, error, onValueChange }: RecipientFieldProps) {
  return (
    <Field
      label="Encrypt to an age recipient"
      error={error}
      hint="Optional: with one, only the owner of its identity can read the file (age --decrypt)."
    >
      <TextInput
        name="recipient"
        autoComplete="off"
        spellCheck={false}
        placeholder="age1…"
        value={value}
        onValueChange={onValueChange}
        className="font-mono"
      />
    </Field>
  );
}

/** @returns what is sent of it */
export const recipientOf = (typed: string) => typed.trim() || null;
