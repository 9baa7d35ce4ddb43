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
      label="age recipient"
      error={error}
      hint="Optional. With one, the secrets come as a file that only the owner of its identity can read: age --decrypt -i key.txt"
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
