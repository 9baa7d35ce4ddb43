import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";

type ClientsFieldProps = {
  /** What is done to the person. */
  when?: keyof typeof OPTIONS;
  error: string | undefined;
  value: string;
  onChange: (value: string) => void;
};

const NONE = { value: "", label: "Choose…" };
const DISABLE = { value: "disable", label: "Disable them, until somebody enables them again" };
const DELETE = { value: "delete", label: "Delete them for good" };
const OPTIONS = {
  leaving: [NONE, { value: "keep", label: "Keep them as they are" }, DISABLE, DELETE],
  demotion: [NONE, { value: "lower", label: "Lower them to the new role" }, DISABLE, DELETE],
  installation: [NONE, { value: "lower", label: "Take the installation from them, too" }, DISABLE, DELETE],
} as const;

/** What becomes of the API clients that somebody made, asked once the server said that there are some. */
export function ClientsField({ when = "leaving", error, value, onChange }: ClientsFieldProps) {
  return (
    <Field label="Their API clients" error={error}>
      <Select name="apiClients" options={OPTIONS[when]} value={value} onValueChange={onChange} />
    </Field>
  );
}
