"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Action } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";
import { Field, TextArea, TextInput } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Panel } from "@/components/ui/panel";
import { Select } from "@/components/ui/select";
import { SubmitButton } from "@/components/ui/submit-button";
import { useForm } from "@/components/ui/use-form";
import { formatCount, formatJson } from "@/lib/format";
import { type ProcessView, startJobSchema } from "@/lib/jobs/schema";
import { MACHINES_OFFERED_MAX } from "@/lib/machines/schema";
import { pathsOf } from "@/lib/paths";

type StartJobFormProps = {
  processes: readonly ProcessView[];
  machines: readonly { readonly id: string; readonly name: string }[];
  /** The process chosen at first. */
  processId: string | undefined;
  tenantSlug: string;
  start: Action<{ jobId: string }>;
};

const LOST =
  "The server did not answer, so the job may be started already. Look for it in the list before you start it again.";

const offeredHint = (offered: number) =>
  offered < MACHINES_OFFERED_MAX
    ? ""
    : ` The first ${formatCount(MACHINES_OFFERED_MAX)} by name are offered; for another, start the job by its host name.`;

const choices = (rows: readonly { readonly id: string; readonly name: string }[]) =>
  rows.map(({ id, name }) => ({ value: id, label: name }));

export function StartJobForm({ processes, machines, processId, tenantSlug, start }: StartJobFormProps) {
  const paths = pathsOf(tenantSlug);
  const router = useRouter();
  const inputOf = (id: string) => {
    const process = processes.find((each) => each.id === id);
    return process ? formatJson(process.defaultInput) : "";
  };
  const [first] = processes;
  const [chosen, setChosen] = useState(processId ?? (processes.length === 1 && first ? first.id : ""));
  const [machineId, setMachineId] = useState("");
  const [hostName, setHostName] = useState("");
  const [input, setInput] = useState(() => inputOf(chosen));
  const { form, errors, failure, isPending, submit } = useForm({
    schema: startJobSchema,
    action: start,
    lost: LOST,
    onDone: ({ jobId }) => router.replace(paths.job(jobId)),
  });
  const choose = (id: string) => {
    // The next process brings its own input, unless somebody has already typed something else.
    if (input.trim() === "" || input === inputOf(chosen)) setInput(inputOf(id));
    setChosen(id);
  };
  return (
    <Form
      ref={form}
      onSubmit={() => submit({ processId: chosen, machineId: machineId || undefined, hostName, input })}
      className="max-w-2xl"
    >
      <Panel className="grid gap-5 p-5 sm:grid-cols-2">
        <Field label="Process" error={errors.processId} className="sm:col-span-2">
          <Select
            name="processId"
            options={[{ value: "", label: "Choose a process" }, ...choices(processes)]}
            value={chosen}
            onValueChange={choose}
          />
        </Field>
        <Field
          label="Machine"
          error={errors.machineId}
          hint={`Only hosts of this machine may take the job.${offeredHint(machines.length)}`}
        >
          <Select
            name="machineId"
            options={[{ value: "", label: "Any machine" }, ...choices(machines)]}
            value={machineId}
            onValueChange={setMachineId}
          />
        </Field>
        <Field label="Host name" error={errors.hostName} hint="Leave it empty for any host.">
          <TextInput
            name="hostName"
            autoComplete="off"
            spellCheck={false}
            value={hostName}
            onValueChange={setHostName}
          />
        </Field>
        <Field
          label="Input"
          error={errors.input}
          hint="JSON, at most 64 KiB. It starts as the process’s default input."
          className="sm:col-span-2"
        >
          <TextArea name="input" isCode rows={8} value={input} onValueChange={setInput} />
        </Field>
      </Panel>
      <Alert className="mt-4">{failure}</Alert>
      <div className="mt-4 flex flex-wrap gap-2">
        <SubmitButton look="primary" aria-busy={isPending}>
          Start job
        </SubmitButton>
        <ButtonLink href={paths.jobs} look="quiet">
          Cancel
        </ButtonLink>
      </div>
    </Form>
  );
}
