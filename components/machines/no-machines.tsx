import { Laptop, LayoutTemplate } from "lucide-react";
import { KeyBoard } from "@/components/machines/machine-art";
import { ButtonLink } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";

type NoMachinesProps = { newPath: string; canChange: boolean };

export function NoMachines({ newPath, canChange }: NoMachinesProps) {
  return (
    <Panel as="section" className="px-5 py-10 sm:px-10">
      <KeyBoard />
      <h2 className="mt-7 text-base font-semibold">No machines yet</h2>
      <p className="mt-1 max-w-xl text-muted">
        A machine is a place your robots run from. Provisioning one gives you a client ID and a client secret;
        enter them on the host, and its robot can connect.
      </p>
      {canChange ? (
        <div className="mt-5 flex flex-wrap gap-2">
          <ButtonLink href={`${newPath}?type=template`} look="primary">
            <LayoutTemplate aria-hidden size={16} />
            Add a machine template
          </ButtonLink>
          <ButtonLink href={`${newPath}?type=standard`}>
            <Laptop aria-hidden size={16} />
            Add a standard machine
          </ButtonLink>
        </div>
      ) : (
        <p className="mt-4">Ask an administrator of this tenant to add one.</p>
      )}
      <dl className="mt-7 grid max-w-2xl gap-x-8 gap-y-3 border-t border-line pt-5 text-small sm:grid-cols-2">
        <div>
          <dt className="font-semibold">Machine template</dt>
          <dd className="text-muted">
            Serves any number of hosts. The usual choice for pools and short-lived hosts.
          </dd>
        </div>
        <div>
          <dt className="font-semibold">Standard machine</dt>
          <dd className="text-muted">
            One named host. Nothing with another host name can connect through it.
          </dd>
        </div>
      </dl>
    </Panel>
  );
}
