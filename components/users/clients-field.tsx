import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";

type ClientsFieldProps = {
  /** The person gets a lower role; else they leave. */
  isDemotion?: boolean;
  error: string | undefined;
  value: string;
  onChange: (value: string) => void;
};

const NONE = { value: "", label: "Choose…" };
const DISABLE = { value: "disable", label: "Disable them, until somebody enables them again" };
const DELETE = { value: "delete", label: "Delete them for good" };
const LEAVING = [NONE, { value: "keep", label: "Keep them as they are" }, DISABLE, DELETE];
const DEMOTION = [NONE, { value: "lower", label: "Lower them to the new role" }, DISABLE, DELETE];

/** What becomes of the API clients that somebody made, asked once the server said that there are some. */
export function ClientsField({ isDemotion, error, value, onChange }: ClientsFieldProps) {
  return (
    <Field label="Their API clients" error={error}>
      <Select
        name="apiClients"
        options={isDemotion ? DEMOTION : LEAVING}
        value={value}
        onValueChange={onChange}
      />
    </Field>
  );
}
